"""The print views: everything that the page says, and nothing to press but the way back."""

from __future__ import annotations

import pytest
from dashboard_sample import words

from kb.organization import ClaimStatus

CONTROLS = ("button", "selectbox", "multiselect", "slider", "toggle", "text_input", "checkbox")


def controls(app) -> list[str]:
    return [f"{kind}: {element.label}" for kind in CONTROLS for element in getattr(app, kind)]


def test_a_ranking_is_printed_with_brief_weights_reasons_flags_and_sources(filled, show):
    app = show("partners", brief="handwashing", print="1")
    said = words(app)
    assert app.title[0].value == "Handwashing with soap"
    assert "Mothers wash their hands with soap." in said
    assert "**Red lines**: Alcohol" in said
    assert "**Weights**: Meets your needs" in said
    assert "1. Soap Works" in said
    assert "It has distribution." in said
    assert "badge[unverified]" in said
    assert "Its website" in said
    assert "Your red line: Alcohol" in said
    assert "No flag is known. That does not mean that it is clear." in said
    assert "Not assessed" in said
    assert controls(app) == ["button: Back to the ranking"]
    assert app.query_params["brief"] == "handwashing"


def test_what_was_filtered_and_weighed_in_this_visit_is_printed_so(filled, show):
    app = show("partners", brief="handwashing")
    app.multiselect(key="filter_countries").set_value(["UG"]).run()
    said = words(app.button(key="print_open").click().run())
    assert app.query_params["print"] == "1"
    assert "**Filters**: Uganda" in said
    assert "1. Village Radio" in said
    assert "Soap Works" not in said
    app.button(key="print_close").click().run()
    assert "print" not in app.query_params
    assert app.multiselect(key="filter_countries").value == ["UG"]


def test_a_link_to_a_print_view_uses_the_brief_as_saved(filled, show):
    assert "**Filters**: none" in words(show("partners", brief="handwashing", print="1"))


def test_an_organization_is_printed_with_every_claim(filled, show):
    filled.judge_claim("soap", filled.get("soap").claims[0].key, ClaimStatus.REJECTED)
    app = show("organization", organization="soap", print="1")
    said = words(app)
    assert app.title[0].value == "Soap Works"
    assert "badge[rejected]" in said
    assert "badge[stated]" in said
    assert "**Clean hands**" in said
    assert "with 1 other" in said
    assert "Funds" in said
    assert controls(app) == ["button: Back to the profile"]


@pytest.mark.parametrize("query", [{"organization": "unknown"}, {"organization": "evil"}])
def test_little_or_hostile_is_printed_harmlessly(filled, show, query):
    app = show("organization", **query, print="1")
    assert not app.exception
    said = "\n".join(str(item.value) for kind in ("title", "markdown", "caption") for item in getattr(app, kind))
    assert "](https://evil" not in said
    assert "<script>" not in said
    assert "javascript:" not in said


def test_a_print_view_that_cannot_be_drawn_says_so(filled, show):
    assert "There is no such organization" in show("organization", organization="nobody", print="1").error[0].value


def test_without_a_brief_the_page_says_what_is_missing(kb, show):
    assert "The knowledge base is empty" in words(show("partners", print="1"))


def test_printing_records_nothing(filled, show):
    before = filled.batches(), filled.casework.newest_event()
    show("partners", brief="handwashing", print="1")
    show("organization", organization="soap", print="1")
    assert (filled.batches(), filled.casework.newest_event()) == before
