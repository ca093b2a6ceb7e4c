"""Compare: two to five organizations side by side, under one brief."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components.briefs import pick_brief
from dashboard.components.compare_choice import LEAST, chosen_ids, show_choice
from dashboard.components.compare_exchange import show_exchange, show_power_of_all
from dashboard.components.compare_flags import show_coverage, show_flags
from dashboard.components.compare_links import CHOSEN, coalition_link, put_in_address
from dashboard.components.compare_needs import show_needs
from dashboard.components.compare_overview import show_overview
from dashboard.components.compare_points import show_points
from dashboard.components.compare_values import show_values
from dashboard.components.compare_weights import weights_in_session
from dashboard.components.empty import briefs_or_stop
from dashboard.components.errors import errors_in_words
from dashboard.components.export_buttons import show_export_buttons
from dashboard.components.links import partners_link
from dashboard.partnering_desk import open_partnering, ranking_of
from matcher import Filters

RANKED = 50


def drop(organization_id: str) -> None:
    """Take one out of the comparison."""
    put_in_address(CHOSEN, [key for key in ids if key != organization_id])


partnering = open_partnering()
desk = partnering.desk
st.title("Compare", anchor=False)
briefs = briefs_or_stop(desk)

with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container():
        brief = pick_brief(briefs)
    partners_link(brief.id, "Back to the ranking")
weights, adjusted = weights_in_session(desk, brief)
if adjusted:
    st.caption("Scored with the weights that you set on Find partners; they are not saved with the brief.")
with errors_in_words():
    ranking = desk.rank(brief, Filters(), weights, RANKED)
    ids = chosen_ids(partnering, brief, ranking.candidates)
    show_choice(partnering, brief, ranking.candidates, ids)
    if not ids:
        st.info("There is nobody to compare yet. Choose two organizations, or change the brief.")
        st.stop()
    compared = partnering.compare(brief, ids, weights)
if len(compared) < LEAST:
    st.info("A comparison takes two or more: add another organization.")

st.header("At a glance", anchor=False)
show_overview(compared, desk.vocabulary, drop)
parts: dict[str, Callable[[], None]] = {
    "Points": lambda: show_points(compared),
    "Needs": lambda: show_needs(compared),
    "Give and get": lambda: show_exchange(compared),
    "Power": lambda: show_power_of_all(compared),
    "Values": lambda: show_values(partnering.values(brief), compared, desk.vocabulary),
    "Flags": lambda: show_flags(compared),
    "What is known": lambda: show_coverage(compared),
}
tabs = st.tabs(list(parts), key="part", on_change="rerun", bind="query-params")
for tab, show in zip(tabs, parts.values(), strict=True):
    if tab.open:
        with tab:
            show()
show_export_buttons(ranking_of(ranking, compared), "comparison", "Download the comparison")
coalition_link(brief.id, "Build a coalition with these", ids)
