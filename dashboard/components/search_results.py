"""Organizations found by a search."""

from __future__ import annotations

import streamlit as st

from dashboard.components.labels import whereabouts
from dashboard.components.links import organization_link
from dashboard.components.text import badge, plain, shorten
from dashboard.state import Desk

COUNT = 20
BY = {"words": "green", "meaning": "violet", "words and meaning": "blue"}


def show_results(desk: Desk, text: str) -> None:
    """Draw what a search finds, best first; without a text, say what can be searched."""
    if not text.strip():
        st.caption(
            f"{desk.facets().organizations:,} organizations. Names, aliases, missions and descriptions are searched."
        )
        return
    hits = desk.search(text, COUNT)
    if not hits:
        st.info("Nothing was found. Try fewer or other words.")
        return
    st.header(f"{len(hits)} found, best first", anchor=False)
    for hit in hits:
        with st.container(border=True, gap="xsmall"):
            organization_link(hit.organization.id, hit.organization.name)
            found_by = badge(f"by {hit.by}", BY.get(hit.by, "gray"))
            st.markdown(f"{plain(whereabouts(hit.organization, desk.vocabulary))} {found_by}")
            if hit.organization.text:
                st.caption(plain(shorten(hit.organization.text, 220)))
