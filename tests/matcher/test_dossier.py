from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from kb.casework.vetting_cases import CaseOutcome, FindingState, Ruling
from kb.casework.vetting_desk import NewAnswer, NewReply
from kb.knowledge_base import KnowledgeBase
from kb.organization import ConcernRole, RegistryId
from kb.watchlists import ListedEntity, Watchlist
from matcher.errors import MatcherError
from matcher.export.dossier import write_dossier
from matcher.vetting.asked_names import NameList, read_names_text
from matcher.vetting.dossier import Dossier, label_of, load_words
from matcher.vetting.office import VettingOffice
from tests.conftest import claim, organization

TODAY = date.today()
NAMES = (
    "Smoke Works\nGood Deeds\nSmoke Works Kenya Ltd\nListed Trading House\nTwin Trust\n=1+1\n"
    '<script>alert("x")</script>\n@cmd\nSMOKE WORKS\n+44 Helpline'
)


def watchlist(read_on: date = TODAY) -> Watchlist:
    entity = ListedEntity("test_list", "1", "Listed Trading House", programme="Embargo", locator="list.csv, row 2")
    over = ListedEntity("test_list", "2", "Good Deeds", end=date(2020, 1, 1), locator="list.csv, row 3")
    return Watchlist("test_list", "The Test List", "A ministry", None, read_on, (entity, over))


@pytest.fixture
def office(kb: KnowledgeBase) -> VettingOffice:
    kb.add(
        organization("smoke-works", claim("concern", "tobacco", 0.9, role=ConcernRole.CORE), industry="tobacco"),
        organization("good-deeds", claim("cause", "nutrition"), registry_ids=(RegistryId(scheme="XX-A", value="1"),)),
        organization("twin-one", name="Twin Trust"),
        organization("twin-two", name="Twin Trust"),
    )
    return VettingOffice(kb)


def vetted(office: VettingOffice, text: str = NAMES, **options: object) -> Dossier:
    result = office.screen(read_names_text(text), ["who_fensa"], **options)
    return office.dossier(result, title="Shortlist")


def row_of(dossier: Dossier, number: int):
    return next(row for row in dossier.result.rows if row.row == number)


def test_names_come_to_outcomes_gravest_first(office: VettingOffice) -> None:
    office.kb.watchlists.put_in_use(watchlist())
    dossier = vetted(office)
    assert {row.row: (row.resolved.outcome, row.outcome) for row in dossier.result.rows} == {
        1: ("match", CaseOutcome.EXCLUDE),
        2: ("match", CaseOutcome.NOT_ASSESSED),
        3: ("new", CaseOutcome.NOT_ASSESSED),
        4: ("new", CaseOutcome.ESCALATE),
        5: ("choose", CaseOutcome.NOT_ASSESSED),
        7: ("new", CaseOutcome.NOT_ASSESSED),
        8: ("new", CaseOutcome.NOT_ASSESSED),
        9: ("match", CaseOutcome.EXCLUDE),
        10: ("new", CaseOutcome.NOT_ASSESSED),
    }
    assert row_of(dossier, 9).same_as_row == 1
    assert [entry.row.row for entry in dossier.entries][:3] == [1, 3, 4]
    assert [item.outcome for item in row_of(dossier, 3).possible] == [CaseOutcome.EXCLUDE]
    assert [item.row for item in dossier.result.refused] == [6]
    assert sum(dossier.result.by_outcome.values()) == len(dossier.result.rows) == 9
    assert any("that a policy excludes" in warning for warning in dossier.result.warnings)


def test_nothing_found_is_never_called_clear(office: VettingOffice) -> None:
    dossier = vetted(office)
    assert "No watchlist was imported" in dossier.result.warnings[0]
    assert dossier.result.by_outcome[CaseOutcome.NO_FINDINGS] == 0
    gaps = " ".join(gap.what for gap in row_of(dossier, 2).not_assessed)
    assert "watchlist" in gaps.lower()
    assert label_of(row_of(dossier, 3)) == "Not identified"
    assert all("clear" not in label.lower() for label in load_words().labels.values())
    checks = {state.check.code: state.done for state in dossier.entries[-1].diligence.checks}
    assert checks["watchlists"] == "not_done"


def test_a_stale_list_is_loud_and_assesses_nobody(office: VettingOffice) -> None:
    office.kb.watchlists.put_in_use(watchlist(date(2025, 1, 1)))
    dossier = vetted(office, "Good Deeds\nListed Trading House")
    assert "cannot say that somebody is not listed" in dossier.result.warnings[0]
    assert row_of(dossier, 1).outcome is CaseOutcome.NOT_ASSESSED
    assert any("days old" in gap.what for gap in row_of(dossier, 1).not_assessed)
    assert row_of(dossier, 2).outcome is CaseOutcome.ESCALATE


def test_recording_keeps_decisions_and_unmatched_names_out(office: VettingOffice) -> None:
    dossier = vetted(office, record=True, who="Ada")
    case = office.kb.casework.case("smoke-works", ["who_fensa"])
    assert (case.screenings[-1].who, len(case.screenings)) == ("Ada", 1)
    assert dossier.result.recorded
    assert len(dossier.result.head) == 64
    assert {case.organization_id for case in office.kb.casework.cases()} == {"smoke-works", "good-deeds"}
    gravest = case.in_state(FindingState.OPEN)
    for found in gravest:
        office.kb.casework.decide("smoke-works", ["who_fensa"], found.id, Ruling.DISMISSED, "It left.", who="Ben")
    again = vetted(office, "Smoke Works")
    assert not again.result.recorded
    assert row_of(again, 1).outcome is CaseOutcome.NOT_ASSESSED
    assert {item.state for item in row_of(again, 1).case.findings} == {FindingState.DISMISSED}
    assert [decision.who for decision, _ in again.entries[0].decisions] == ["Ben"] * len(gravest)
    assert again.entries[0].diligence.items[0].state == "insufficient_information"
    assert len(office.kb.casework.case("smoke-works", ["who_fensa"]).screenings) == 1


def test_a_chosen_row_is_vetted_as_the_one_chosen(office: VettingOffice) -> None:
    dossier = vetted(office, chosen={5: "twin-two", 3: "smoke-works", 7: ""})
    assert row_of(dossier, 5).organization.id == "twin-two"
    assert row_of(dossier, 3).outcome is CaseOutcome.EXCLUDE
    with pytest.raises(MatcherError, match="row 5"):
        vetted(office, chosen={5: "smoke-works"})


def test_ids_can_be_vetted_directly(office: VettingOffice) -> None:
    result = office.screen(office.names_of(["twin-two", "smoke-works"]), ["who_fensa"])
    assert [row.organization.id for row in result.rows] == ["twin-two", "smoke-works"]


def full(office: VettingOffice, folder: Path) -> Dossier:
    office.kb.watchlists.put_in_use(watchlist())
    vetted(office, "Smoke Works\nGood Deeds", record=True, who="Ada")
    desk, policies = office.kb.casework, ["who_fensa"]
    found = desk.case("smoke-works", policies).findings[0]
    desk.decide("smoke-works", policies, found.id, Ruling.CONFIRMED, "Read its report.", evidence="=2+2", who="Ben")
    desk.record_reply("smoke-works", policies, NewReply(text="We disagree.", received_on=TODAY, sender="Its director"))
    desk.record_answers("smoke-works", policies, [NewAnswer(area="area", question="cost", state="acceptable")], "Cyd")
    dossier = vetted(office)
    for ending in ("docx", "xlsx", "json"):
        write_dossier(dossier, folder / f"dossier.{ending}")
    return dossier


def test_the_word_dossier_says_everything(office: VettingOffice, tmp_path: Path) -> None:
    full(office, tmp_path)
    document = Document(str(tmp_path / "dossier.docx"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    for words in (
        "Shortlist",
        "Right of reply",
        "Not assessed never means clear",
        "Tobacco industry",
        "Framework of Engagement",
        "Confirmed by Ben",
        "Read its report.",
        "We disagree.",
        "Its director",
        "The Test List",
        "current (0 days since it was obtained",
        "not in force",
        "If it belongs to Smoke Works",
        "the name is a formula",
        'alert("x")',
        "Nine areas",
        "Insufficient information",
        "Cyd",
        "Proposed from the facts",
    ):
        assert words in text, words
    for table in document.tables:
        assert table._tbl.tblPr.find(qn("w:tblDescription")) is not None
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    footer = document.sections[0].footer._element.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    levels = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")]
    assert {"Heading 1", "Heading 2", "Heading 3"} <= set(levels)


def test_the_workbook_holds_all_and_runs_nothing(office: VettingOffice, tmp_path: Path) -> None:
    dossier = full(office, tmp_path)
    path = tmp_path / "dossier.xlsx"
    book = CalamineWorkbook.from_path(path)
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert len(sheets["Names"]) == len(dossier.result.rows) + 1
    assert len(sheets["Diligence"]) == 34 * len(dossier.entries) + 1
    assert sheets["Names"][1][0] == "Exclude"
    names = [row[2] for row in sheets["Names"][1:]]
    assert "'@cmd" in names
    assert "'+44 Helpline" in names
    assert [row[7] for row in sheets["Decisions"][1:]] == ["'=2+2"]
    assert sheets["Replies"][1][5] == "We disagree."
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in parts.read(name)
                assert b"<hyperlink" not in parts.read(name)


def test_hostile_names_are_written_as_text(office: VettingOffice, tmp_path: Path) -> None:
    office.kb.watchlists.put_in_use(watchlist())
    names = "bell\x07 \x0b\ufffe Ltd\n\u202eevil\u202c Corp\nhalf \ud800 pair\n\U0001f600 & <b>Sons</b>"
    names += "\n{name} {0} %s\n|=cmd|' /C calc'!A0"
    dossier = vetted(office, names)
    assert len(dossier.entries) + len(dossier.result.refused) == 6
    for ending in ("docx", "xlsx", "json"):
        write_dossier(dossier, tmp_path / f"hostile.{ending}")
    text = "\n".join(paragraph.text for paragraph in Document(str(tmp_path / "hostile.docx")).paragraphs)
    assert "<b>Sons</b>" in text
    assert "{name} {0} %s" in text
    assert "\u202e" not in text


def test_json_is_plain_data(office: VettingOffice, tmp_path: Path) -> None:
    full(office, tmp_path)
    data = json.loads((tmp_path / "dossier.json").read_text(encoding="utf-8"))
    first = data["organizations"][0]
    assert (first["name"], first["outcome"], first["organization_id"]) == ("Smoke Works", "exclude", "smoke-works")
    assert first["findings"][0]["finding"]["grounds"]
    assert first["not_assessed"]
    assert data["repeated"] == {"9": 1}
    assert data["by_outcome"]["no_findings"] == 0


def test_a_long_dossier_keeps_names_without_a_flag_in_one_table(office: VettingOffice, tmp_path: Path) -> None:
    strangers = "\n".join(f"Quiet Society {word}" for word in "abcdefghijklmnopqrstuvwxyzabcdefghijklmno")
    dossier = vetted(office, f"Smoke Works\n{strangers}")
    write_dossier(dossier, tmp_path / "long.docx")
    document = Document(str(tmp_path / "long.docx"))
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")]
    assert "Smoke Works" in headings
    assert "Names without a flag" in headings
    assert not any("Quiet" in heading for heading in headings)
    assert len(document.tables[-1].rows) == len(dossier.entries)


def test_what_cannot_be_written_is_refused(office: VettingOffice, tmp_path: Path) -> None:
    dossier = vetted(office, "Good Deeds")
    with pytest.raises(MatcherError, match=r"cannot write \.pdf; use \.docx, \.xlsx, \.json"):
        write_dossier(dossier, tmp_path / "dossier.pdf")
    with pytest.raises(MatcherError, match="there is no folder"):
        write_dossier(dossier, tmp_path / "nowhere" / "dossier.docx")


def test_policies_are_needed(office: VettingOffice) -> None:
    with pytest.raises(MatcherError, match="at least one policy pack"):
        office.screen(NameList(()), [])
