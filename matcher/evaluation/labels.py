"""Labelled organizations: read from a table of texts, or from keys of rows in open data that is at hand."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.organization import ClaimKind, ConcernRole
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.errors import LabelsError

TEXT_COLUMNS = ("id", "name", "text", "codes")
KEY_COLUMNS = ("source", "row_key", "name", "codes", "split")
MAX_FIELD = 10_000_000


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where the text of a row key stands: a file below the data folder, and its columns."""

    file: str
    key: str
    texts: tuple[str, ...]


SOURCES: Mapping[str, DataSource] = {
    "equities": DataSource("financedatabase/equities.csv.gz", "symbol", ("summary",)),
    "cordis": DataSource("cordis_horizon_europe/project.csv.gz", "id", ("objective",)),
    "ukcat_sample": DataSource("ukcat/sample.csv", "reg_number", ("activities", "objects")),
    "ukcat_top2000": DataSource("ukcat/top2000.csv", "reg_number", ("activities", "objects")),
}


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and what is right about it.

    Attributes
    ----------
    codes : mapping of code to role
        The role is None except for concerns.
    split : str
        ``train``, ``test`` or empty.
    asked : frozenset of str
        The only codes that were looked at; empty when all were.
    """

    id: str
    name: str
    text: str
    codes: Mapping[str, ConcernRole | None]
    split: str = ""
    asked: frozenset[str] = frozenset()


def read_labels(path: Path, kind: ClaimKind, data_folder: Path | None = None) -> list[LabelledText]:
    """Read labels for capacities or concerns.

    Parameters
    ----------
    path : Path
        CSV with ``id,name,text,codes``, or with ``source,row_key,name,codes,split``; a column ``asked`` may name the
        only codes that were looked at, separated by ``;``.
    kind : ClaimKind
        CAPACITY: codes separated by ``;``. CONCERN: ``code:core`` or ``code:minor``, separated by ``;``.
    data_folder : Path or None
        Where the open data is; needed for row keys only.

    Raises
    ------
    LabelsError
        With one line per problem, each naming the row and the field.
    """
    rows = list(_rows(path))
    header = tuple(rows[0]) if rows else ()
    by_key = set(KEY_COLUMNS) <= set(header)
    if not by_key and not set(TEXT_COLUMNS) <= set(header):
        raise LabelsError(
            f"{path.name}: needs the columns {','.join(TEXT_COLUMNS)} (or {','.join(KEY_COLUMNS)}) and a row or more;"
            f" found {','.join(header) or 'nothing'}"
        )
    problems: list[str] = []
    texts = _texts(rows, data_folder, problems) if by_key else {}
    vocabulary = load_vocabulary()
    cases = []
    for number, row in enumerate(rows, start=2):
        where = f"{path.name} row {number}"
        text = texts.get((row["source"], row["row_key"]), "") if by_key else row["text"]
        if not text.strip() and not (by_key and problems and data_folder is None):
            problems.append(
                f"{where}: {'row_key ' + row['row_key'] if by_key else 'text'}: no text; give one or drop the row"
            )
        codes = _codes(row["codes"], kind, vocabulary, where, problems)
        key = f"{row['source']}:{row['row_key']}" if by_key else row["id"]
        asked = frozenset(_asked(row.get("asked", ""), kind, vocabulary, where, problems))
        cases.append(LabelledText(key, row["name"], text, codes, row.get("split", ""), asked))
    counts = Counter(case.id for case in cases)
    problems.extend(f"{path.name}: {key} is labelled twice" for key, count in counts.items() if count > 1)
    if problems:
        raise LabelsError("\n".join(problems))
    return cases


def _rows(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD))
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {name: value or "" for name, value in row.items() if isinstance(name, str)}
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path}: cannot be read: {error}") from error


def _texts(rows: list[dict[str, str]], data_folder: Path | None, problems: list[str]) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[str]] = {}
    for row in rows:
        wanted.setdefault(row["source"], set()).add(row["row_key"])
    problems.extend(
        f"source {source!r} is unknown; known: {', '.join(SOURCES)}"
        for source in sorted(wanted)
        if source not in SOURCES
    )
    if data_folder is None:
        problems.append("these labels name rows of open data: say in which folder the data is")
        return {}
    found: dict[tuple[str, str], str] = {}
    for name, keys in wanted.items():
        source = SOURCES.get(name)
        if source is None:
            continue
        for row in _rows(data_folder / source.file):
            key = row.get(source.key, "")
            if key in keys and (name, key) not in found:
                found[name, key] = next((row[column] for column in source.texts if row.get(column, "").strip()), "")
    return found


def _asked(cell: str, kind: ClaimKind, vocabulary: Vocabulary, where: str, problems: list[str]) -> list[str]:
    codes = [code for code in (piece.strip() for piece in cell.split(";")) if code]
    known = vocabulary.terms(kind)
    problems.extend(
        f"{where}: asked: {vocabulary.unknown(kind.value, code, known)}" for code in codes if code not in known
    )
    return codes


def _codes(
    cell: str, kind: ClaimKind, vocabulary: Vocabulary, where: str, problems: list[str]
) -> dict[str, ConcernRole | None]:
    codes: dict[str, ConcernRole | None] = {}
    for part in filter(None, (piece.strip() for piece in cell.split(";"))):
        code, _, role = part.partition(":")
        if code not in vocabulary.terms(kind):
            problems.append(f"{where}: codes: {vocabulary.unknown(kind.value, code, vocabulary.terms(kind))}")
        elif kind is not ClaimKind.CONCERN and role:
            problems.append(f"{where}: codes: {part!r}: only a concern has a role")
        elif kind is ClaimKind.CONCERN and role not in {item.value for item in ConcernRole}:
            problems.append(f"{where}: codes: {part!r}: say {code}:core or {code}:minor")
        else:
            codes[code] = ConcernRole(role) if role else None
    return codes
