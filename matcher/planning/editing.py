"""Changing a plan: cells, lines, and filling it anew without losing what people entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from matcher.planning.layout import DATE, load_layout
from matcher.planning.plan import OPEN, Cell, Origin, OriginKind, Plan, PlanError, PlanLine, PlanSection


def set_cell(
    plan: Plan, section: str, line_id: str, column: str, text: str, *, who: str, on: date | None = None
) -> Plan:
    """Return the plan with one cell rewritten; an empty text makes it to be agreed again.

    Parameters
    ----------
    section, line_id, column : str
        Codes, as the plan and plan.yaml have them.
    text : str
        For a column of days, like ``2026-03-31``.
    who : str
    on : datetime.date, optional
        The day of the change; today when not given.

    Raises
    ------
    PlanError
        When there is no such cell, or the text is no day where one is asked for.
    """
    found = _line(plan, section, line_id)
    words = _checked(section, column, text)
    if words == found.cell(column).text:
        return plan
    cells = {**found.cells, column: _entered(words, who, on or date.today())}
    return _with_line(plan, section, found.model_copy(update={"cells": cells}))


def add_line(
    plan: Plan, section: str, label: str, cells: Mapping[str, str] | None = None, *, who: str, on: date | None = None
) -> Plan:
    """Return the plan with a line at the end of a section; raises as `set_cell` does."""
    if not label.strip():
        raise PlanError(f"a new line in {section!r} needs words that say what it is about")
    there, day = plan.section(section), on or date.today()
    entered = {
        column: _entered(words, who, day)
        for column, text in (cells or {}).items()
        if (words := _checked(section, column, text))
    }
    known = {line.id for line in there.lines}
    number = next(number for number in range(1, len(known) + 2) if f"added:{number}" not in known)
    line = PlanLine(id=f"added:{number}", label=label.strip(), origin=_person(who, day), cells=entered)
    return plan.with_section(PlanSection(code=section, lines=(*there.lines, line)))


def relabel_line(plan: Plan, section: str, line_id: str, label: str, *, who: str, on: date | None = None) -> Plan:
    """Return the plan with other words for what a line is about; raises as `set_cell` does."""
    found = _line(plan, section, line_id)
    if not label.strip():
        raise PlanError(f"the line {line_id!r} needs words that say what it is about; remove it instead")
    if label.strip() == found.label:
        return plan
    changed = found.model_copy(update={"label": label.strip(), "origin": _person(who, on or date.today())})
    return _with_line(plan, section, changed)


def remove_line(plan: Plan, section: str, line_id: str) -> Plan:
    """Return the plan without a line; raises as `set_cell` does."""
    gone = _line(plan, section, line_id)
    there = plan.section(section)
    return plan.with_section(PlanSection(code=section, lines=tuple(line for line in there.lines if line != gone)))


def refreshed(plan: Plan, fresh: Plan) -> Plan:
    """Return a plan drafted anew with every word that people entered in the old one.

    Lines that people added or wrote into stay, also when nothing brings them into the new draft. A line that
    somebody removed comes back when the knowledge base still brings it.
    """
    sections = []
    for section in fresh.sections:
        old = next((item for item in plan.sections if item.code == section.code), PlanSection(code=section.code))
        merged = [_merged(line, old.line(line.id)) for line in section.lines]
        known = {line.id for line in merged}
        kept = [line for line in old.lines if line.id not in known and _by_people(line)]
        sections.append(PlanSection(code=section.code, lines=(*merged, *kept)))
    return fresh.model_copy(update={"sections": tuple(sections)})


def _merged(fresh: PlanLine, old: PlanLine | None) -> PlanLine:
    if old is None:
        return fresh
    entered = {column: cell for column, cell in old.cells.items() if cell.origin.kind is OriginKind.PERSON}
    named = {"label": old.label, "origin": old.origin} if old.origin.kind is OriginKind.PERSON else {}
    return fresh.model_copy(update={"cells": {**fresh.cells, **entered}, **named})


def _by_people(line: PlanLine) -> bool:
    origins = (line.origin, *(cell.origin for cell in line.cells.values()))
    return any(origin.kind is OriginKind.PERSON for origin in origins)


def _line(plan: Plan, section: str, line_id: str) -> PlanLine:
    found = plan.section(section).line(line_id)
    if found is None:
        known = ", ".join(line.id for line in plan.section(section).lines)
        raise PlanError(f"section {section!r} has no line {line_id!r}; its lines are {known or 'none yet'}")
    return found


def _with_line(plan: Plan, section: str, changed: PlanLine) -> Plan:
    lines = tuple(changed if line.id == changed.id else line for line in plan.section(section).lines)
    return plan.with_section(PlanSection(code=section, lines=lines))


def _checked(section: str, column: str, text: str) -> str:
    layout = load_layout().column(section, column)
    words = text.strip()
    if words and layout.kind == DATE:
        try:
            return date.fromisoformat(words).isoformat()
        except ValueError as error:
            raise PlanError(f"{layout.label}: {words!r} is no day; write it like 2026-03-31") from error
    return words


def _person(who: str, on: date) -> Origin:
    if not who.strip():
        raise PlanError("say who enters it")
    return Origin(kind=OriginKind.PERSON, detail=f"{who.strip()} on {on.isoformat()}")


def _entered(words: str, who: str, on: date) -> Cell:
    origin = _person(who, on)
    return Cell(text=words, origin=origin) if words else OPEN
