"""Small tools for drafting: cells, lines and lists of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matcher.planning.layout import SectionLayout
from matcher.planning.plan import Cell, Origin, OriginKind, PlanLine, PlanSection

LAID_OUT = Origin(kind=OriginKind.LAYOUT)


def of(kind: OriginKind, detail: str = "") -> Origin:
    """Return an origin."""
    return Origin(kind=kind, detail=detail)


def cell(text: str, origin: Origin) -> Cell:
    """Return a cell with words; without words it is to be agreed."""
    return Cell(text=text, origin=origin) if text.strip() else open_cell()


def open_cell(known: str = "") -> Cell:
    """Return a cell that is to be agreed, with what is known that bears on it."""
    return Cell(origin=Origin(kind=OriginKind.TO_AGREE, detail=known))


def line(key: str, label: str, origin: Origin, **cells: Cell) -> PlanLine:
    """Return a line of a plan."""
    return PlanLine(id=key, label=label, origin=origin, cells=cells)


def section(layout: SectionLayout, lines: Iterable[PlanLine]) -> PlanSection:
    """Return a section with the lines that were drafted, and the questions of the layout that none of them is."""
    drafted = tuple(lines)
    known = {item.id for item in drafted}
    asked = [
        PlanLine(id=key, label=words, origin=LAID_OUT) for key, words in layout.questions.items() if key not in known
    ]
    return PlanSection(code=layout.code, lines=(*drafted, *asked))


def listed(names: Iterable[str], last: str = "and") -> str:
    """Join names as a sentence does: ``A, B and C``."""
    items = list(dict.fromkeys(names))
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def by_party(groups: Mapping[str, Iterable[str]]) -> str:
    """Word what comes from whom: ``distribution (Airtel); community reach (BRAC)``."""
    return "; ".join(f"{listed(item.lower() for item in items)} ({name})" for name, items in groups.items())
