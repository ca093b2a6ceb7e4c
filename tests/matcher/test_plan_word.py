"""The plan as Word and JSON: what a manager sends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn

from matcher.errors import MatcherError
from matcher.export.plan_word import open_cells, write_plan
from matcher.planning import Plan, Planning, set_cell
from matcher.planning.layout import load_layout
from matcher.service import Matcher


@pytest.fixture(scope="module")
def plan(starter_matcher: Matcher) -> Plan:
    brief = starter_matcher.kb.brief("energy-saving-uk")
    return Planning(starter_matcher).draft(brief, ["itv", "trussell", "comic-relief"])


@pytest.fixture(scope="module")
def document(plan: Plan, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("word") / "plan.docx"
    write_plan(plan, path)
    return Document(str(path))


def test_every_section_has_a_heading_and_a_table_with_a_repeated_header(document, plan: Plan) -> None:
    headings = [item.text for item in document.paragraphs if item.style.name == "Heading 1"]
    titles = [section.title for section in load_layout().sections.values()]
    assert headings == [*titles, "Signatures", "Where the words come from"]
    filled = sum(bool(section.lines) for section in plan.sections)
    assert len(document.tables) == filled + 1
    for table in document.tables:
        assert table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None


def test_what_is_open_is_marked_and_counted(document, plan: Plan) -> None:
    marked = [
        run
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
        if run.text == "[to be agreed]"
    ]
    assert len(marked) == open_cells(plan) > 0
    assert {run.font.highlight_color for run in marked} == {WD_COLOR_INDEX.YELLOW}
    assert f"{len(marked)} points" in "\n".join(item.text for item in document.paragraphs)


def test_every_number_leads_to_an_entry_of_the_list(document) -> None:
    listed = [item.text for item in document.paragraphs if item.text.startswith("[") and item.text[1].isdigit()]
    numbers = [int(text[1 : text.index("]")]) for text in listed]
    assert numbers == list(range(1, len(numbers) + 1))
    marks = {
        int(run.text.strip(" []"))
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
        if run.font.superscript
    }
    assert marks == set(numbers)
    assert any("UK charity registers" in text for text in listed)


def test_pages_are_numbered_and_everybody_can_sign(document, plan: Plan) -> None:
    assert "PAGE" in document.sections[0].footer._element.xml
    signed = [row.cells[0].text for row in document.tables[-1].rows[1:]]
    assert signed == [plan.seeker.name, *(party.name for party in plan.partners)]


def test_notes_for_the_manager_are_not_sent(document, plan: Plan) -> None:
    assert plan.notes
    text = "\n".join(item.text for item in document.paragraphs)
    assert not any(note in text for note in plan.notes)


def test_what_a_person_entered_is_there_and_nothing_breaks_word(plan: Plan, tmp_path: Path) -> None:
    entered = set_cell(plan, "exit", "notice", "text", "Three\x0b months\u202e & <more>", who="Ada")
    write_plan(entered, tmp_path / "plan.docx")
    texts = [
        cell.text for table in Document(str(tmp_path / "plan.docx")).tables for row in table.rows for cell in row.cells
    ]
    assert any(text.startswith("Three months & <more>") for text in texts)


def test_json_holds_everything(plan: Plan, tmp_path: Path) -> None:
    write_plan(plan, tmp_path / "plan.json")
    assert Plan.model_validate(json.loads((tmp_path / "plan.json").read_text())) == plan


@pytest.mark.parametrize(("name", "said"), [("plan.pdf", "use .docx, .json"), ("missing/plan.docx", "no folder")])
def test_what_cannot_be_written_is_said(plan: Plan, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(MatcherError, match=said):
        write_plan(plan, tmp_path / name)
