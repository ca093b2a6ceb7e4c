"""How two versions of a plan differ, line by line, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from matcher.planning.layout import load_layout
from matcher.planning.plan import Plan, PlanLine, PlanSection

AGREE = "to be agreed"


class Kind(StrEnum):
    """What happened to a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One difference.

    Attributes
    ----------
    section, line, column : str
        Headings, as a reader sees them; no column for a line as a whole.
    before, after : str
        The words; ``to be agreed`` where there were none.
    """

    kind: Kind
    section: str
    line: str
    column: str = ""
    before: str = ""
    after: str = ""

    @property
    def words(self) -> str:
        """The difference in a sentence."""
        where = f"{self.section}: {self.line.rstrip('.')}"
        if self.kind is Kind.ADDED:
            return f"Added to {where}" + (f" ({self.after})" if self.after else "")
        if self.kind is Kind.REMOVED:
            return f"Removed from {where}" + (f" ({self.before})" if self.before else "")
        column = f", {self.column.lower()}" if self.column else ""
        return f"Changed in {where}{column}: {self._quoted(self.before)} became {self._quoted(self.after)}"

    @staticmethod
    def _quoted(words: str) -> str:
        return words if words == AGREE else f'"{words}"'


def differences(before: Plan, after: Plan) -> tuple[Difference, ...]:
    """List what was added, removed and changed between two versions, in the order of the plan.

    Where words came from, and the order of lines, are not counted as differences.
    """
    old = {section.code: section for section in before.sections}
    new = {section.code: section for section in after.sections}
    codes = dict.fromkeys((*new, *old))
    return tuple(
        found
        for code in codes
        for found in _section(old.get(code, PlanSection(code=code)), new.get(code, PlanSection(code=code)))
    )


def _section(before: PlanSection, after: PlanSection) -> Iterator[Difference]:
    layout = load_layout().sections.get(before.code)
    title = layout.title if layout else before.code
    for line in after.lines:
        old = before.line(line.id)
        if old is None:
            yield Difference(Kind.ADDED, title, line.label, after=_words(line))
            continue
        if old.label != line.label:
            yield Difference(Kind.CHANGED, title, line.label, "", old.label, line.label)
        for column in dict.fromkeys((*old.cells, *line.cells)):
            first, second = old.cell(column).text, line.cell(column).text
            if first != second:
                label = layout.columns[column].label if layout and column in layout.columns else column
                yield Difference(Kind.CHANGED, title, line.label, label, first or AGREE, second or AGREE)
    for line in before.lines:
        if after.line(line.id) is None:
            yield Difference(Kind.REMOVED, title, line.label, before=_words(line))


def _words(line: PlanLine) -> str:
    return "; ".join(cell.text for cell in line.cells.values() if cell.text)
