"""A file of organizations in, a file of claims out."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from kb.organization import Claim
from matcher.inference.engine import Profile, infer_many
from matcher.inference.errors import InputFileError

INPUT_COLUMNS = ("id", "name", "text")
OUTPUT_COLUMNS = ("id", "kind", "code", "role", "confidence", "quote")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MAX_FIELD = 10_000_000

Progress = Callable[[str, int, int | None], None]
"""Called with (what is being done, done so far, total or None when unknown)."""


def infer_file(input: Path, output: Path, progress: Progress) -> int:
    """Infer the claims of every organization of a CSV file.

    Parameters
    ----------
    input : Path
        CSV with the columns id, name and text.
    output : Path
        CSV with one row per claim; written beside itself first and renamed, so it is whole or not there.
        Cells that a spreadsheet would run as a formula get a leading apostrophe.
    progress : callable

    Returns
    -------
    int
        How many claims were written.

    Raises
    ------
    InputFileError
        When the file cannot be read, or a column is missing.
    """
    rows = _rows(input)
    partial = output.with_name(output.name + ".partial")
    written = 0
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(OUTPUT_COLUMNS)
            profiles = [Profile(row["text"], row["name"]) for row in rows]
            for done, (row, claims) in enumerate(zip(rows, infer_many(profiles), strict=True), start=1):
                for claim in claims:
                    writer.writerow([neutral(cell) for cell in _cells(row["id"], claim)])
                    written += 1
                progress("inferring claims", done, len(rows))
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return written


def neutral(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell


def _cells(key: str, claim: Claim) -> Iterator[str]:
    yield from (key, claim.kind.value, claim.code, claim.role.value if claim.role else "", f"{claim.confidence:.3f}")
    yield claim.evidence[0].text


def _rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in INPUT_COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise InputFileError(f"{path.name}: needs the column {', '.join(missing)}; it has {reader.fieldnames}")
            return [{column: row[column] or "" for column in INPUT_COLUMNS} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"{path}: cannot be read: {error}") from error
