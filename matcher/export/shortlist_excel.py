"""A brief's shortlist as a workbook: who stands where, who takes care of it and why, and every step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format

from kb.brief import Brief
from kb.casework.partnerships import Development, HealthCheck, Lesson, Move, Note, Partnership, Step
from kb.organization import Organization
from matcher.export.dossier_parts import clean
from matcher.export.excel import CELL, SAFE
from matcher.export.plain import neutral
from matcher.vetting.dossier import load_words
from matcher.vetting.queue import QueueRow

TITLES = (
    "stage",
    "organization",
    "id",
    "owner",
    "reason",
    "since",
    "vetting",
    "not assessed",
    "network type",
    "collaboration stage",
    "notes",
    "website",
)
STEPS = ("organization", "on", "what", "said", "by", "recorded", "taken back")
WIDEST = 60
NEVER = "not vetted"


@dataclass(frozen=True)
class ShortlistRow:
    """One organization on a shortlist, with its vetting cases (none: it was never vetted)."""

    partnership: Partnership
    organization: Organization
    vetted: tuple[QueueRow, ...] = ()


def vetting_words(vetted: Iterable[QueueRow]) -> str:
    """Return what vetting came to, by policies; never that somebody is clear who was not vetted."""
    labels = load_words().labels
    said = [f"{labels[row.outcome]} ({', '.join(row.case.policies)})" for row in vetted]
    return "; ".join(said) or NEVER


def step_words(step: Step) -> tuple[str, str]:
    """Return what a step of a partnership was, and what was said with it."""
    entry = step.entry
    if isinstance(entry, Move):
        said = [entry.reason, f"Owner: {entry.owner}" if entry.owner else "", entry.notes]
        return f"moved to {entry.stage.value.replace('_', ' ')}", ". ".join(filter(None, said))
    if isinstance(entry, Note):
        return "note", entry.text
    if isinstance(entry, Lesson):
        return "lesson", entry.text
    if isinstance(entry, HealthCheck):
        total = "not enough answered" if entry.total is None else f"{entry.total:g}"
        return f"health checked with {entry.instrument}", f"{total} {entry.band}. {entry.notes}".strip()
    return "developed", _development(entry)


def _development(entry: Development) -> str:
    found = [item.value for item in (entry.network_type, entry.collaboration_stage) if item is not None]
    return ". ".join(filter(None, (", ".join(found), entry.reason)))


def write_shortlist(brief: Brief, rows: Sequence[ShortlistRow], path: Path) -> None:
    """Write a shortlist; no text in it can run as a formula or opens an address by itself.

    Parameters
    ----------
    brief : Brief
    rows : sequence of ShortlistRow
        In the order to be written.
    path : Path
    """
    with xlsxwriter.Workbook(str(path), SAFE) as workbook:
        workbook.set_properties({"title": clean(f"Shortlist: {brief.title}", 250)})
        head = workbook.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
        text = workbook.add_format({"text_wrap": True, "valign": "top"})
        _sheet(workbook, "Shortlist", TITLES, map(_row, rows), head, text)
        _sheet(workbook, "Steps", STEPS, (step for row in rows for step in _steps(row)), head, text)


def _row(row: ShortlistRow) -> tuple[str | int, ...]:
    partnership, organization = row.partnership, row.organization
    moves = [step for step in partnership.moves if isinstance(step.entry, Move)]
    last = moves[-1] if moves else None
    notes = [step.entry.text for step in partnership.steps if isinstance(step.entry, Note)]
    kinds = (partnership.network_type, partnership.collaboration_stage)
    return (
        partnership.stage.value.replace("_", " ") if partnership.stage else "",
        organization.name,
        organization.id,
        partnership.owner or "nobody yet",
        last.entry.reason if last and isinstance(last.entry, Move) else "",
        last.on.isoformat() if last else "",
        vetting_words(row.vetted),
        sum(case.not_assessed for case in row.vetted) if row.vetted else "everything",
        *(kind.value if kind else "not known" for kind in kinds),
        "\n".join(notes),
        organization.website,
    )


def _steps(row: ShortlistRow) -> Iterator[tuple[str | int, ...]]:
    undone = {item.step.number: f"{item.who}, {item.at:%Y-%m-%d}: {item.reason}" for item in row.partnership.taken_back}
    steps = [*row.partnership.steps, *(item.step for item in row.partnership.taken_back)]
    for step in sorted(steps, key=lambda item: item.number):
        what, said = step_words(step)
        recorded = f"{step.at:%Y-%m-%d %H:%M UTC}"
        yield row.organization.name, step.on.isoformat(), what, said, step.who, recorded, undone.get(step.number, "")


def _sheet(
    workbook: xlsxwriter.Workbook,
    name: str,
    titles: Sequence[str],
    rows: Iterable[Sequence[str | int]],
    head: Format,
    text: Format,
) -> None:
    sheet = workbook.add_worksheet(name)
    widths = [len(title) + 2 for title in titles]
    sheet.write_row(0, 0, titles, head)
    count = 0
    for count, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(count, column, neutral(clean(value, CELL)), text)
                widths[column] = max(widths[column], min(WIDEST, len(value) + 1))
            else:
                sheet.write_number(count, column, value, text)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    if count:
        sheet.autofilter(0, 0, count, len(titles) - 1)
