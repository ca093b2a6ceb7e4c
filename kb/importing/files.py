"""Opening the files that people have: CSV and workbooks, checked before a single row is believed."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePosixPath

from kb.errors import ImportFileError
from kb.importing.cells import clean_line
from kb.importing.columns import shown
from kb.importing.delimited import DELIMITED, open_delimited
from kb.importing.parsed import Rejection
from kb.importing.workbook import WORKBOOKS, open_workbook

GB = 1_000_000_000
MOST_COLUMNS = 16_384
MOST_REJECTIONS = 200_000
EVERY = 5_000
MOST_NAME_BYTES = 150
REFUSED = re.compile(r'[:*?"<>|]')
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)")


@dataclass(frozen=True)
class Limits:
    """How much is read before a file is refused.

    Attributes
    ----------
    file_bytes : int
        Size of the file on disk.
    unpacked_bytes : int
        Size of what a .gz holds.
    workbook_bytes : int
        Size of what an .xlsx or .ods holds: a workbook is read into memory whole.
    workbook_cells : int
        Rows times columns of a sheet's used area, empty cells included.
    cell_characters : int
        Length of one cell; a row with a longer one is rejected.
    """

    file_bytes: int = 2 * GB
    unpacked_bytes: int = 8 * GB
    workbook_bytes: int = GB
    workbook_cells: int = 50_000_000
    cell_characters: int = 1_000_000


@dataclass
class Table:
    """A file's header, and its rows one by one.

    Attributes
    ----------
    path : Path
    header : tuple of str
    digest : str
        SHA-256 of the file's bytes, in hex.
    rejections : list of Rejection
        Rows that could not be used, and remarks about the file; grows while rows are read.
    rows_read : int
        Data rows met so far, rejected ones included.
    """

    path: Path
    header: tuple[str, ...]
    digest: str
    rejections: list[Rejection] = field(default_factory=list)
    rows_read: int = 0
    _rows: Iterator[tuple[int, list[str]]] = field(default_factory=lambda: iter(()), repr=False)
    _limits: Limits = field(default_factory=Limits, repr=False)

    def rows(self, others: Sequence[Rejection] = ()) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (row number, column -> cell); the header is row 1. Can be read once.

        Parameters
        ----------
        others : sequence of Rejection
            What the reader itself finds wrong; grows meanwhile.

        Raises
        ------
        ImportFileError
            When so much is wrong that the file must be of another kind.
        """
        width = len(self.header)
        for number, cells in self._rows:
            if not any(cells):
                continue
            self.rows_read += 1
            if self.rows_read % EVERY == 0 and len(self.rejections) + len(others) > MOST_REJECTIONS:
                first = next(chain(others, self.rejections))
                raise ImportFileError(
                    f"{self.path.name}: more than {MOST_REJECTIONS:,} things are wrong by row {number:,}, the first in "
                    f"row {first.row}: {first.problem}; look whether this is the file you mean"
                )
            if len(cells) != width and not self._fits(number, cells):
                continue
            if sum(map(len, cells)) > self._limits.cell_characters and self._oversized(number, cells):
                continue
            yield number, dict(zip(self.header, cells, strict=False))

    def require(self, columns: Iterable[str], what: str) -> None:
        """Make sure that columns are there.

        Raises
        ------
        ImportFileError
            Listing the columns that are missing and those that were found.
        """
        missing = [column for column in columns if column not in self.header]
        if missing:
            raise ImportFileError(
                f"{self.path.name}: not {what}: missing columns {', '.join(missing)}; found {shown(self.header)}"
            )

    def _fits(self, number: int, cells: list[str]) -> bool:
        """Mend a row of the wrong width in place, or reject it."""
        width, found = len(self.header), len(cells)
        if found > width:
            if any(cells[width:]):
                self._reject(
                    number,
                    f"the row has {found} cells, the header {width}",
                    "put a cell that contains the separator in quotation marks",
                )
                return False
            del cells[width:]
            return True
        if "\n" in cells[-1] and found < width:
            self._reject(
                number,
                f"the row has {found} cells, the header {width}, and its last cell runs over several lines",
                "close the quotation mark that is left open in this row",
            )
            return False
        cells.extend([""] * (width - found))
        self._reject(
            number, f"the row has {found} cells, the header {width}; the rest was taken as empty", "", fatal=False
        )
        return True

    def _oversized(self, number: int, cells: list[str]) -> bool:
        for column, cell in zip(self.header, cells, strict=False):
            if len(cell) > self._limits.cell_characters:
                self.rejections.append(
                    Rejection(
                        number,
                        column,
                        cell[:80],
                        f"the cell has {len(cell):,} characters, more than {self._limits.cell_characters:,}",
                        "shorten it, or look for a quotation mark left open",
                    )
                )
                return True
        return False

    def _reject(self, row: int, problem: str, suggestion: str, *, fatal: bool = True) -> None:
        self.rejections.append(Rejection(row, "", "", problem, suggestion, fatal))


def open_table(path: Path, *, sheet: str | None = None, limits: Limits | None = None) -> Table:
    """Open a CSV (also gzipped) or workbook file.

    Parameters
    ----------
    path : Path
        A .csv, .tsv, .txt (also with .gz), .xlsx, .xlsm, .xls or .ods file.
    sheet : str, optional
        A workbook's sheet; the first by default.
    limits : Limits, optional

    Raises
    ------
    ImportFileError
        When the file cannot be used; the message names it and says what to do.
    """
    path, limits = Path(path), limits or Limits()
    _check_file(path, limits)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    remarks: list[Rejection] = []
    if suffixes and suffixes[-1] in WORKBOOKS:
        rows = open_workbook(path, sheet, limits.workbook_bytes, limits.workbook_cells)
    elif suffixes and (suffixes[-1] in DELIMITED or suffixes[-1] == ".gz"):
        rows, remarks = open_delimited(path, limits.unpacked_bytes)
    else:
        known = ", ".join((*DELIMITED, ".csv.gz", *WORKBOOKS))
        raise ImportFileError(f"{path.name}: files of this type cannot be read; give one of {known}")
    header, body = _header(path, rows)
    return Table(path, header, _digest(path), remarks, 0, body, limits)


def given_name(name: str, otherwise: str) -> str:
    """Return a name for a file that was handed over: its own, without folders, when every system takes it.

    Parameters
    ----------
    name : str
        As whoever sent it wrote it: it may hold folders of any system, and anything else.
    otherwise : str
        The name for a file whose own cannot be used.
    """
    own = clean_line(REFUSED.sub("-", PurePosixPath(name.replace("\\", "/")).name))
    text = own.encode("utf-8", "ignore")[-MOST_NAME_BYTES:].decode("utf-8", "ignore").strip(". ")
    return otherwise if not text or DEVICE.match(text) else text


def _check_file(path: Path, limits: Limits) -> None:
    """Refuse what is no file that can be read, and one that is too large; its name must be text, to be recorded."""
    if not _is_text(path.name):
        raise ImportFileError(f"{path.name!a}: the file's name is not Unicode text; rename it")
    try:
        if path.is_dir():
            raise ImportFileError(f"{path.name}: this is a folder; give the file inside it")
        size = path.stat().st_size
    except FileNotFoundError:
        raise ImportFileError(f"{path}: there is no such file; check the name and the folder") from None
    except (OSError, ValueError) as error:
        raise ImportFileError(f"{path}: the file cannot be opened ({error}); check the name and your rights") from error
    if not path.is_file():
        raise ImportFileError(f"{path.name}: this is not an ordinary file")
    if size == 0:
        raise ImportFileError(f"{path.name}: the file is empty; download or save it again")
    if size > limits.file_bytes:
        raise ImportFileError(
            f"{path.name}: the file has {size / GB:.1f} GB, more than the limit of {limits.file_bytes / GB:.1f} GB; "
            "split it into parts, or remove columns that are not needed"
        )


def _is_text(name: str) -> bool:
    try:
        return bool(name.encode("utf-8")) or not name
    except UnicodeEncodeError:
        return False


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ImportFileError(f"{path.name}: the file cannot be read ({error})") from error


def _header(
    path: Path, rows: Iterator[tuple[int, list[str]]]
) -> tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    """Take the first row that is not empty as the header, and make sure that rows follow."""
    found = next((cells for _, cells in rows if any(cell.strip() for cell in cells)), None)
    if found is None:
        raise ImportFileError(f"{path.name}: the file has no rows; save it again with a header and data")
    header = _column_names(path, found)
    first = next(((number, cells) for number, cells in rows if any(cells)), None)
    if first is None:
        raise ImportFileError(f"{path.name}: there is a header and no row below it; add rows, or give another file")
    return header, chain((first,), rows)


def _column_names(path: Path, cells: Sequence[str]) -> tuple[str, ...]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise ImportFileError(
            f"{path.name}: the header has {len(cells):,} columns, more than the {MOST_COLUMNS:,} of a spreadsheet; "
            "give a table with one organization a row"
        )
    names = [clean_line(cell) or f"column {index}" for index, cell in enumerate(cells, start=1)]
    doubled = sorted(name for name, count in Counter(names).items() if count > 1)
    if doubled:
        raise ImportFileError(f"{path.name}: several columns are called {shown(doubled)}; give each its own name")
    return tuple(names)
