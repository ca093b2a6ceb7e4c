"""A whole knowledge base as a file, and the rows that an import refused; every fact with its status."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook

from kb.exporting import engagements, relations
from kb.importing.corrections import rejected_rows
from kb.importing.parsed import Progress, Rejection, no_progress
from kb.importing.spreadsheet_fields import CLAIM_FIELDS
from kb.knowledge_base import KnowledgeBase
from kb.organization import Claim, Organization
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.errors import MatcherError
from matcher.export.plain import neutral, write_organizations

SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}
CELL = 32_000
SHEET_ROWS = 1_048_000
EVERY = 500
IDENTITY = ("id", "name", "aliases", "sector", "kind", "industry", "country", "city", "website", "registry_id")
TITLES = (*IDENTITY, "mission", "description", *CLAIM_FIELDS, "facts", "confirmed by a person", "unverified")
FACT_TITLES = (
    "organization id",
    "organization",
    "kind",
    "code",
    "label",
    "strength",
    "role",
    "share of revenue",
    "status",
    "confidence",
    "evidence",
    "source",
    "address",
    "row",
    "date",
)
ENGAGEMENT_TITLES = ("id", "title", "from", "until", "participants", "status", "source", "address", "text")
RELATION_TITLES = ("subject id", "relation", "object id", "status", "evidence", "source", "address", "date")
FORMATS = (".csv", ".xlsx", ".jsonl")
Cell = str | int | float


def write_knowledge(kb: KnowledgeBase, path: Path, progress: Progress = no_progress) -> int:
    """Write every organization in the format of the file's ending; returns how many there were.

    ``.csv`` has one line per organization, in the columns that an import of a spreadsheet understands. ``.xlsx`` has
    sheets of organizations, facts, engagements and relations. ``.jsonl`` has one whole profile a line.

    Raises
    ------
    MatcherError
        When the ending is unknown, or the file cannot be written.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_workbook, ".jsonl": _write_lines}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise MatcherError(f"{path.name}: cannot write {path.suffix or 'a file without an ending'}; use {FORMATS}")
    try:
        return writer(kb, path, progress)
    except OSError as error:
        raise MatcherError(f"{path} cannot be written: {error.strerror}") from error


def write_rejects(source: Path | None, rejections: Sequence[Rejection], target: Path) -> int:
    """Write the rows of a file that something was wrong with, what it was and what to do; returns how many lines.

    A row with several problems has one line for each. Its cells follow, unless the problems are from several files
    (`source` is None). Text is safe in a spreadsheet.

    Raises
    ------
    kb.errors.ImportFileError
        When the source cannot be read again.
    """
    header, cells = rejected_rows(source, rejections) if source else ((), {})
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row in file", "outcome", "field", "problem", "suggestion", *map(neutral, header)])
        for item in sorted(rejections, key=lambda item: (not item.fatal, item.row)):
            outcome = "row rejected" if item.fatal else "field left out"
            found = [outcome, item.field, item.problem, item.suggestion, *cells.get(item.row, ())]
            writer.writerow([item.row, *map(neutral, found)])
    return len(rejections)


def _everybody(kb: KnowledgeBase, progress: Progress) -> Iterator[Organization]:
    total = kb.count()["organizations"]
    for done, organization in enumerate(kb.iterate(), 1):
        yield organization
        if done % EVERY == 0 or done == total:
            progress("Writing organizations", done, total)


def organization_row(organization: Organization) -> tuple[Cell, ...]:
    """Return an organization on one line, in the order of `TITLES`; text is safe in a spreadsheet."""
    one = organization
    numbers = "; ".join(f"{item.scheme}: {item.value}" for item in one.registry_ids)
    identity = (one.id, one.name, "; ".join(one.aliases), one.sector or "", one.kind or "", one.industry or "")
    seat = (one.country or "", one.city, one.website, numbers, one.mission, one.description)
    claims = ["; ".join(dict.fromkeys(map(_coded, one.claims_of(kind)))) for kind in CLAIM_FIELDS.values()]
    statuses = [claim.status.value for claim in one.claims]
    counts = (len(statuses), statuses.count("confirmed"), statuses.count("unverified"))
    return (*(neutral(text) for text in (*identity, *seat, *claims)), *counts)


def _coded(claim: Claim) -> str:
    return f"{claim.code} ({claim.role.value})" if claim.role else claim.code


def _write_csv(kb: KnowledgeBase, path: Path, progress: Progress) -> int:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        return sum(1 for item in _everybody(kb, progress) if writer.writerow(organization_row(item)))


def _write_lines(kb: KnowledgeBase, path: Path, progress: Progress) -> int:
    return write_organizations(_everybody(kb, progress), path)


def _write_workbook(kb: KnowledgeBase, path: Path, progress: Progress) -> int:
    vocabulary = load_vocabulary()
    with xlsxwriter.Workbook(str(path), SAFE) as workbook:
        count = _sheet(workbook, "Organizations", TITLES, map(organization_row, _everybody(kb, progress)))
        facts = (row for item in kb.iterate() for row in _fact_rows(item, vocabulary))
        _sheet(workbook, "Facts", FACT_TITLES, facts)
        _sheet(workbook, "Engagements", ENGAGEMENT_TITLES, _engagement_rows(kb))
        _sheet(workbook, "Relations", RELATION_TITLES, _relation_rows(kb))
    return count


def _sheet(workbook: Workbook, name: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write rows to a sheet, and go on in a further one when it is full; returns how many rows there were."""
    bold = workbook.add_format({"bold": True, "bottom": 1})
    count = 0
    sheet = None
    for count, row in enumerate(rows, 1):
        place = (count - 1) % SHEET_ROWS
        if sheet is None or place == 0:
            sheet = workbook.add_worksheet(name if count == 1 else f"{name} {1 + count // SHEET_ROWS}")
            sheet.write_row(0, 0, titles, bold)
            sheet.freeze_panes(1, 0)
        for column, value in enumerate(row):
            if value != "":
                sheet.write(place + 1, column, value[:CELL] if isinstance(value, str) else value)
    if sheet is None:
        workbook.add_worksheet(name).write_row(0, 0, titles, bold)
    return count


def _fact_rows(organization: Organization, vocabulary: Vocabulary) -> Iterator[tuple[Cell, ...]]:
    for claim in organization.claims:
        words = " | ".join(item.text for item in claim.evidence)
        yield (
            neutral(organization.id),
            neutral(organization.name),
            claim.kind.value,
            neutral(claim.code),
            neutral(vocabulary.label(claim.kind, claim.code)),
            round(claim.strength, 2),
            claim.role.value if claim.role else "",
            "" if claim.revenue_share is None else round(claim.revenue_share, 4),
            claim.status.value,
            round(claim.confidence, 2),
            neutral(words),
            neutral(claim.source.name),
            neutral(claim.source.url),
            neutral(claim.source.row),
            claim.observed_on.isoformat() if claim.observed_on else "",
        )


def _engagement_rows(kb: KnowledgeBase) -> Iterator[tuple[Cell, ...]]:
    for item in engagements(kb):
        parts = "; ".join(f"{part.organization_id} ({part.role})" for part in item.participations)
        dates = [day.isoformat() if day else "" for day in (item.start_date, item.end_date)]
        source = (item.status.value, item.source.name, item.source.url, item.text)
        yield tuple(neutral(text) for text in (item.id, item.title, *dates, parts, *source))


def _relation_rows(kb: KnowledgeBase) -> Iterator[tuple[Cell, ...]]:
    for item in relations(kb):
        words = " | ".join(evidence.text for evidence in item.evidence)
        seen = item.observed_on.isoformat() if item.observed_on else ""
        source = (item.status.value, words, item.source.name, item.source.url, seen)
        yield tuple(neutral(text) for text in (item.subject_id, item.kind.value, item.object_id, *source))
