"""Files that people have, and files that should never be read."""

import gzip
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import ImportFileError
from kb.importing.files import Limits, open_table

SMALL = Limits(
    file_bytes=10_000, unpacked_bytes=20_000, workbook_bytes=200_000, workbook_cells=10_000, cell_characters=50
)


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found_out(tmp_path: Path, separator: str) -> None:
    text = f'name{separator}city\n"A{separator} B"{separator}Berne\nC{separator}"Basel\n4051"\n'
    table = open_table(write(tmp_path, "a.csv", text))
    assert list(table.rows()) == [
        (2, {"name": f"A{separator} B", "city": "Berne"}),
        (3, {"name": "C", "city": "Basel\n4051"}),
    ]
    assert table.rejections == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    table = open_table(write(tmp_path, "a.csv", "name,city\nÉcole,Zürich\n".encode(encoding)))
    assert [row for _, row in table.rows()] == [{"name": "École", "city": "Zürich"}]
    assert table.rejections == []


def test_windows_1252_is_read_with_a_remark(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "a.csv", "name,city\nÉcole,Zürich\n".encode("cp1252")))
    assert [row for _, row in table.rows()] == [{"name": "École", "city": "Zürich"}]
    (remark,) = table.rejections
    assert "Windows-1252" in remark.problem
    assert not remark.fatal


def test_one_bad_byte_does_not_garble_the_rest(tmp_path: Path) -> None:
    data = "name\n" + "Zürich\n" * 30
    table = open_table(write(tmp_path, "a.csv", data.encode() + b"Gen\xe8ve\n"))
    assert [row["name"] for _, row in table.rows()] == ["Zürich"] * 30 + ["Gen\ufffdve"]
    assert "line 32" in table.rejections[0].problem


def test_gzip_with_and_without_its_ending(tmp_path: Path) -> None:
    data = gzip.compress(b"name,city\nA,B\n")
    for name in ("a.csv.gz", "b.csv"):
        table = open_table(write(tmp_path, name, data))
        assert list(table.rows()) == [(2, {"name": "A", "city": "B"})]


HOSTILE = {
    "empty": ("a.csv", b"", "empty"),
    "blank": ("a.csv", b" \n \n", "empty"),
    "header only": ("a.csv", b"name,city\n", "no row below"),
    "binary": ("a.csv", b"name,city\n\x00\x01\x02,a\n", "line 2 contains a zero byte"),
    "web page": ("a.csv", b"\n<!DOCTYPE html><html><body>log in</body></html>", "web page"),
    "xml": ("a.csv", b"<?xml version='1.0'?><a/>", "XML"),
    "json": ("a.csv", b'[{"name": "A"}]', "JSON"),
    "renamed workbook": ("a.csv", b"PK\x03\x04abc", "Excel workbook"),
    "old workbook": ("a.csv", b"\xd0\xcf\x11\xe0abc", ".xls"),
    "pdf": ("a.csv", b"%PDF-1.4", "PDF"),
    "neither encoding": ("a.csv", b"name\n\x81\x8d\n", "neither UTF-8 nor Windows-1252"),
    "broken utf-16": ("a.csv", b"\xff\xfea\x00\x00\xd8a\x00,", "UTF-16"),
    "same columns": ("a.csv", b"name,city,name\nA,B,C\n", "several columns are called name"),
    "not gzipped": ("a.csv.gz", b"name\nA\n", "not gzipped"),
    "cut gzip": ("a.csv.gz", gzip.compress(b"name\n" + bytes(range(1, 250)) * 20)[:60], "damaged"),
    "unknown type": ("a.docx", b"abc", "files of this type"),
    "no workbook": ("a.xlsx", b"name,city\nA,B\n", "damaged"),
    "no old workbook": ("a.xls", b"name,city\nA,B\n", "not a workbook"),
    "no ods": ("a.ods", b"PK\x03\x04", "damaged"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_with_a_reason(tmp_path: Path, case: str) -> None:
    name, data, reason = HOSTILE[case]
    with pytest.raises(ImportFileError, match=reason) as caught:
        open_table(write(tmp_path, name, data))
    assert name in str(caught.value)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no such file"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(ImportFileError, match="folder"):
        open_table(tmp_path)
    with pytest.raises(ImportFileError):
        open_table(Path("a\x00b.csv"))


def test_a_file_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    with pytest.raises(ImportFileError, match=r"5\.0 GB, more than the limit of 2\.0 GB; split it"):
        open_table(path)


def test_a_gzip_bomb(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv.gz", gzip.compress(b"name\n" + b"a" * 1_000_000))
    with pytest.raises(ImportFileError, match="unpacked"):
        open_table(path, limits=SMALL)


def test_a_workbook_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 1_000_000)
    with pytest.raises(ImportFileError, match="unpacked"):
        open_table(path, limits=SMALL)


def test_a_stray_cell_in_the_last_corner(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name"])
        sheet.write_row(1, 0, ["A"])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(ImportFileError, match="1,048,576 rows and 16,384 columns"):
        open_table(path)


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [["name", "number", "share"], ["A", 2324869.0, 0.5], [], ["B", "", True]]
    path = workbook(tmp_path / "a.xlsx", {"One": rows, "Two": [["name"], ["Z"]]})
    assert list(open_table(path).rows()) == [
        (2, {"name": "A", "number": "2324869", "share": "0.5"}),
        (4, {"name": "B", "number": "", "share": "True"}),
    ]
    assert list(open_table(path, sheet="Two").rows()) == [(2, {"name": "Z"})]
    with pytest.raises(ImportFileError, match="sheets: One, Two"):
        open_table(path, sheet="Three")


def test_a_huge_cell_rejects_its_row_only(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "a.csv", f"name,text\nA,{'x' * 51}\nB,ok\n"), limits=SMALL)
    assert [row["name"] for _, row in table.rows()] == ["B"]
    (rejection,) = table.rejections
    assert (rejection.row, rejection.field, rejection.fatal) == (2, "text", True)


def test_a_cell_over_a_megabyte(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "a.csv", f"name,text\nA,{'x' * 1_000_001}\nB,ok\n"))
    assert [row["name"] for _, row in table.rows()] == ["B"]
    assert "1,000,001 characters" in table.rejections[0].problem


def test_a_quotation_mark_left_open_over_everything(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b'name,text\nA,ok\nB,"' + b"x\n" * 35_000_000)
    with pytest.raises(ImportFileError, match="row 3 cannot be read"):
        list(open_table(path).rows())


def test_ragged_rows(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "a.csv", 'name,a,b\nA,1,2,\nB,1,2,3\nC,1\n\nD,1,2\nE,"x\ny\n'))
    assert [(number, row["name"]) for number, row in table.rows()] == [(2, "A"), (4, "C"), (6, "D")]
    assert [(r.row, r.fatal) for r in table.rejections] == [(3, True), (4, False), (7, True)]
    assert table.rows_read == 5
    assert "quotation mark" in table.rejections[-1].suggestion


def test_required_columns_are_listed(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "a.csv", "name,city\nA,B\n"))
    table.require(["name"], "a list")
    with pytest.raises(ImportFileError, match="missing columns x, y; found name, city"):
        table.require(["x", "name", "y"], "a list")


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
def test_what_is_written_as_csv_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    lines = ["name,text"] + [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path = write(tmp_path_factory.mktemp("csv"), "a.csv", "\n".join(lines))
    assert [(row["name"], row["text"]) for _, row in open_table(path).rows()] == rows
