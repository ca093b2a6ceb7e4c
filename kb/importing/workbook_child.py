"""Reads one workbook in a process of its own, so that a hostile one can break nothing but itself.

Run as a script with the workbook as standard input, and as arguments: bytes of memory, seconds of computing, most
rows, most columns, and the sheet's name when it is not the first. Writes one JSON list a row; before it
``{"width": n}``, or instead of everything ``{"refused": reason, "words": [...]}``.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import python_calamine as calamine


def main(arguments: Sequence[str]) -> None:
    """Read the workbook on standard input and write its rows."""
    memory, seconds, most_rows, most_columns = map(int, arguments[:4])
    _limit(memory, seconds)
    wanted = arguments[4] if len(arguments) > 4 else None
    try:
        workbook = calamine.load_workbook(sys.stdin.buffer)
        names = workbook.sheet_names
        if not names or (wanted is not None and wanted not in names):
            _write({"refused": "no sheet", "words": names})
            return
        sheet = workbook.get_sheet_by_name(wanted if wanted is not None else names[0])
    except calamine.PasswordError:
        _write({"refused": "password", "words": []})
        return
    except (calamine.CalamineError, OSError, ValueError) as error:
        _write({"refused": "unreadable", "words": [str(error)[:300]]})
        return
    if sheet.total_height > most_rows or sheet.total_width > most_columns:
        _write({"refused": "area", "words": [f"{sheet.total_height:,}", f"{sheet.total_width:,}"]})
        return
    _write({"width": sheet.total_width})
    for cells in sheet.iter_rows():
        _write([cell.replace("\x00", "") if isinstance(cell, str) else _words(cell) for cell in cells])


def _limit(memory: int, seconds: int) -> None:
    """Give the rest of the work no more memory and time than it may need, and no file to write to."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _words(cell: Any) -> str:  # noqa: ANN401
    """Write a cell's value as a person would in a CSV file."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _write(item: object) -> None:
    sys.stdout.write(json.dumps(item))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
