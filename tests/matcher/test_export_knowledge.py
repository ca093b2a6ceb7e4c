"""Whole knowledge bases as files: complete, with statuses, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import python_calamine

from kb.exporting import engagements, relations
from kb.importing import IMPORTERS, detect
from kb.importing.parsed import Rejection
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, Engagement, Participation, Relation, RelationKind
from matcher.errors import MatcherError
from matcher.export import knowledge
from matcher.export.knowledge import TITLES, write_knowledge, write_rejects
from tests.conftest import SOURCE, claim, organization

RUNS = ("=cmd()", "+1", "-1", "@SUM(A1)", "\tx")


@pytest.fixture
def filled(kb: KnowledgeBase) -> KnowledgeBase:
    alone = (Participation(organization_id="soap"),)
    facts = (claim("capacity", "distribution"), claim("concern", "alcohol", role="minor"))
    kb.add(
        organization("soap", *facts, city="Mombasa"),
        organization("radio", aliases=("Wave", "FM"), website="https://radio.example"),
        *(organization(f"evil-{place}", name=text.strip() + " Ltd") for place, text in enumerate(RUNS)),
        Engagement(id="clean", title="=clean()", participations=alone, source=SOURCE),
        Relation(subject_id="soap", kind=RelationKind.FUNDS, object_id="radio", source=SOURCE),
    )
    return kb


def sheets(path: Path) -> dict[str, list[list[object]]]:
    book = python_calamine.CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_an_export_as_csv_can_be_imported_again(filled, tmp_path):
    path = tmp_path / "all.csv"
    assert write_knowledge(filled, path) == 7
    assert detect([path]) == "spreadsheet"
    parsed = IMPORTERS["spreadsheet"].read([path])
    assert [item for item in parsed.rejections if item.fatal] == []
    back = {record.organization.id: record.organization for record in parsed.records}
    for original in (filled.get("soap"), filled.get("radio")):
        again = back[original.id]
        for name in ("name", "aliases", "country", "city", "website"):
            assert getattr(again, name) == getattr(original, name)
    assert [item.role for item in back["soap"].claims_of(ClaimKind.CONCERN)] == ["minor"]
    assert [item.code for item in back["soap"].claims_of(ClaimKind.CAPACITY)] == ["distribution"]


def test_the_workbook_has_every_fact_with_its_status(filled, tmp_path):
    write_knowledge(filled, tmp_path / "all.xlsx")
    found = sheets(tmp_path / "all.xlsx")
    assert list(found) == ["Organizations", "Facts", "Engagements", "Relations"]
    assert found["Organizations"][0] == list(TITLES)
    assert [len(rows) for rows in found.values()] == [8, 3, 2, 2]
    titles, *facts = found["Facts"]
    assert {row[titles.index("status")] for row in facts} == {"stated"}
    assert {row[titles.index("source")] for row in facts} == {SOURCE.name}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_no_cell_begins_like_a_formula(filled, tmp_path, ending):
    path = tmp_path / f"all.{ending}"
    write_knowledge(filled, path)
    if ending == "csv":
        cells = [cell for row in csv.reader(path.read_text("utf-8-sig").splitlines()) for cell in row]
    else:
        cells = [str(cell) for rows in sheets(path).values() for row in rows for cell in row]
    assert any(cell.startswith("'=cmd()") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_json_lines_hold_whole_profiles(filled, tmp_path):
    write_knowledge(filled, tmp_path / "all.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("utf-8").splitlines()]
    soap = next(line for line in lines if line["id"] == "soap")
    assert {item["code"] for item in soap["claims"]} == {"distribution", "alcohol"}


def test_a_full_sheet_goes_on_in_another(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(knowledge, "SHEET_ROWS", 3)
    write_knowledge(filled, tmp_path / "all.xlsx")
    found = sheets(tmp_path / "all.xlsx")
    assert [name for name in found if name.startswith("Org")] == ["Organizations", "Organizations 2", "Organizations 3"]
    assert sum(len(found[name]) - 1 for name in found if name.startswith("Org")) == 7


def test_an_empty_knowledge_base_makes_a_header(kb, tmp_path):
    assert write_knowledge(kb, tmp_path / "all.xlsx") == 0
    assert [len(rows) for rows in sheets(tmp_path / "all.xlsx").values()] == [1, 1, 1, 1]


def test_an_unknown_ending_is_refused(kb, tmp_path):
    with pytest.raises(MatcherError, match=r"\.csv"):
        write_knowledge(kb, tmp_path / "all.pdf")


def test_everything_is_gone_through_a_part_at_a_time(filled, monkeypatch):
    monkeypatch.setattr("kb.exporting.SIZE", 1)
    filled.add(Engagement(id="later", title="Later", source=SOURCE))
    assert [item.id for item in engagements(filled)] == ["clean", "later"]
    assert [item.id for item in relations(filled)] == ["soap|funds|radio"]


def test_rejects_say_what_and_why_with_the_cells(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("name,notes\n,=cmd()\nGood,x\n", encoding="utf-8")
    wrong = [Rejection(2, "name", "", "the row has no name", "write it"), Rejection(3, "notes", "x", "odd", "", False)]
    assert write_rejects(source, wrong, tmp_path / "out.csv") == 2
    rows = list(csv.reader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["row in file", "outcome", "field", "problem", "suggestion", "name", "notes"]
    assert rows[1:] == [
        ["2", "row rejected", "name", "the row has no name", "write it", "", "'=cmd()"],
        ["3", "field left out", "notes", "odd", "", "Good", "x"],
    ]
    write_rejects(None, wrong, tmp_path / "several.csv")
    assert len((tmp_path / "several.csv").read_text("utf-8-sig").splitlines()) == 3
