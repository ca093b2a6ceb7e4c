"""CSV and its relatives: compression, encoding and separator found out, never assumed."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from kb.errors import ImportFileError
from kb.importing.parsed import Rejection

DELIMITED = (".csv", ".tsv", ".txt")
SEPARATORS = (",", ";", "\t", "|")
CHUNK = 1 << 20
SAMPLE = 1 << 16
LARGEST_ROW = 1 << 25
SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or a zip archive; give the .xlsx itself, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; rename it to .xls, or save it as CSV",
    b"%PDF": "a PDF document; copy the table into a spreadsheet and save it as CSV",
    b"SQLite format 3": "a database; export the table as CSV",
    b"PAR1": "a Parquet file; export it as CSV",
}


@dataclass
class _Scan:
    """What a first pass over the bytes found."""

    encoding: str
    remark: str = ""
    lossy: bool = False


def open_delimited(path: Path, unpacked_bytes: int) -> tuple[Iterator[tuple[int, list[str]]], list[Rejection]]:
    """Return an iterator of (row number, cells), and remarks on how the file was read.

    Parameters
    ----------
    path : Path
    unpacked_bytes : int
        The most that a gzipped file may hold.

    Raises
    ------
    ImportFileError
        When the file is something else, is damaged, or holds too much.
    """
    scan = _scan(path, unpacked_bytes)
    remarks = (
        [Rejection(1, "", path.name, scan.remark, "save the file as CSV UTF-8", fatal=False)] if scan.remark else []
    )
    with _text(path, scan) as file:
        sample = file.read(SAMPLE)
    _refuse_markup(path, sample)
    return _rows(path, scan, _separator(sample)), remarks


def _bytes(path: Path) -> gzip.GzipFile | io.BufferedReader:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(path, "rb")
    if path.suffix.lower() == ".gz":
        raise ImportFileError(
            f"{path.name}: the name ends in .gz and the file is not gzipped; remove .gz from the name"
        )
    return path.open("rb")


def _text(path: Path, scan: _Scan) -> io.TextIOWrapper:
    errors = "replace" if scan.lossy else "strict"
    return io.TextIOWrapper(_bytes(path), encoding=scan.encoding, errors=errors, newline="")


def _chunks(path: Path, unpacked_bytes: int) -> Iterator[bytes]:
    total = 0
    try:
        with _bytes(path) as file:
            while chunk := file.read(CHUNK):
                total += len(chunk)
                if total > unpacked_bytes:
                    raise ImportFileError(
                        f"{path.name}: unpacked, the file has more than {unpacked_bytes / 1e9:.1f} GB, which is the "
                        "limit; unpack it yourself and split it, if it is what you expect"
                    )
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ImportFileError(f"{path.name}: the gzip file is damaged ({error}); download it again") from error
    except OSError as error:
        raise ImportFileError(f"{path.name}: the file cannot be read ({error})") from error


def _scan(path: Path, unpacked_bytes: int) -> _Scan:
    """Read the whole file once: nobody wants to learn of a bad byte after a million rows."""
    chunks = _chunks(path, unpacked_bytes)
    start = next(chunks, b"")
    if not start.strip():
        raise ImportFileError(f"{path.name}: the file is empty; download or save it again")
    for signature, what in SIGNATURES.items():
        if start.startswith(signature):
            raise ImportFileError(f"{path.name}: this is not CSV but {what}")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _decode_all(path, "utf-16", start, chunks)
        return _Scan("utf-16")
    return _scan_bytes(path, start, chunks)


def _decode_all(path: Path, encoding: str, start: bytes, chunks: Iterator[bytes]) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    try:
        for chunk in chain((start,), chunks):
            text = decoder.decode(chunk)
            if "\x00" in text:
                line = lines + text[: text.index("\x00")].count("\n")
                raise ImportFileError(f"{path.name}: line {line} contains a zero character; save it as CSV UTF-8")
            lines += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ImportFileError(
            f"{path.name}: the file begins as {encoding.upper()} and is damaged ({error.reason}); save it as CSV UTF-8"
        ) from error


def _scan_bytes(path: Path, start: bytes, chunks: Iterator[bytes]) -> _Scan:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    lines, bad, good, first_bad = 1, 0, 0, 0
    undefined = False
    chunk: bytes | None = start
    while chunk is not None:
        if b"\x00" in chunk:
            line = lines + chunk[: chunk.index(b"\x00")].count(b"\n")
            raise ImportFileError(
                f"{path.name}: line {line} contains a zero byte: a binary file, or UTF-16 without its mark; "
                "save it as CSV UTF-8"
            )
        if not chunk.isascii():
            text = decoder.decode(chunk)
            marks = text.count("\ufffd")
            if marks and not first_bad:
                first_bad = lines + text[: text.index("\ufffd")].count("\n")
            bad += marks
            good += len(text) - len(text.encode("ascii", "ignore")) - marks
            undefined = undefined or bool(set(chunk) & {0x81, 0x8D, 0x8F, 0x90, 0x9D})
        else:
            bad += len(decoder.decode(b"", final=True))
        lines += chunk.count(b"\n")
        chunk = next(chunks, None)
    bad += len(decoder.decode(b"", final=True))
    if not bad:
        return _Scan("utf-8-sig")
    first_bad = first_bad or lines
    if good > 10 * bad:
        remark = f"{bad} characters are not valid UTF-8, the first in line {first_bad}; they show as \ufffd"
        return _Scan("utf-8-sig", remark, lossy=True)
    if undefined:
        raise ImportFileError(
            f"{path.name}: line {first_bad} is neither UTF-8 nor Windows-1252 text; save the file as CSV UTF-8"
        )
    return _Scan("cp1252", f"the file is not UTF-8 (line {first_bad}); it was read as Windows-1252 (Western European)")


def _refuse_markup(path: Path, sample: str) -> None:
    beginning = sample.lstrip("\ufeff \t\r\n")[:200].lower()
    if beginning.startswith(("<!doctype", "<html", "<head", "<body", "<table")):
        raise ImportFileError(
            f"{path.name}: this is a web page, not CSV; download the data file itself "
            "(was a log-in or error page saved?)"
        )
    if beginning.startswith("<?xml"):
        raise ImportFileError(f"{path.name}: this is XML, not CSV; open it in a spreadsheet program and save it as CSV")
    if beginning.startswith(("{", "[{")):
        raise ImportFileError(f"{path.name}: this is JSON, not CSV; export the table as CSV")


def _separator(sample: str) -> str:
    """Return the separator that gives the most columns in the header, and the same in the rows below it."""
    if len(sample) == SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = ",", (0, 0)
    for separator in SEPARATORS:
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
            widths = [len(cells) for cells, _ in zip((row for row in reader if row), range(20), strict=False)]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            score = (sum(width == widths[0] for width in widths) * 20 // len(widths), widths[0])
            best, best_score = (separator, score) if score > best_score else (best, best_score)
    return best


def _rows(path: Path, scan: _Scan, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records; the limit on a cell is process-wide in `csv`, so it is only ever raised."""
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST_ROW))
    number = 0
    with _text(path, scan) as file:
        lines = _Lines(file)
        try:
            for number, cells in enumerate(csv.reader(lines, delimiter=separator), start=1):
                lines.taken = 0
                yield number, cells
        except csv.Error as error:
            raise ImportFileError(
                f"{path.name}: row {number + 1} cannot be read ({error}); look for a quotation mark that is not closed"
            ) from error
        except OSError as error:
            raise ImportFileError(f"{path.name}: row {number + 1} cannot be read ({error})") from error


class _Lines:
    """A file's lines, as long as no row takes up more memory than a row may."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LARGEST_ROW + 1)
        self.taken += len(line)
        if self.taken > LARGEST_ROW:
            raise csv.Error(f"it has more than {LARGEST_ROW:,} characters")
        if not line:
            raise StopIteration
        return line
