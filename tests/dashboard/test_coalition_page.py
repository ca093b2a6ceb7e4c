from __future__ import annotations

import re

import pytest
from dashboard_sample import claim, words
from streamlit.testing.v1 import AppTest

from kb.brief import Brief, Need
from kb.organization import ClaimKind, Organization

CAPACITY, PLACE, CAUSE = ClaimKind.CAPACITY, ClaimKind.PLACE, ClaimKind.CAUSE


@pytest.fixture
def table(filled):
    """Add a funder, a second broadcaster, and a brief that takes more than one partner."""
    cause = claim(CAUSE, "water_sanitation_hygiene")
    filled.add(
        Organization(
            id="fund",
            name="Village Fund",
            sector="voluntary",
            kind="foundation",
            country="KE",
            claims=(claim(CAPACITY, "funding"), claim(PLACE, "KE"), cause),
        ),
        Organization(
            id="waves",
            name="Lake Waves",
            sector="private",
            kind="media",
            country="KE",
            claims=(claim(CAPACITY, "media_channels", 0.5), claim(PLACE, "KE"), cause),
        ),
    )
    needs = (
        Need(code="distribution", importance=0.9),
        Need(code="media_channels", importance=0.6),
        Need(code="training", importance=0.3),
    )
    filled.save_brief(
        Brief(
            id="together",
            title="Clean hands together",
            behaviour="Mothers wash their hands with soap.",
            causes=("water_sanitation_hygiene",),
            places=("KE",),
            needs=needs,
        )
    )
    return filled


def button(app: AppTest, label: str):
    return next(item for item in app.button if item.label == label)


def frame(app: AppTest, first: str):
    return next(item.value for item in app.table if item.value.columns[0] == first)


def members(app: AppTest, place: int = 0) -> str:
    return str(frame(app, "Set")["Partners"].iloc[place])


def test_sets_are_found_and_the_first_is_explained(table, show):
    app = show("coalition", brief="together")
    assert not app.exception
    assert not app.error
    assert "Soap Works" in members(app)
    heads = [item.value for item in (*app.header, *app.subheader)]
    for head in ("Who covers what", "The weak link", "Who is missing from the table", "Common ground"):
        assert head in heads
    assert "If it leaves" in words(app)


def test_what_nobody_covers_stays_open(table, show):
    app = show("coalition", brief="together")
    covered = frame(app, "Need").set_index("Need")
    assert "open" in covered.loc["Training", "Open"]
    assert covered.loc["Distribution", "Soap Works"].startswith("**✓")
    assert "training" in str(frame(app, "Set")["Stays open"].iloc[0])


def test_no_number_is_unrounded(table, show):
    app = show("coalition", brief="together")
    said = words(app) + "\n".join(item.value.to_csv() for item in app.table)
    assert not re.search(r"\d\.\d{3,}", said)


def test_leaving_one_out_is_in_the_address_and_can_be_taken_back(table, show):
    app = show("coalition", brief="together")
    app.button(key="out_soap").click().run()
    assert app.query_params["without"] == "soap"
    assert all("Soap Works" not in members(app, place) for place in range(len(frame(app, "Set"))))
    button(app, "Start over").click().run()
    assert "without" not in app.query_params
    assert "Soap Works" in members(app)


def test_who_is_kept_sits_in_every_set(table, show):
    app = show("coalition", brief="together", **{"with": ["fund"]})
    rows = frame(app, "Set")
    assert all("Village Fund" in members(app, place) for place in range(len(rows)))
    assert app.multiselect(key="pick_kept").value == ["fund"]


def test_a_suggestion_can_be_brought_to_the_table(table, show):
    app = show("coalition", brief="together", **{"with": ["soap", "waves"], "partners": ["2", "2"]})
    invite = next(item for item in app.button if item.key.startswith("invite_") and item.key.endswith("_fund"))
    app.slider(key="partners").set_value((2, 3))
    invite.click().run()
    assert set(app.query_params["with"]) == {"soap", "waves", "fund"}
    assert "Village Fund" in members(app)


def test_the_size_is_kept(table, show):
    app = show("coalition", brief="together")
    app.slider(key="partners").set_value((3, 3)).run()
    assert all(row.count(",") == 2 for row in frame(app, "Set")["Partners"])


def test_a_sector_that_nobody_left_is_of_is_explained(table, show):
    app = show("coalition", brief="together")
    app.multiselect(key="sector").set_value(["public"]).run()
    assert not app.exception
    assert not app.table
    assert "Drop that sector" in words(app)


def test_a_member_that_crosses_a_red_line_is_refused_in_words(table, show):
    app = show("coalition", brief="handwashing", **{"with": ["brewer"]})
    assert not app.exception
    assert "cannot be a partner" in app.error[0].value


def test_an_alternative_in_the_address_says_how_it_differs(table, show):
    app = show("coalition", brief="together", set="Set 2")
    assert not app.exception
    assert "Set 2" in [item.value for item in app.header]
    assert "Unlike the first set" in words(app)


def test_a_brief_without_needs_says_what_to_add(table, show):
    table.save_brief(Brief(id="bare", title="Bare", behaviour="People rest.", places=("KE",)))
    app = show("coalition", brief="bare")
    assert not app.exception
    assert "needs" in app.error[0].value


def test_one_organization_alone_is_no_coalition(kb, show):
    kb.add(Organization(id="alone", name="Alone", claims=(claim(CAPACITY, "funding"),)))
    kb.save_brief(Brief(id="money", title="Money", needs=(Need(code="funding"),)))
    app = show("coalition", brief="money")
    assert not app.exception
    assert "at least 2 partners" in words(app)


def test_an_empty_knowledge_base_says_what_to_do(kb, show):
    app = show("coalition")
    assert not app.exception
    assert "The knowledge base is empty" in words(app)
