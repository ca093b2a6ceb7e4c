"""Workbooks: XLSX, XLS and ODS, looked at first, then read by a process that may fail without harm."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kb.errors import ImportFileError

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ZIPPED = (".xlsx", ".xlsm", ".xlsb", ".ods")
CELL = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
CHUNK = 1 << 22
OVERLAP = 256
CHILD = Path(__file__).with_name("workbook_child.py")
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What Excel and LibreOffice allow a sheet."""
MEMORY = 2_000_000_000
MEMORY_PER_BYTE = 4
SECONDS = 600
LONGEST_LINE = 1 << 28


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
    unpacked = path.stat().st_size
    if path.suffix.lower() in ZIPPED:
        unpacked = _check_archive(path, most_bytes, most_cells)
    rows = _rows(path, sheet, MEMORY + MEMORY_PER_BYTE * unpacked)
    next(rows)
    return rows


def _rows(path: Path, sheet: str | None, memory: int) -> Iterator[tuple[int, list[str]]]:
    """Yield a row number 0 once the workbook is open, then its rows; the process ends with the iterator."""
    with _child(path, sheet, memory) as process:
        said = _line(path, process)
        if not isinstance(said, dict) or "refused" in said:
            raise ImportFileError(_refusal(path, sheet, said))
        yield 0, []
        number = 0
        while (cells := _line(path, process, last=True)) is not None:
            number += 1
            yield number, cells


@contextmanager
def _child(path: Path, sheet: str | None, memory: int) -> Iterator[subprocess.Popen[bytes]]:
    numbers = map(str, (memory, SECONDS, MOST_ROWS, MOST_COLUMNS))
    command = [sys.executable, "-P", str(CHILD), *numbers, *([] if sheet is None else [sheet])]
    try:
        with path.open("rb") as file:
            process = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except (OSError, ValueError) as error:
        raise ImportFileError(f"{path.name}: the workbook cannot be opened ({error}); save it as CSV") from error
    try:
        yield process
    finally:
        process.kill()
        if process.stdout:
            process.stdout.close()
        process.wait()


def _line(path: Path, process: subprocess.Popen[bytes], *, last: bool = False) -> Any:  # noqa: ANN401
    """Return what the process says next; None when it is done, which it may be only when `last`."""
    line = process.stdout.readline(LONGEST_LINE) if process.stdout else b""
    if line.endswith(b"\n"):
        return json.loads(line)
    if last and not line and process.wait() == 0:
        return None
    raise ImportFileError(
        f"{path.name}: the workbook could not be read within the memory and time that a file of its size may need; "
        "it is damaged, or not safe to open. Open it in a spreadsheet program and save the sheet as CSV"
    )


def _refusal(path: Path, sheet: str | None, said: Any) -> str:  # noqa: ANN401
    """Word why there are no rows."""
    words = [str(word) for word in said["words"]] if isinstance(said, dict) else []
    match said["refused"] if isinstance(said, dict) else "":
        case "password":
            return f"{path.name}: the workbook is protected by a password; save it without one"
        case "no sheet" if words:
            return f"{path.name}: there is no sheet {sheet!r}; sheets: {', '.join(words)[:500]}"
        case "no sheet":
            return f"{path.name}: the workbook has no sheet"
        case "area":
            return _too_wide(path, *words)
        case _:
            why = f" ({'; '.join(words)})" if words else ""
            return f"{path.name}: this is not a workbook that can be read{why}; save it again as .xlsx or CSV"


def _too_wide(path: Path, rows: str, columns: str) -> str:
    return (
        f"{path.name}: a sheet spans {rows} rows and {columns} columns, more than can be read; "
        "delete stray cells far from the table, or save the sheet as CSV"
    )


def _check_archive(path: Path, most_bytes: int, most_cells: int) -> int:
    """Return how much an archive unpacks to, once that is little enough."""
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
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise ImportFileError(
            f"{path.name}: the workbook is damaged, protected, or something else under this name ({error}); "
            "open it and save it again"
        ) from error
    return unpacked


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
        raise ImportFileError(_too_wide(path, f"{rows:,}", f"{columns:,}"))


def _column(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index
