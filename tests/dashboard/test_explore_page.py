from __future__ import annotations

import numpy as np
import pytest
from dashboard_sample import HOSTILE, TinyEncoder, words

from dashboard.components.explore_colors import GROUPS, group_colors
from dashboard.components.explore_map_chart import drawn, fit_layers, map_frames, picked, sector_layers
from dashboard.components.palette import LIGHT
from dashboard.components.text import plain
from dashboard.explore_desk import ExploreDesk
from dashboard.state import Desk
from kb.organization import ClaimKind, Organization
from matcher import Matcher

VIEWS = ("Map", "Network", "Capacities", "White space")


@pytest.fixture
def explore(filled) -> ExploreDesk:
    return ExploreDesk(Desk(Matcher(filled, TinyEncoder())))


def links(app) -> list[str]:
    return [item.proto.label for item in app.get("page_link")]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_on_a_few_organizations(filled, show, view):
    app = show("explore", explore=view)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_where_next_to_nothing_is_known(kb, show, view):
    kb.add(Organization(id="unknown", name="Nobody Knows"))
    app = show("explore", explore=view)
    assert not app.exception
    assert not app.error


def test_an_empty_knowledge_base_is_explained(kb, show):
    assert "The knowledge base is empty" in words(show("explore"))


def test_a_group_lists_its_members(filled, show):
    app = show("explore", map_group="All organizations")
    assert "4 organizations, by name." in words(app)
    assert "Soap Works" in links(app)


def test_the_map_says_who_is_not_on_it(filled, show):
    assert "1 more have no text to be placed by." in words(show("explore"))


def test_the_fit_with_a_brief_orders_the_list(filled, show):
    app = show("explore", map_group="All organizations", map_color="Fit with a brief", brief="handwashing")
    assert not app.exception
    assert links(app)[0] == "Soap Works"
    assert "set apart by the brief" in words(app)


def test_the_network_names_every_tie_with_its_source(filled, show):
    app = show("explore", explore="Network", around="soap")
    table = app.dataframe[0].value
    assert set(table["Joined by"]) == {"Clean hands", "Soap Works: funds Village Radio"}
    assert set(table["Source"]) == {"Its website"}
    assert "Village Radio" in links(app)


def test_an_organization_without_ties_is_said_to_have_none_known(filled, show):
    app = show("explore", explore="Network", around="brewer")
    assert "That is not the same as none" in words(app)


def test_an_unknown_organization_in_the_address_is_explained(filled, show):
    app = show("explore", explore="Network", around="no-such")
    assert not app.exception


def test_an_organization_is_found_by_name(filled, show):
    app = show("explore", explore="Network", around="soap")
    app.text_input(key="network_find").set_value("Village").run()
    assert app.query_params["around"] in ("radio", ["radio"])


def test_a_cell_lists_who_is_in_it(filled, show):
    app = show("explore", explore="Capacities", matrix_capacity="Media channels")
    app.selectbox(key="matrix_other_Sector").set_value("voluntary").run()
    assert not app.exception
    assert links(app) == ["Village Radio"]
    assert "1 known to have it" in words(app)


def test_counts_by_country_follow_the_seat(filled, show):
    table = show("explore", explore="Capacities", matrix_by="Country of the seat").dataframe[0].value
    row = table[table["Capacity"] == "Distribution"].iloc[0]
    assert (row["Kenya"], row["Uganda"]) == (3, 0)


def test_white_space_tells_nobody_from_not_known(filled, show):
    app = show("explore", explore="White space", space_place="Kenya", space_cause="Water, sanitation and hygiene")
    table = app.dataframe[0].value.set_index("Capacity")["Stands"]
    assert table["Distribution"] == "Here"
    assert table["Media channels"] == "Nobody known"
    other = show("explore", explore="White space", space_place="Tonga", space_cause="Any cause")
    assert set(other.dataframe[0].value["Stands"]) == {"Not known"}


def test_hostile_names_stay_words(filled, show):
    app = show("explore", explore="White space", space_place="Uganda", space_cause="Any cause")
    assert HOSTILE not in words(app)
    assert plain(HOSTILE) in links(app)


def test_a_lasso_takes_in_those_inside_and_a_click_one(explore):
    landscape = explore.landscape()
    layers = sector_layers(explore, landscape, drawn(landscape, None), LIGHT)
    around = {"areas": [{"brush_type": "rect", "coord_range": [[-2, 2], [-2, 2]]}]}
    assert picked(around, landscape, layers).tolist() == [0, 1, 2, 3]
    click = {"selected": [{"series_index": 0, "data_indices": [0]}], "areas": []}
    assert picked(click, landscape, layers).tolist() == [layers[0].at[0]]
    stale = {"selected": [{"series_index": 9, "data_indices": [0]}, {"series_index": 0, "data_indices": [99]}]}
    assert picked(stale, landscape, layers) is None
    assert picked({}, landscape, layers) is None


def test_every_point_is_drawn_once_in_every_coloring(explore, filled):
    landscape = explore.landscape()
    at = drawn(landscape, None)
    for layers in (
        sector_layers(explore, landscape, at, LIGHT),
        fit_layers(landscape, at, None, explore.fit(filled.brief("handwashing")), LIGHT),
    ):
        assert sorted(np.concatenate([layer.at for layer in layers]).tolist()) == at.tolist()
        names = {name for frame in map_frames(explore, landscape, layers) for name in frame["name"]}
        assert {"Soap Works", "Village Radio", "Brewer"} <= names


def test_the_map_is_kept_until_a_text_changes(explore, filled, monkeypatch):
    from dashboard import explore_desk

    made = []
    lay_out = explore_desk.lay_out
    monkeypatch.setattr(explore_desk, "lay_out", lambda columns: made.append(1) or lay_out(columns))
    explore.landscape()
    filled.save_brief(filled.brief("handwashing").model_copy(update={"title": "Other"}))
    soap = filled.get("soap")
    filled.add(soap.model_copy(update={"claims": tuple(c for c in soap.claims if c.kind is not ClaimKind.NEED)}))
    explore.refresh()
    explore.landscape()
    assert len(made) == 1
    filled.add(soap.model_copy(update={"mission": "Something else."}))
    explore.refresh()
    explore.landscape()
    assert len(made) == 2


def test_groups_of_one_color_lie_apart():
    centers = [(x / 6, y / 3) for x in range(6) for y in range(3)]
    colors = group_colors(centers)
    assert colors[: len(GROUPS)] == list(GROUPS)
    for number, color in enumerate(colors[len(GROUPS) :], len(GROUPS)):
        twin = colors.index(color)
        assert np.hypot(*np.subtract(centers[number], centers[twin])) > 0.4
