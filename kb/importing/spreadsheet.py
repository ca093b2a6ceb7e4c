"""Any spreadsheet: one row per organization, columns of any name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kb.duplicates import normalize_name
from kb.importing.cells import clean_line, is_formula, is_nothing
from kb.importing.columns import check_mapping, guess_mapping, known_columns
from kb.importing.files import Table, open_table
from kb.importing.importer import Importer, combined_digest, some_paths
from kb.importing.parsed import Parsed, Progress, SourceRecord, no_progress
from kb.importing.spreadsheet_fields import CLAIM_FIELDS, FieldReader
from kb.organization import MAX_NAME, Claim, Organization, Source
from kb.vocabulary import Vocabulary, load_vocabulary

NAME = "spreadsheet"
LABEL = "Spreadsheet"
EVERY = 500


@dataclass
class _Seen:
    """Keys and where they were first met."""

    rows: dict[str, tuple[str, int]] = field(default_factory=dict)

    def first(self, key: str, file: str, row: int) -> tuple[str, int] | None:
        """Return where the key was met before, None when it is new."""
        if key in self.rows:
            return self.rows[key]
        self.rows[key] = (file, row)
        return None


def read(
    paths: Sequence[Path], *, mapping: Mapping[str, str] | None = None, progress: Progress = no_progress
) -> Parsed:
    """Read organizations from spreadsheets.

    Parameters
    ----------
    paths : sequence of Path
        CSV files or workbooks; all with the same columns when there is a mapping.
    mapping : mapping of str to str, optional
        From field to column. What it names overrides the guess, and an empty column leaves a field out.
    progress : callable, optional

    Raises
    ------
    ImportFileError
        When a file cannot be used as a whole.
    """
    tables = [open_table(path) for path in some_paths(LABEL, paths)]
    digest = combined_digest([table.digest for table in tables])
    names = tuple(table.path.name for table in tables)
    parsed = Parsed(f"{NAME}: {', '.join(names)}", names, digest, 0)
    vocabulary, seen, rows = load_vocabulary(), _Seen(), 0
    for table in tables:
        _read_table(table, mapping, vocabulary, seen, parsed, progress)
        parsed.rejections.extend(table.rejections)
        rows += table.rows_read
    return replace(parsed, rows=rows)


def _read_table(
    table: Table,
    mapping: Mapping[str, str] | None,
    vocabulary: Vocabulary,
    seen: _Seen,
    parsed: Parsed,
    progress: Progress,
) -> None:
    overridden = set((mapping or {}).values())
    guessed = {name: column for name, column in guess_mapping(table.header).items() if column not in overridden}
    columns = check_mapping(guessed | dict(mapping or {}), table.header, table.path.name)
    for row, raw in table.rows(parsed.rejections):
        cells = {name: raw[column] for name, column in columns.items()}
        reader = FieldReader(table.path.name, row, columns, vocabulary, parsed.rejections)
        record = _record(cells, reader, seen)
        if record:
            parsed.records.append(record)
        if table.rows_read % EVERY == 0:
            progress(table.path.name, table.rows_read, None)
    progress(table.path.name, table.rows_read, table.rows_read)


def _record(cells: dict[str, str], reader: FieldReader, seen: _Seen) -> SourceRecord | None:
    """Make a record of a row, or say why not."""
    name = clean_line(cells.get("name", ""))
    problem = ""
    if is_nothing(name) or not any(letter.isalnum() for letter in name):
        problem = "the row has no name"
    elif is_formula(name):
        problem = "the name is a formula or a spreadsheet's error"
    elif len(name) > MAX_NAME:
        problem = f"the name has {len(name)} characters, more than {MAX_NAME}"
    if problem:
        reader.reject("name", cells.get("name", ""), problem, "write the organization's name", fatal=True)
        return None
    usable = reader.without_formulas(cells)
    country = reader.country(usable.get("country", ""))
    given = clean_line(usable.get("id", "")) or clean_line(usable.get("registry_id", ""))
    given = "" if is_nothing(given) else given[:MAX_NAME]
    key = given or "-".join(part for part in (_slug(name), (country or "").lower()) if part)
    if earlier := seen.first(key.casefold(), reader.file, reader.row):
        what = f"the id {key!r}" if given else f"the name {name!r}"
        reader.reject(
            "id" if given else "name",
            key if given else name,
            f"{what} is already in row {earlier[1]} of {earlier[0]}",
            "keep one of the two rows" + ("" if given else ", or give both an id"),
            fatal=True,
        )
        return None
    return SourceRecord(key, reader.row, _organization(name, key, country, usable, reader))


def _organization(name: str, key: str, country: str | None, cells: dict[str, str], reader: FieldReader) -> Organization:
    sector, kind = reader.sector_and_kind(cells.get("sector", ""), cells.get("kind", ""))
    source = Source(name=reader.file[:MAX_NAME], row=str(reader.row))
    claims: list[Claim] = []
    for field_name, claim_kind in CLAIM_FIELDS.items():
        if cells.get(field_name):
            claims.extend(reader.claims(field_name, claim_kind, cells[field_name], source))
    mission, description = (reader.text(part, cells.get(part, "")) for part in ("mission", "description"))
    return Organization(
        id=(_slug(key) or _slug(name))[:MAX_NAME],
        name=name,
        aliases=reader.aliases(cells.get("aliases", ""), name),
        sector=sector,
        kind=kind,
        industry=reader.term("industry", cells.get("industry", "")),
        country=country,
        city=clean_line(cells.get("city", ""))[:MAX_NAME],
        website=reader.website(cells.get("website", "")),
        registry_ids=reader.registry_ids(cells.get("registry_id", ""), country),
        mission=mission,
        description=description,
        text_source=source if mission or description else None,
        claims=tuple(claims),
    )


def _slug(text: str) -> str:
    """Return lower-case words joined by hyphens; words of other scripts stay."""
    return re.sub(r"[^\w]+|_", "-", normalize_name(text) or text.casefold()).strip("-")


IMPORTER = Importer(
    name=NAME,
    label=LABEL,
    description="Any CSV file or workbook with one organization per row. Columns are recognized by their names "
    f"and can be chosen; fields: {', '.join(known_columns())}.",
    files=("a .csv, .tsv, .xlsx, .xls or .ods file with a header row",),
    headers=(),
    read=read,
)
