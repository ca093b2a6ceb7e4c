"""Mending rows of a file before it is imported: the file stays as it came, and a corrected copy is read instead."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from kb.errors import ImportFileError
from kb.importing.columns import shown
from kb.importing.delimited import open_delimited
from kb.importing.files import Limits, open_table
from kb.importing.parsed import Rejection
from kb.importing.workbook import WORKBOOKS, open_workbook

LETTERS_ONLY = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}
CELL_LIMIT = 32_767


@dataclass(frozen=True)
class Correction:
    """What a cell should say instead.

    Attributes
    ----------
    row : int
        Counted from 1, the header being row 1, as in `Rejection`.
    column : str
    value : str
        What was found wrong: the whole cell, its beginning, or one item of a list in it.
    becomes : str
        What stands there instead; empty takes it out.
    """

    row: int
    column: str
    value: str
    becomes: str


def rejected_rows(path: Path, rejections: Sequence[Rejection]) -> tuple[tuple[str, ...], dict[int, list[str]]]:
    """Return the header, and the cells of every row that something was wrong with, by row number.

    Raises
    ------
    ImportFileError
        When the file cannot be read.
    """
    wanted = {item.row for item in rejections}
    return open_table(path).header, {number: cells for number, cells in _rows(path) if number in wanted}


def write_corrected(path: Path, corrections: Collection[Correction], folder: Path) -> Path:
    """Write a copy of a file with some cells corrected, under the same name; every row keeps its number.

    Parameters
    ----------
    path : Path
        A file that `kb.importing.files.open_table` can open; a workbook's first sheet is copied.
    corrections : collection of Correction
    folder : Path
        Where the copy goes; not the file's own folder.

    Raises
    ------
    ImportFileError
        When a column or row is not in the file.
    """
    header = open_table(path).header
    missing = sorted({item.column for item in corrections} - set(header))
    if missing:
        raise ImportFileError(f"{path.name}: there is no column {', '.join(missing)}; found {shown(header)}")
    by_row: dict[int, list[Correction]] = {}
    for item in corrections:
        by_row.setdefault(item.row, []).append(item)
    target = folder / path.name
    write = _write_workbook if path.suffix.lower() in WORKBOOKS else _write_delimited
    write(target, _corrected(path, header, by_row))
    if by_row:
        raise ImportFileError(f"{path.name}: there is no row {', '.join(map(str, sorted(by_row)))}")
    return target


def corrected_cell(cell: str, value: str, becomes: str) -> str:
    """Return a cell with what was wrong in it replaced: an item where it is one of a list, else the whole cell."""
    items = [item.strip() for item in re.split(r"[;|\r\n,]", cell)]
    if value.strip() == cell.strip() or value.strip() not in items:
        return becomes
    bounded = rf"(^|[;|\r\n,])(\s*){re.escape(value.strip())}(\s*)(?=$|[;|\r\n,])"
    return re.sub(bounded, lambda match: f"{match[1]}{match[2]}{becomes}{match[3]}", cell, count=1)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    limits = Limits()
    if path.suffix.lower() in WORKBOOKS:
        return open_workbook(path, None, limits.workbook_bytes, limits.workbook_cells)
    return open_delimited(path, limits.unpacked_bytes)[0]


def _corrected(
    path: Path, header: Sequence[str], by_row: dict[int, list[Correction]]
) -> Iterator[tuple[int, list[str]]]:
    """Yield every row; what was corrected is taken out of `by_row`."""
    places = {column: place for place, column in enumerate(header)}
    for number, cells in _rows(path):
        for item in by_row.pop(number, ()):
            place = places[item.column]
            cells.extend([""] * (place + 1 - len(cells)))
            cells[place] = corrected_cell(cells[place], item.value, item.becomes)
        yield number, cells


def _write_delimited(target: Path, rows: Iterator[tuple[int, list[str]]]) -> None:
    packed = target.suffix.lower() == ".gz"
    with (
        gzip.open(target, "wb", compresslevel=1) if packed else target.open("wb") as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as file,
    ):
        csv.writer(file).writerows(cells for _, cells in rows)


def _write_workbook(target: Path, rows: Iterator[tuple[int, list[str]]]) -> None:
    with xlsxwriter.Workbook(str(target), LETTERS_ONLY) as workbook:
        sheet = workbook.add_worksheet()
        for line, (_, cells) in enumerate(rows):
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(line, place, cell[:CELL_LIMIT])
