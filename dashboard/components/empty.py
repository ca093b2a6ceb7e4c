"""What a page says when there is nothing to show yet, and what to do about it."""

from __future__ import annotations

import streamlit as st

from dashboard.components.links import BRIEF, DATA
from dashboard.state import Desk
from kb.brief import Brief


def briefs_or_stop(desk: Desk) -> list[Brief]:
    """Return the briefs; say what is missing and end the page where there is nobody, or no brief, to match."""
    if not desk.facets().organizations:
        no_organizations()
        st.stop()
    briefs = desk.kb.briefs()
    if not briefs:
        no_briefs()
        st.stop()
    return briefs


def no_organizations() -> None:
    """Say that the knowledge base is empty."""
    with st.container(border=True):
        st.header("The knowledge base is empty", anchor=False)
        st.markdown("There is nobody to match with yet. Import a spreadsheet or a registry first.")
        st.page_link(DATA, label="Import data")


def no_briefs() -> None:
    """Say that there is no brief."""
    with st.container(border=True):
        st.header("There is no brief yet", anchor=False)
        st.markdown("A brief says which behaviour to change, for whom, where, what you lack and what you can lend.")
        st.page_link(BRIEF, label="Write a brief")
