"""What a page says when there is nothing to show yet, and what to do about it."""

from __future__ import annotations

import streamlit as st

from dashboard.components.links import BRIEF, DATA


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
