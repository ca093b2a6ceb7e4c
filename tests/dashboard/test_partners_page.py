from __future__ import annotations

import pytest
from dashboard_sample import words

from kb.brief import Brief


def names(app) -> list[str]:
    return [item.value.split(". ", 1)[1] for item in app.subheader if item.value[:1].isdigit()]


def click(app, label: str):
    return next(button for button in app.button if button.label == label).click().run()


def test_the_brief_in_the_address_is_ranked(filled, show):
    app = show("partners", brief="handwashing")
    assert names(app)[0] == "Soap Works"
    assert app.selectbox(key="pick_brief").value == "handwashing"


def test_an_unknown_brief_in_the_address_falls_back_to_a_known_one(filled, show):
    app = show("partners", brief="no-such-brief")
    assert not app.exception
    assert app.selectbox(key="pick_brief").value in {"handwashing", "radio-days"}


def test_who_crosses_a_red_line_is_set_apart_with_the_reason(filled, show):
    app = show("partners", brief="handwashing")
    assert "Brewer" not in names(app)
    assert any(item.label == "Set apart by your musts, red lines and policies (1)" for item in app.expander)
    app.session_state["set_apart"] = True
    assert "Your red line: Alcohol" in words(app.run())


def test_details_name_the_candidate_in_the_address(filled, show):
    app = show("partners", brief="handwashing")
    app.button(key="details_radio").click().run()
    assert app.query_params["candidate"] == "radio"
    assert "Village Radio" in [item.value for item in app.header]
    click(app, "Close")
    assert "candidate" not in app.query_params


@pytest.mark.parametrize("tab", ["Why", "Needs", "Exchange", "Flags (0)", "What if"])
def test_every_tab_of_the_detail_opens(filled, show, tab):
    app = show("partners", brief="handwashing", candidate="radio")
    app.session_state["tabs_radio"] = tab
    app.run()
    assert not app.exception
    assert not app.error


def test_what_is_not_assessed_is_said_and_never_called_clear(filled, show):
    app = show("partners", brief="handwashing", candidate="unknown")
    assert "not assessed" in words(app)
    app.session_state["tabs_unknown"] = "Flags (0)"
    app.run()
    assert "not mean that it is clear" in words(app)


def test_a_filter_narrows_and_can_be_cleared(filled, show):
    app = show("partners", brief="handwashing")
    app.multiselect(key="filter_sectors").set_value(["voluntary"]).run()
    assert names(app) == ["Village Radio"]
    click(app, "Clear the filters")
    assert len(names(app)) == 4


def test_filters_that_leave_nobody_say_so(filled, show):
    app = show("partners", brief="handwashing")
    app.multiselect(key="filter_sectors").set_value(["voluntary"])
    app.multiselect(key="filter_countries").set_value(["KE"]).run()
    assert not app.exception
    assert "Remove a filter" in words(app)


def test_options_carry_counts(filled, show):
    app = show("partners", brief="handwashing")
    assert "Private (3)" in app.multiselect(key="filter_sectors").options


def test_weights_change_the_score_and_can_be_saved(filled, show):
    app = show("partners", brief="handwashing")
    before = [item.value for item in app.markdown]
    app.slider(key="weight_handwashing_complementarity").set_value(100).run()
    assert [item.value for item in app.markdown] != before
    assert app.selectbox(key="preset_handwashing").value == "My own"
    click(app, "Save with the brief")
    assert filled.brief("handwashing").weights["complementarity"] == 1.0
    assert app.selectbox(key="preset_handwashing").value == "Saved with the brief"


def test_a_preset_sets_the_sliders_and_reset_takes_it_back(filled, show):
    app = show("partners", brief="handwashing")
    default = app.slider(key="weight_handwashing_reciprocity").value
    app.selectbox(key="preset_handwashing").set_value("Good for both").run()
    assert app.slider(key="weight_handwashing_reciprocity").value == 35
    click(app, "Reset")
    assert app.slider(key="weight_handwashing_reciprocity").value == default
    assert app.selectbox(key="preset_handwashing").value == "Default"


def test_all_weights_zero_is_explained(filled, show):
    app = show("partners", brief="handwashing")
    for slider in app.slider:
        slider.set_value(0)
    app.run()
    assert not app.exception
    assert "Every weight is zero" in words(app)


@pytest.mark.parametrize("view", ["Table", "Breakdown"])
def test_the_other_views_show_the_same_ranking(filled, show, view):
    app = show("partners", brief="handwashing", view=view)
    assert not app.exception
    table = app.dataframe[0].value
    assert table["Organization"].iloc[0] == "Soap Works"
    assert len(table) == 4


def test_a_brief_that_cannot_be_answered_says_what_to_change(filled, show):
    filled.save_brief(Brief(id="bare", title="Bare"))
    app = show("partners", brief="bare")
    assert not app.exception
    assert "The brief cannot be answered yet" in app.error[0].value


def test_more_can_be_shown(filled, show):
    from kb.organization import Organization

    filled.add(*(Organization(id=f"org-{number}", name=f"Org {number}", country="KE") for number in range(20)))
    app = show("partners", brief="handwashing")
    assert len(names(app)) == 12
    click(app, "Show 12 more of 24")
    assert len(names(app)) == 24
