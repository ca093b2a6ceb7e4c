from __future__ import annotations

from pathlib import Path

import pytest
from dashboard_sample import briefs, words
from hypothesis import given
from hypothesis import strategies as st

import dashboard
from dashboard.components import brief_draft
from kb.brief import Brief, Need

TEXT = (
    "We want mothers in rural Kenya to wash their hands with soap. We need a distribution network. "
    "In return we offer training for their staff. We will not work with tobacco companies."
)


def click(app, label: str):
    return next(button for button in app.button if button.label == label).click().run()


@pytest.mark.parametrize("brief", briefs(), ids=lambda brief: brief.id)
def test_a_brief_survives_the_form_unchanged(brief: Brief):
    state: dict = {}
    brief_draft.load(state, brief)
    assert brief_draft.draft(state, brief) == brief


@given(st.floats(0, 1))
def test_an_importance_that_nobody_moved_is_kept_to_the_digit(importance: float):
    brief = Brief(id="x", title="X", needs=(Need(code="funding", importance=importance),))
    state: dict = {}
    brief_draft.load(state, brief)
    assert brief_draft.draft(state, brief).needs[0].importance == importance


def test_ids_are_made_from_titles_and_stay_unique():
    assert brief_draft.fresh_id("Soap & Water!", set()) == "soap-water"
    assert brief_draft.fresh_id("Soap & Water!", {"soap-water"}) == "soap-water-2"
    assert brief_draft.fresh_id("手", set()) == "brief"
    assert brief_draft.fresh_id("New", set()) == "new-2"


def test_a_new_brief_is_written_and_saved(filled, show):
    app = show("brief", brief="new")
    app.text_input(key="draft_title").set_value("Clean water")
    app.multiselect(key="draft_needs").set_value(["funding"]).run()
    click(app, "Save")
    assert not app.exception
    saved = filled.brief("clean-water")
    assert [need.code for need in saved.needs] == ["funding"]
    assert app.query_params["brief"] == "clean-water"


def test_an_edit_is_kept_apart_until_it_is_saved_or_discarded(filled, show):
    app = show("brief", brief="handwashing")
    app.text_input(key="draft_title").set_value("Hands").run()
    assert "There are changes that are not saved." in words(app)
    assert filled.brief("handwashing").title == "Handwashing with soap"
    click(app, "Discard the changes")
    assert app.text_input(key="draft_title").value == "Handwashing with soap"


def test_an_edit_of_what_somebody_else_saved_meanwhile_is_refused_and_kept(filled, show):
    app = show("brief", brief="handwashing")
    app.text_input(key="draft_title").set_value("Hands").run()
    theirs = filled.brief("handwashing").model_copy(update={"title": "Their title"})
    filled.save_brief(theirs, who="Ada")
    click(app, "Save")
    assert filled.brief("handwashing").title == "Their title"
    assert "Ada" in words(app)
    assert app.text_input(key="draft_title").value == "Hands"
    click(app, "Discard the changes")
    app.text_input(key="draft_title").set_value("Hands again").run()
    click(app, "Save")
    assert filled.brief("handwashing").title == "Hands again"


def test_an_edit_survives_a_visit_to_another_page(filled, show):
    pages = Path(dashboard.__file__).parent / "pages"

    app = show("brief", brief="handwashing")
    app.text_input(key="draft_title").set_value("Hands").run()
    app.switch_page(str(pages / "how_it_works.py")).run()
    app.switch_page(str(pages / "brief.py")).run()
    assert app.text_input(key="draft_title").value == "Hands"


def test_problems_are_shown(filled, show):
    app = show("brief", brief="new")
    assert "Give it a title." in words(app)
    assert "asks for nothing" in words(app)


def test_a_missing_capacity_is_added_with_one_click(filled, show):
    app = show("brief", brief="handwashing")
    button = next(item for item in app.button if item.label.endswith("as a need"))
    code = button.key.removeprefix("add_")
    button.click().run()
    assert code in app.multiselect(key="draft_needs").value


def test_a_text_fills_the_form_with_what_is_ticked(filled, show):
    app = show("brief", brief="new")
    app.session_state["brief_tabs"] = "From a text"
    app.run()
    app.text_area(key="reading_text").set_value(TEXT)
    click(app, "Read the text")
    assert "need a distribution network" in words(app)
    click(app, "Fill the form with what is ticked")
    assert not app.exception
    assert "distribution" in app.multiselect(key="draft_needs").value
    assert "tobacco" in app.multiselect(key="draft_red_concerns").value


def test_what_is_unticked_stays_out(filled, show):
    app = show("brief", brief="new")
    app.session_state["brief_tabs"] = "From a text"
    app.run()
    app.text_area(key="reading_text").set_value(TEXT)
    click(app, "Read the text")
    next(box for box in app.checkbox if box.label.startswith("Tobacco")).uncheck().run()
    click(app, "Fill the form with what is ticked")
    assert app.multiselect(key="draft_red_concerns").value == []


def test_history_can_be_undone(filled, show):
    filled.save_brief(filled.brief("handwashing").model_copy(update={"title": "Changed"}))
    app = show("brief", brief="handwashing")
    app.session_state["brief_tabs"] = "History"
    app.run()
    assert list(app.dataframe[0].value["Changed"])[:2] == ["title", "first version"]
    click(app, "Undo the last change")
    assert filled.brief("handwashing").title == "Handwashing with soap"
    assert app.text_input(key="draft_title").value == "Handwashing with soap"


def test_a_code_that_the_vocabulary_lost_can_still_be_removed(filled, show):
    filled.save_brief(Brief(id="old", title="Old", causes=("phlogiston",), needs=(Need(code="funding"),)))
    app = show("brief", brief="old")
    assert not app.exception
    assert "phlogiston (unknown)" in app.multiselect(key="draft_causes").options
