"""Find partners: who fits the brief, why, and what would change it."""

from __future__ import annotations

import streamlit as st

from dashboard.components.briefs import pick_brief
from dashboard.components.candidate_card import show_card
from dashboard.components.candidate_detail import show_detail
from dashboard.components.compare_tray import show_compare_tray
from dashboard.components.empty import briefs_or_stop
from dashboard.components.errors import errors_in_words
from dashboard.components.export_buttons import show_export_buttons
from dashboard.components.filters import filter_controls
from dashboard.components.links import brief_link
from dashboard.components.printing_ranking import offer_to_print, print_ranking_if_asked
from dashboard.components.ranking_views import show_breakdown, show_set_apart, show_summary, show_table
from dashboard.components.since import marked_new, show_news
from dashboard.components.weights import weight_controls
from dashboard.state import open_desk

STEP = 12
VIEWS = ("Cards", "Table", "Breakdown")


def select(organization_id: str) -> None:
    """Show a candidate in detail, and name it in the address."""
    st.query_params["candidate"] = organization_id


def close_detail() -> None:
    """Close the detail again."""
    st.query_params.pop("candidate", None)


def show_more() -> None:
    """Lengthen the list."""
    st.session_state["shown"] = st.session_state.get("shown", STEP) + STEP


desk = open_desk()
print_ranking_if_asked(desk)
st.title("Find partners", anchor=False)
briefs = briefs_or_stop(desk)
facets = desk.facets()

head = st.container(horizontal=True, vertical_alignment="bottom")
with head:
    with st.container():
        brief = pick_brief(briefs)
    brief_link(brief.id)
with st.sidebar:
    weights = weight_controls(desk, brief)
    filters = filter_controls(facets, desk.vocabulary)
shown = st.session_state.get("shown", STEP)
with head:
    offer_to_print(brief, filters, weights, shown)
with errors_in_words():
    ranking = desk.rank(brief, filters, weights, shown)

show_summary(ranking)
if not ranking.candidates:
    show_set_apart(ranking, desk.vocabulary)
    st.stop()

with errors_in_words():
    fresh = show_news(desk, brief)
by_id = {candidate.organization.id: candidate for candidate in ranking.candidates}
asked = st.query_params.get("candidate")
chosen = by_id.get(asked or "", ranking.candidates[0])
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.header("Best first", anchor=False, width="content")
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", required=True, label_visibility="collapsed"
    )
show_compare_tray(brief, ranking.candidates)
# Cards leave room for the detail beside them; a table and a chart take the width, with the detail below.
list_side, detail_side = st.columns([3, 2], gap="medium") if view == "Cards" else (st.container(), st.container())
with list_side:
    if view == "Table":
        show_table(ranking.candidates, desk.vocabulary, select, fresh)
    elif view == "Breakdown":
        show_breakdown(ranking.candidates)
    else:
        for candidate in ranking.candidates:
            with marked_new(candidate, fresh):
                show_card(candidate, desk.vocabulary, selected=candidate is chosen, select=select)
    if len(ranking.candidates) < ranking.matching:
        st.button(f"Show {STEP} more of {ranking.matching:,}", on_click=show_more, width="stretch")
    show_export_buttons(ranking)
    show_set_apart(ranking, desk.vocabulary)
# On a narrow screen the panel lies over the list once a candidate was asked for; see style.css.
if view == "Cards" or asked in by_id:
    with detail_side, st.container(border=True, key="detail_asked" if asked in by_id else "detail_first"):
        if asked in by_id:
            st.button("Close", key="close_detail", on_click=close_detail)
        show_detail(
            chosen,
            brief,
            desk.vocabulary,
            lambda rank: desk.lifts(brief, chosen.organization.id, rank, filters, weights),
        )
