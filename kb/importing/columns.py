"""Which column of a spreadsheet holds which field, guessed from the header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from kb.errors import ImportFileError
from kb.importing.vocabulary_words import words_key

COLUMNS_FILE = Path(__file__).with_name("columns.yaml")
CLOSE = 88
LONGEST_COLUMN = 200
SHOWN_COLUMNS, SHOWN_LETTERS = 40, 60


@cache
def known_columns() -> dict[str, tuple[str, ...]]:
    """Return the names that columns go by, per field, in the order of the fields."""
    loaded = yaml.safe_load(COLUMNS_FILE.read_text(encoding="utf-8"))
    return {field: (words_key(field), *(words_key(str(name)) for name in names)) for field, names in loaded.items()}


def guess_mapping(header: Sequence[str]) -> dict[str, str]:
    """Guess the column of each field.

    Parameters
    ----------
    header : sequence of str

    Returns
    -------
    dict of str to str
        From field to column; fields without a likely column are left out, and no column serves two fields.
    """
    scored: list[tuple[float, int, int, str, str]] = []
    for order, (field, names) in enumerate(known_columns().items()):
        for place, column in enumerate(header):
            score = _likeness(words_key(column[:LONGEST_COLUMN]), names)
            if score >= CLOSE:
                scored.append((-score, order, place, field, column))
    mapping: dict[str, str] = {}
    for *_, field, column in sorted(scored):
        if field not in mapping and column not in mapping.values():
            mapping[field] = column
    return {field: mapping[field] for field in known_columns() if field in mapping}


def _likeness(column: str, names: Sequence[str]) -> float:
    """Return 0..100; the earlier of a field's names are the better ones."""
    if not column:
        return 0.0
    if column in names:
        return 100.0 - names.index(column) / 100
    return max((fuzz.ratio(column, name) - 1 for name in names if len(name) > 4), default=0.0)


def shown(columns: Sequence[str]) -> str:
    """Return the names of columns for a message: the first few, and the beginning of each."""
    names = [name if len(name) <= SHOWN_LETTERS else f"{name[:SHOWN_LETTERS]}..." for name in columns[:SHOWN_COLUMNS]]
    left = len(columns) - SHOWN_COLUMNS
    return ", ".join(names) + (f" and {left:,} more" if left > 0 else "")


def check_mapping(mapping: Mapping[str, str], header: Sequence[str], file: str) -> dict[str, str]:
    """Return the mapping without empty entries, once it is sure to work.

    Raises
    ------
    ImportFileError
        Listing fields that do not exist, columns that are not in the file, and a missing name.
    """
    chosen = {field: column for field, column in mapping.items() if column}
    problems = [f"there is no field {field!r}" for field in chosen if field not in known_columns()]
    problems += [f"there is no column {column!r}" for column in chosen.values() if column not in header]
    if "name" not in chosen:
        problems.append("no column holds the organizations' names; name it 'name', or choose it")
    if problems:
        raise ImportFileError(
            f"{file}: {'; '.join(problems)}; columns found: {shown(header)}; fields: {', '.join(known_columns())}"
        )
    return chosen
