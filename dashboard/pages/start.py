"""Start: what this is, what is in it, and where to go on."""

from __future__ import annotations

import streamlit as st

from dashboard.components.brief_cards import latest_first, show_brief_cards
from dashboard.components.empty import no_briefs, no_organizations
from dashboard.components.links import BRIEF, HOW_IT_WORKS, ORGANIZATION
from dashboard.state import open_desk

EXAMPLES = "starter"

desk = open_desk()
st.title("Find the partner your programme lacks", anchor=False)
st.markdown(
    "Dancecard ranks organizations for a social marketing brief: who has what you lack, who would gain from you too, "
    "and what to look into before you ask. Every point of every score rests on a fact that you can check."
)
counts = desk.kb.count()
with st.container(horizontal=True, key="figures"):
    st.metric("Organizations", f"{counts['organizations']:,}", border=True)
    st.metric("Facts about them", f"{counts['claims']:,}", border=True)
    st.metric("Past engagements", f"{counts['engagements']:,}", border=True)
    st.metric("Briefs", f"{counts['briefs']:,}", border=True)
if not counts["organizations"]:
    no_organizations()
if not counts["briefs"]:
    no_briefs()
    st.stop()

own, examples = latest_first(desk.kb, EXAMPLES)
with st.container(horizontal=True):
    st.page_link(BRIEF, label="Write a new brief", icon=":material/edit:", query_params={"brief": "new"})
    st.page_link(ORGANIZATION, label="Look up an organization", icon=":material/search:")
    st.page_link(HOW_IT_WORKS, label="How it works", icon=":material/help:")
if own:
    st.header("Go on where you were", anchor=False)
    show_brief_cards(own[:6], desk.vocabulary)
if examples:
    st.header("Example briefs", anchor=False)
    st.caption("Open one to see a ranking at once, or change it into your own.")
    show_brief_cards(examples[:9], desk.vocabulary)
