"""Shortlist: who stands where on the way to a partnership, who takes care of it, and why."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.components.briefs import pick_brief
from dashboard.components.empty import briefs_or_stop
from dashboard.components.errors import errors_in_words
from dashboard.components.links import PLAN, brief_link, partners_link
from dashboard.components.shortlist_add import show_add
from dashboard.components.shortlist_board import show_board, show_table
from dashboard.components.shortlist_detail import VETTING, show_detail
from dashboard.components.shortlist_undo import show_undo
from dashboard.components.shortlist_words import GROUPS
from dashboard.components.vetting_downloads import file_stem
from dashboard.components.vetting_person import person_field
from dashboard.shortlist_desk import shortlist_file, shortlist_of
from dashboard.state import open_desk
from dashboard.vetting_desk import open_vetting

PARTNER = "partner"
VIEWS = ("Board", "Table")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def select(organization_id: str) -> None:
    """Open one, and name it in the address."""
    st.query_params[PARTNER] = organization_id


def close() -> None:
    """Close the detail again."""
    st.query_params.pop(PARTNER, None)


desk = open_desk()
st.title("Shortlist", anchor=False)
briefs = briefs_or_stop(desk)
brief_side, person_side = st.columns([3, 1], gap="medium")
with brief_side:
    brief = pick_brief(briefs)
with person_side:
    who = person_field()
with errors_in_words():
    listed = shortlist_of(desk, open_vetting(), brief.id, datetime.now(UTC).date())
with st.container(horizontal=True, gap="medium", key="shortlist_ways"):
    partners_link(brief.id, "See the ranking")
    brief_link(brief.id)
    if listed:
        names = {"vetting_view": "Vet names", "vet_source": "From a shortlist", "list": brief.id}
        st.page_link(VETTING, label="Vet everybody on it", query_params=names)
        st.page_link(PLAN, label="Plan with them", query_params={"brief": brief.id})
show_undo(desk.kb, brief.id, who)
with st.container(horizontal=True, key="figures"):
    for title, stages in GROUPS.items():
        st.metric(title, sum(item.partnership.stage in stages for item in listed), border=True)
show_add(desk, brief, listed, who)
if not listed:
    st.info("Nobody is on this list yet. Add organizations from the ranking, or search for them.")
    st.stop()

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        key="list_view",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    st.download_button(
        "Shortlist (Excel)",
        data=lambda: shortlist_file(brief, listed),
        file_name=f"{file_stem(brief.title)}-shortlist.xlsx",
        mime=XLSX,
        icon=":material/download:",
        on_click="ignore",
    )
asked = st.query_params.get(PARTNER)
chosen = next((item for item in listed if item.id == asked), None)
list_side, detail_side = st.columns([3, 2], gap="medium") if chosen else (st.container(), st.container())
with list_side:
    if view == "Table":
        show_table(listed, desk.vocabulary, select)
    else:
        show_board(listed, desk.vocabulary, chosen, select)
if chosen is not None:
    with detail_side, st.container(border=True, key="detail_asked"):
        st.button("Close", key="close_detail", on_click=close)
        show_detail(desk.kb, brief, chosen, desk.vocabulary, who)
