"""A corrected copy differs from the file in the cells that were corrected, and in nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import xlsxwriter

from kb.errors import ImportFileError
from kb.importing import IMPORTERS
from kb.importing.corrections import Correction, corrected_cell, rejected_rows, write_corrected

HEADER = ["Name", "Capacities", "Notes"]
ROWS = [["Alpha", "promoton; training", "0042"], ["", "training", '"quoted"; and, more\nlines'], ["Gamma", "", "x"]]
MENDED = (Correction(2, "Capacities", "promoton", "promotion"), Correction(3, "Name", "", "Beta"))


def make(path: Path, *, blank_first: bool = False) -> Path:
    rows = [*([["", "", ""]] if blank_first else []), HEADER, *ROWS]
    if path.suffix in (".csv", ".gz"):
        text = "\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows) + "\n"
        content = text.encode("cp1252")
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def read(path: Path):
    return IMPORTERS["spreadsheet"].read([path])


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.xlsx", "a.xlsm", "a.xls", "a.ods"])
def test_what_was_rejected_lands_after_a_correction_in_every_format(tmp_path: Path, name: str):
    source = make(tmp_path / name)
    assert [item.row for item in read(source).rejections] == [2, 3]
    (tmp_path / "copy").mkdir()
    corrected = read(write_corrected(source, MENDED, tmp_path / "copy"))
    assert corrected.rejections == []
    assert corrected.source == read(source).source
    assert [(item.row, item.organization.name) for item in corrected.records] == [
        (2, "Alpha"),
        (3, "Beta"),
        (4, "Gamma"),
    ]
    assert corrected.records[0].organization.description == "0042"
    assert corrected.records[1].organization.description == '"quoted"; and, more\nlines'
    assert {item.code for item in corrected.records[0].organization.claims} == {"promotion", "training"}


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_rows_keep_their_numbers_below_empty_ones(tmp_path: Path, name: str):
    source = make(tmp_path / name, blank_first=True)
    (tmp_path / "copy").mkdir()
    before = read(source)
    missing = next(item for item in before.rejections if item.fatal)
    copy = write_corrected(source, [Correction(missing.row, "Name", "", "Beta")], tmp_path / "copy")
    first, last = (item.row for item in before.records)
    assert [item.row for item in read(copy).records] == [first, missing.row, last]


def test_the_file_itself_is_left_alone(tmp_path: Path):
    source = make(tmp_path / "a.csv")
    before = source.read_bytes()
    (tmp_path / "copy").mkdir()
    write_corrected(source, MENDED, tmp_path / "copy")
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("cell", "value", "becomes", "after"),
    [
        ("promoton", "promoton", "promotion", "promotion"),
        ("training; promoton", "promoton", "promotion", "training; promotion"),
        ("a promoton b, promoton", "promoton", "promotion", "a promoton b, promotion"),
        ("x (core)|y", "x (core)", "z", "z|y"),
        (r"a\1|b", r"a\1", r"\g<9>", r"\g<9>|b"),
        ("a; b", "b", "", "a; "),
        ("a long text that was cut", "a long text", "another", "another"),
        ("", "", "Beta", "Beta"),
    ],
)
def test_an_item_of_a_list_is_replaced_and_anything_else_as_a_whole(cell, value, becomes, after):
    assert corrected_cell(cell, value, becomes) == after


def test_a_column_or_row_that_is_not_there_is_named(tmp_path: Path):
    source = make(tmp_path / "a.csv")
    (tmp_path / "copy").mkdir()
    with pytest.raises(ImportFileError, match="no column Naem"):
        write_corrected(source, [Correction(2, "Naem", "", "x")], tmp_path / "copy")
    with pytest.raises(ImportFileError, match="no row 99"):
        write_corrected(source, [Correction(99, "Name", "", "x")], tmp_path / "copy")


def test_rejected_rows_come_with_all_their_cells(tmp_path: Path):
    source = make(tmp_path / "a.csv")
    header, rows = rejected_rows(source, read(source).rejections)
    assert list(header) == HEADER
    assert rows == {2: ROWS[0], 3: ROWS[1]}
