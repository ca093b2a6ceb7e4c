"""Values between the lines: do two texts agree, clash, or speak of different matters."""

from matcher.values.comparison import ValueComparer, ValueComparison, compare_values

__all__ = ["ValueComparer", "ValueComparison", "compare_values"]
