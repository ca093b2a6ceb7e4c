"""Workbooks: XLSX, XLS and ODS through calamine, after a look at how much they would take up."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine as calamine

from kb.errors import ImportFileError

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ZIPPED = (".xlsx", ".xlsm", ".xlsb", ".ods")
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
CHUNK = 1 << 22
OVERLAP = 256


def open_workbook(path: Path, sheet: str | None, most_bytes: int, most_cells: int) -> Iterator[tuple[int, list[str]]]:
    """Return an iterator of (row number, cells as text).

    Parameters
    ----------
    path : Path
    sheet : str or None
        The first sheet when None.
    most_bytes : int
        The most that the archive may hold unpacked.
    most_cells : int
        The most rows times columns of a sheet's used area; calamine reserves memory for all of them.

    Raises
    ------
    ImportFileError
        When the file is no workbook, is protected, is too large, or has no such sheet.
    """
    if path.suffix.lower() in ZIPPED:
        _check_archive(path, most_bytes, most_cells)
    try:
        with path.open("rb") as file:
            workbook = calamine.load_workbook(file)
            names = workbook.sheet_names
            if not names:
                raise ImportFileError(f"{path.name}: the workbook has no sheet")
            if sheet is not None and sheet not in names:
                raise ImportFileError(f"{path.name}: there is no sheet {sheet!r}; sheets: {', '.join(names)}")
            loaded = workbook.get_sheet_by_name(sheet or names[0])
    except calamine.PasswordError:
        raise ImportFileError(f"{path.name}: the workbook is protected by a password; save it without one") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise ImportFileError(
            f"{path.name}: this is not a workbook that can be read ({error}); open it and save it again as .xlsx or CSV"
        ) from error
    return _rows(loaded)


def _rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [cell if isinstance(cell, str) else _words(cell) for cell in cells]


def _words(cell: Any) -> str:  # noqa: ANN401
    """Write a cell's value as a person would in a CSV file."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _check_archive(path: Path, most_bytes: int, most_cells: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > most_bytes:
                raise ImportFileError(
                    f"{path.name}: unpacked, the workbook has {unpacked / 1e9:.1f} GB, more than the limit of "
                    f"{most_bytes / 1e9:.1f} GB; save the sheet as CSV"
                )
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                    _check_area(path, archive, entry, most_bytes, most_cells)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ImportFileError(
            f"{path.name}: the workbook is damaged, protected, or something else under this name ({error}); "
            "open it and save it again"
        ) from error


def _check_area(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_bytes: int, most_cells: int) -> None:
    """Find the farthest cell: one stray cell in the last column makes a sheet of 17 billion cells."""
    rows, columns, read = 0, 0, 0
    tail = b""
    with archive.open(entry) as file:
        while chunk := file.read(CHUNK):
            read += len(chunk)
            if read > most_bytes:
                raise ImportFileError(
                    f"{path.name}: a sheet unpacks to more than it says; the workbook is not safe to open"
                )
            text = tail + chunk
            for letters, row in CELL.findall(text):
                rows = max(rows, int(row))
                columns = max(columns, _column(letters))
            tail = text[-OVERLAP:]
    if rows * columns > most_cells:
        raise ImportFileError(
            f"{path.name}: a sheet spans {rows:,} rows and {columns:,} columns, more than can be read; "
            "delete stray cells far from the table, or save the sheet as CSV"
        )


def _column(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index
