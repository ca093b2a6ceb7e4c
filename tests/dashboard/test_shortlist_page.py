from __future__ import annotations

import io
from datetime import date

import pytest
from dashboard_sample import HOSTILE, briefs, words
from python_calamine import CalamineWorkbook

from dashboard.components.shortlist_add import WAYS
from dashboard.shortlist_desk import by_stage, shortlist_file, shortlist_of
from dashboard.state import Desk
from dashboard.vetting_desk import VettingDesk
from kb.casework.partnerships import TRANSITIONS, Move, Note, Stage
from matcher import Matcher
from matcher.vetting.office import VettingOffice

BRIEF = "handwashing"
REASON = "It sells soap in every village"


def click(app, label: str):
    return next(button for button in app.button if button.label == label).click().run()


@pytest.fixture
def listed(filled):
    work = filled.casework
    work.record(BRIEF, "soap", Move(stage=Stage.SHORTLIST, reason=REASON, owner="Ada"), who="Ada")
    work.record(BRIEF, "soap", Note(text="=1+1"), who="Ben")
    work.record(BRIEF, "evil", Move(stage=Stage.CONTACTED, reason=HOSTILE), who="Ada")
    work.record(BRIEF, "radio", Move(stage=Stage.LONGLIST), who="Ada")
    return filled


def test_an_empty_list_says_what_to_do(filled, show):
    app = show("shortlist", brief=BRIEF)
    assert not app.exception
    assert any("Nobody is on this list yet" in item.value for item in app.info)
    assert app.multiselect(key="add_who").options


def test_it_opens_without_organizations_and_without_briefs(kb, show):
    assert "The knowledge base is empty" in words(show("shortlist"))


def test_organizations_are_added_from_the_ranking_and_undone(filled, show):
    app = show("shortlist", brief=BRIEF)
    app.multiselect(key="add_who").set_value(["soap", "radio"])
    app.text_input(key="person").set_value("Ada")
    app = click(app, "Add to the list")
    assert {item.organization_id for item in filled.casework.shortlist(BRIEF)} == {"soap", "radio"}
    assert filled.casework.partnership(BRIEF, "soap").changed_by.who == "Ada"
    app = click(app, "Undo")
    assert filled.casework.shortlist(BRIEF) == []
    assert filled.casework.partnership(BRIEF, "soap").taken_back


def test_a_search_finds_whom_to_add_and_leaves_out_who_is_on_it(listed, show):
    app = show("shortlist", brief=BRIEF)
    app.session_state["add_open"] = True
    app.session_state["add_way"] = WAYS[1]
    app.run()
    app.text_input(key="add_search").set_value("Brews beer").run()
    options = app.multiselect(key="add_who").options
    assert any(item.startswith("Brewer") for item in options)
    assert not any(item.startswith("Soap") for item in options)


def test_the_shortlist_needs_a_reason_and_says_so(filled, show):
    app = show("shortlist", brief=BRIEF)
    app.multiselect(key="add_who").set_value(["soap"])
    app.selectbox(key="add_stage").set_value(Stage.SHORTLIST)
    app = click(app, "Add to the list")
    assert any("needs a reason" in item.value for item in app.error)
    assert filled.casework.shortlist(BRIEF) == []


def test_the_board_shows_stage_owner_reason_and_never_calls_the_unvetted_clear(listed, show):
    app = show("shortlist", brief=BRIEF)
    said = words(app)
    for expected in ("Considering (2)", "In touch (1)", REASON, "Ada", "1 note", "Not vetted"):
        assert expected in said
    VettingOffice(listed).screen(VettingOffice(listed).names_of(["soap"]), ["general"], record=True, who="Ada")
    assert "Not all assessed" in words(show("shortlist", brief=BRIEF))


def test_the_table_has_the_same(listed, show):
    table = show("shortlist", brief=BRIEF, list_view="Table").dataframe[0].value
    assert list(table["Stage"]) == ["Contacted", "Shortlist", "Longlist"]
    soap = table[table["Organization"] == "Soap Works"].iloc[0]
    assert (soap["Owner"], soap["Reason"], soap["Vetting"], soap["Notes"]) == ("Ada", REASON, "not vetted", "=1+1")


def test_details_are_named_in_the_address_and_closed(listed, show):
    app = show("shortlist", brief=BRIEF)
    app.button(key="open_soap").click().run()
    assert app.query_params["partner"] == "soap"
    assert "Soap Works" in [item.value for item in app.header]
    click(app, "Close")
    assert "partner" not in app.query_params


def test_a_move_is_recorded_with_its_reason_and_undone(listed, show):
    app = show("shortlist", brief=BRIEF, partner="soap")
    to = next(item for item in app.selectbox if item.label == "To")
    assert len(to.options) == len(TRANSITIONS[Stage.SHORTLIST])
    to.set_value(Stage.CONTACTED)
    app = click(app, "Move")
    assert any("needs a reason" in item.value for item in app.error)
    next(item for item in app.text_area if item.label == "Reason").set_value("They answered")
    app = click(app, "Move")
    partnership = listed.casework.partnership(BRIEF, "soap")
    assert (partnership.stage, partnership.owner) == (Stage.CONTACTED, "Ada")
    click(app, "Undo")
    assert listed.casework.partnership(BRIEF, "soap").stage is Stage.SHORTLIST


def test_a_note_is_kept(listed, show):
    app = show("shortlist", brief=BRIEF, partner="radio")
    next(item for item in app.text_area if item.label == "Note").set_value("On the air on Mondays")
    app = click(app, "Keep the note")
    assert "On the air on Mondays" in words(app)


def test_the_latest_step_is_taken_back_with_a_reason(listed, show):
    app = show("shortlist", brief=BRIEF, partner="radio")
    next(item for item in app.text_input if item.label == "Reason").set_value("Wrong brief")
    app = click(app, "Take it back")
    assert not app.exception
    assert listed.casework.partnership(BRIEF, "radio").stage is None
    assert "radio" not in {item.organization_id for item in listed.casework.shortlist(BRIEF)}


def test_what_somebody_else_did_meanwhile_is_not_overridden(listed, show):
    app = show("shortlist", brief=BRIEF, partner="radio")
    listed.casework.record(BRIEF, "radio", Move(stage=Stage.DECLINED, reason="They said no"), who="Ben")
    next(item for item in app.selectbox if item.label == "To").set_value(Stage.CONTACTED)
    next(item for item in app.text_area if item.label == "Reason").set_value("Calling them")
    app = click(app, "Move")
    assert listed.casework.partnership(BRIEF, "radio").stage is Stage.DECLINED


def test_hostile_text_stays_text(listed, show):
    said = words(show("shortlist", brief=BRIEF, partner="evil"))
    assert "](https://evil.example" not in said


def test_the_workbook_has_every_step_and_runs_nothing(listed):
    from dashboard_sample import TinyEncoder

    found = shortlist_of(Desk(Matcher(listed, TinyEncoder())), VettingDesk(listed), BRIEF, date.today())
    assert [len(items) for items in by_stage(found).values()][:3] == [1, 1, 1]
    book = CalamineWorkbook.from_filelike(io.BytesIO(shortlist_file(briefs()[0], found)))
    rows = book.get_sheet_by_name("Shortlist").to_python()
    assert [row[0] for row in rows] == ["stage", "contacted", "shortlist", "longlist"]
    soap = dict(zip(rows[0], rows[2], strict=True))
    assert (soap["notes"], soap["vetting"], soap["not assessed"]) == ("'=1+1", "not vetted", "everything")
    steps = book.get_sheet_by_name("Steps").to_python()
    assert [row[2] for row in steps[1:]] == ["moved to contacted", "moved to shortlist", "note", "moved to longlist"]


def test_names_of_a_shortlist_can_be_vetted(listed, show):
    app = show("vetting", vetting_view="Vet names", vet_source="From a shortlist", list=BRIEF)
    assert app.selectbox(key="vet_list").value == BRIEF
    assert app.selectbox(key="vet_brief").value == BRIEF
    app = click(app, "Look the names up")
    assert {metric.label: metric.value for metric in app.metric}["Matched"] == "3"
