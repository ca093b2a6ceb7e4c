"""The Excel shortlist: one sheet of candidates, one of evidence, one of those set apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format

from matcher.export.plain import candidate_row
from matcher.results import Ranking

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
CELL = 32_000


def write_excel(ranking: Ranking, path: Path) -> None:
    """Write a ranking as a workbook; no text in it can run as a formula."""
    with xlsxwriter.Workbook(str(path), SAFE) as workbook:
        bold = workbook.add_format({"bold": True, "bottom": 1})
        rows = [candidate_row(candidate) for candidate in ranking.candidates]
        _sheet(workbook, "Candidates", list(rows[0]) if rows else ["rank"], [list(row.values()) for row in rows], bold)
        evidence = [
            [
                candidate.rank,
                candidate.organization.name,
                item.label,
                reason.about,
                reason.text,
                reason.status.value,
                reason.source,
                reason.url,
                reason.observed_on.isoformat() if reason.observed_on else "",
            ]
            for candidate in ranking.candidates
            for item in candidate.contributions
            for reason in item.reasons
        ]
        titles = ["rank", "organization", "component", "about", "evidence", "status", "source", "address", "date"]
        _sheet(workbook, "Evidence", titles, evidence, bold)
        apart = [[item.organization.name, " ".join(item.reasons)] for item in ranking.set_apart]
        _sheet(workbook, "Set apart", ["organization", "why"], apart, bold)


def _sheet(
    workbook: xlsxwriter.Workbook, name: str, titles: list[str], rows: Sequence[Sequence[object]], bold: Format
) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.write_row(0, 0, titles, bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            sheet.write(number, column, value[:CELL] if isinstance(value, str) else value)
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(titles) - 1)
    sheet.autofit()
