"""What was measured of this version, as committed with it: figures, their bars, and what stands beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEASURED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Measured:
    """One question and its answer.

    Attributes
    ----------
    question, data : str
        What was asked, and what it was measured on.
    unit : str
        Of every figure; empty for shares in 0..1.
    lower_is_better : bool
        Whether a figure has to be below its bar.
    figures, bars : mapping of label to figure
        A figure without a bar was not aimed at.
    beside : mapping of name to figures
        Baselines, measured in the same run.
    """

    question: str
    data: str
    unit: str
    lower_is_better: bool
    figures: Mapping[str, float]
    bars: Mapping[str, float]
    beside: Mapping[str, Mapping[str, float]]

    def met(self, label: str) -> bool | None:
        """Return whether a figure reaches its bar, None when it has none."""
        if label not in self.bars:
            return None
        return (
            (self.figures[label] <= self.bars[label])
            if self.lower_is_better
            else self.figures[label] >= self.bars[label]
        )

    def shown(self, value: float) -> str:
        """Return a figure for people."""
        return f"{value:g} {self.unit}" if self.unit else f"{value:.3f}".lstrip("0")


def load_measured() -> tuple[Measured, ...]:
    """Return every question, in the order of the committed summary."""
    return tuple(Measured(**row) for row in json.loads(MEASURED.read_text(encoding="utf-8")))
