"""A file of organizations in, a file of claims out."""

import csv

import pytest

from matcher.inference.batch import OUTPUT_COLUMNS, infer_file
from matcher.inference.errors import InputFileError


def _silent(what, done, total):
    assert done <= total


def test_writes_one_row_per_claim(tmp_path):
    source, target = tmp_path / "orgs.csv", tmp_path / "claims.csv"
    source.write_text('id,name,text\na,Hill,"The company brews beer."\nb,Empty,\n', encoding="utf-8")
    written = infer_file(source, target, _silent)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == written > 0
    assert tuple(rows[0]) == OUTPUT_COLUMNS
    assert {row["id"] for row in rows} == {"a"}
    assert [row["role"] for row in rows if row["code"] == "alcohol"] == ["core"]
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_cells_are_no_formulas(tmp_path):
    source, target = tmp_path / "orgs.csv", tmp_path / "claims.csv"
    source.write_text('id,name,text\n=1+1,X,"=The company brews beer."\n', encoding="utf-8")
    infer_file(source, target, _silent)
    with target.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_missing_column_is_named(tmp_path):
    source = tmp_path / "orgs.csv"
    source.write_text("id,name\na,b\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="text"):
        infer_file(source, tmp_path / "out.csv", _silent)
    assert not (tmp_path / "out.csv").exists()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputFileError, match=r"nowhere\.csv"):
        infer_file(tmp_path / "nowhere.csv", tmp_path / "out.csv", _silent)
