"""Files made to do harm: to memory, to time, to the process, to the folder they lie in."""

from __future__ import annotations

import io
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from kb.errors import ImportFileError
from kb.importing import IMPORTERS, workbook
from kb.importing.files import open_table
from kb.watchlists import read_watchlist
from tests.fuzz.targets import CHARITY, LISTING, PARTICIPANT, PROJECT, SHEET
from tests.fuzz.targets import workbook as make_workbook

CELL = b'<row r="1"><c r="A1" t="str"><v>name</v></c></row>'
FAR = b'<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'
SHEET_PART = "xl/worksheets/sheet1.xml"


def sheet(tmp_path: Path, rows: bytes, *, part: str = SHEET_PART, prolog: bytes = b"", strings: bytes = b"") -> Path:
    """Write a workbook with a sheet of this XML, in a part of this name."""

    def edit(name: str, content: bytes) -> bytes:
        if name == SHEET_PART:
            start, end = content.index(b"<sheetData"), content.index(b"</sheetData>")
            return (
                content[: content.index(b"<worksheet")]
                + prolog
                + content[content.index(b"<worksheet") : start]
                + (b"<sheetData>" + rows + content[end:])
            )
        if name == "xl/sharedStrings.xml" and strings:
            return strings
        if name == "xl/_rels/workbook.xml.rels":
            return content.replace(b"worksheets/sheet1.xml", part.removeprefix("xl/").encode())
        return content

    made = make_workbook([["name"], ["A"]], edit=edit)
    if part == SHEET_PART:
        (tmp_path / "a.xlsx").write_bytes(made)
        return tmp_path / "a.xlsx"
    return renamed(tmp_path, made, {SHEET_PART: part})


def renamed(tmp_path: Path, content: bytes, names: dict[str, str]) -> Path:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(names.get(entry.filename, entry.filename), source.read(entry))
    return path


def test_the_workbooks_made_here_are_read_when_they_do_no_harm(tmp_path: Path):
    rows = CELL + b'<row r="2"><c r="A2" t="str"><v>Acme</v></c></row>'
    assert list(open_table(sheet(tmp_path, rows)).rows()) == [(2, {"name": "Acme"})]
    assert list(open_table(sheet(tmp_path, rows, part="xl/elsewhere/s.xml")).rows()) == [(2, {"name": "Acme"})]


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        (CELL + FAR, "xl/elsewhere/s.xml"),
        ((CELL + FAR).replace(b'"', b"'"), SHEET_PART),
        (CELL + b'<row r="4294967295"><c t="str"><v>x</v></c></row>', SHEET_PART),
        (b'<row r="1"><c r="ZZZZZZZ4294967295" t="str"><v>x</v></c></row>', SHEET_PART),
        (CELL + FAR.replace(b' r="XFD1048576"', b' r = "XFD1048576"'), SHEET_PART),
    ],
    ids=["in a part of another name", "in single quotes", "a row by its number alone", "beyond all sheets", "spaced"],
)
def test_a_stray_cell_that_hides_takes_nobody_down(tmp_path: Path, rows: bytes, part: str):
    with pytest.raises(ImportFileError, match=r"a\.xlsx: .*(memory and time|spans|can be read)"):
        list(open_table(sheet(tmp_path, rows, part=part)).rows())


def test_one_long_string_in_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "MEMORY", 250_000_000)
    strings = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"a" * 100_000
    ) + b"</t></si></sst>"
    path = sheet(tmp_path, CELL + b'<row r="2">' + b'<c t="s"><v>0</v></c>' * 10_000 + b"</row>", strings=strings)
    assert path.stat().st_size < 20_000
    with pytest.raises(ImportFileError, match="memory and time"):
        list(open_table(path).rows())


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 10))
    + b"]>"
)


@pytest.mark.parametrize(
    ("prolog", "entity"),
    [(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b"&e;"), (LAUGHS, b"&j;")],
    ids=["a file from outside", "a billion laughs"],
)
def test_entities_of_a_workbook_are_never_followed(tmp_path: Path, prolog: bytes, entity: bytes):
    rows = CELL + b'<row r="2"><c r="A2" t="str"><v>' + entity + b"</v></c></row>"
    with pytest.raises(ImportFileError, match="entity"):
        list(open_table(sheet(tmp_path, rows, prolog=prolog)).rows())


def test_names_in_an_archive_lead_nowhere(tmp_path: Path):
    inner = tmp_path / "in"
    inner.mkdir()
    path = inner / "a.xlsx"
    path.write_bytes(make_workbook([["name"], ["A"]]))
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("../../escaped.txt", "/escaped.txt", "..\\escaped.txt"):
            archive.writestr(name, "x")
    before = sorted(tmp_path.rglob("*"))
    assert [record.organization.name for record in IMPORTERS["spreadsheet"].read([path]).records] == ["A"]
    assert sorted(tmp_path.rglob("*")) == before


def test_cells_repeated_without_end_in_an_open_document(tmp_path: Path):
    office, table = (
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    )
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="2000000000"/>'
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}"><office:body><office:spreadsheet>'
        f'<table:table table:name="S"><table:table-row table:number-rows-repeated="2000000000">{cell}</table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    with pytest.raises(ImportFileError, match=r"a\.ods"):
        list(open_table(path).rows())


def test_a_header_of_thousands_of_columns(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{number}" for number in range(20_000)) + "\nx\n")
    with pytest.raises(ImportFileError, match="20,000 columns") as caught:
        open_table(path)
    assert len(str(caught.value)) < 300
    path.write_text(",".join(f"c{number}" for number in range(16_000)) + "\nx,y\n")
    with pytest.raises(ImportFileError, match="and 15,960 more") as caught:
        IMPORTERS["spreadsheet"].read([path])
    assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize("row", [b"," * 40_000_000, b'"\n",' * 10_000_000], ids=["one line", "many lines"])
def test_a_row_without_end(tmp_path: Path, row: bytes):
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,city\nA,B\n" + row)
    with pytest.raises(ImportFileError, match="row 3 cannot be read"):
        list(open_table(path).rows())


def test_a_cell_of_ten_million_characters(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(SHEET.replace("Acme Health", "x" * 10_000_000) + "2,Beta" + "," * 13 + "\n")
    parsed = IMPORTERS["spreadsheet"].read([path])
    assert [record.organization.name for record in parsed.records] == ["Beta"]
    assert parsed.rejections[-1].row == 2
    assert len(parsed.rejections[-1].value) <= 200


@pytest.mark.parametrize("row", ["A,B,C\n", ",B\n"], ids=["too wide", "without a name"])
def test_a_file_in_which_everything_is_wrong(tmp_path: Path, row: str):
    path = tmp_path / "a.csv"
    path.write_text("name,city\n" + row * 300_000)
    with pytest.raises(ImportFileError, match="more than 200,000 things are wrong by row 20"):
        IMPORTERS["spreadsheet"].read([path])


def test_headers_with_invisible_and_turned_letters(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("\u200bname\u202e,\u2066city\nA,B\n", encoding="utf-8")
    assert open_table(path).header == ("name", "city")


def test_zero_characters_of_utf_16(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes("name\nA\x00B\n".encode("utf-16"))
    with pytest.raises(ImportFileError, match="line 2 contains a zero character"):
        open_table(path)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_things_that_are_no_files(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing.csv")
    for name in ("pipe", "loop", "device", "folder", "gone"):
        for read in (open_table, read_watchlist):
            with pytest.raises(ImportFileError, match=f"{name}.csv"):
                read(tmp_path / f"{name}.csv")


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes")
def test_a_name_that_is_not_unicode(tmp_path: Path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    path.write_text("name\nA\n")
    with pytest.raises(ImportFileError, match="not Unicode text") as caught:
        open_table(path)
    str(caught.value).encode("utf-8")


LONG, SHARP = "x" * 3_000, "\u00df"
STREET, NINES, BRACKETS = f"STRA{SHARP}E " * 100, "9" * 3_000, "(AB) " * 3_000
TOO_LONG = {
    "financedatabase": [f"{LISTING}\n{LONG},Acme Inc,,,,,,,,,,\nB,{SHARP * 600} AG,,,,,,,,,,\n"],
    "uk_charities": [f"{CHARITY}\nGB-CHC-{LONG},1,A,,,,,,\nGB-CHC-2,2,{STREET},,,,,{NINES},\n"],
    "cordis": [
        f"{PARTICIPANT}\n7,{LONG},A,,,ES,,,\n7,2,{STREET},,,{LONG},{BRACKETS},,\n{LONG},3,C,,,,,,\n",
        f"{PROJECT}\n7,A,T,,{LONG},\n{LONG},A,T,,,\n",
    ],
    "spreadsheet": [SHEET + f"{LONG},{'B' * 400},{LONG},{LONG},{LONG},{LONG},{LONG},{LONG},{LONG},{LONG},{LONG},,,,\n"],
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_what_is_too_long_costs_its_row_or_field_and_not_the_file(tmp_path: Path, name: str):
    paths = []
    for number, text in enumerate(TOO_LONG[name]):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    parsed = IMPORTERS[name].read(paths)
    assert parsed.records
    assert parsed.rejections
    assert all(len(rejection.value) <= 200 for rejection in parsed.rejections)


def test_words_that_nobody_knows_are_not_looked_up_for_ever(tmp_path: Path):
    path = tmp_path / "a.csv"
    words = ",".join(f"w{number}" for number in range(30_000))
    lists = ";".join(f"w{number}" for number in range(30_000))
    path.write_text(f'name,capacities,needs,aliases\nA,"{words}","{lists}","{lists}"\n' * 1)
    started = time.monotonic()
    parsed = IMPORTERS["spreadsheet"].read([path])
    assert time.monotonic() - started < 20
    assert any("the first 1,000 were read" in rejection.problem for rejection in parsed.rejections)
    assert len(parsed.records[0].organization.aliases) == 1_000
