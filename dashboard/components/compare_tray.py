"""From the ranking to the comparison: tick candidates, go on with them side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.compare_choice import FIRST, LEAST, MOST
from dashboard.components.compare_links import coalition_link, compare_link
from kb.brief import Brief
from matcher.results import Candidate

WIDTH = 460
"""Of the choice, in pixels; on a narrower screen it takes the whole row, with the links below."""


def show_compare_tray(brief: Brief, candidates: Sequence[Candidate]) -> None:
    """Draw the choice of candidates to compare, and where it leads."""
    names = {item.organization.id: f"{item.rank}. {item.organization.name}" for item in candidates}
    key = f"tray_{brief.id}"
    if key in st.session_state:
        st.session_state[key] = [item for item in st.session_state[key] if item in names]
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="compare_tray"):
        chosen = st.multiselect(
            "Compare",
            list(names),
            format_func=lambda item: names[item],
            key=key,
            max_selections=MOST,
            placeholder=f"Choose {LEAST} to {MOST} to compare",
            label_visibility="collapsed",
            width=WIDTH,
            persist_state="session",
        )
        if len(chosen) >= LEAST:
            compare_link(brief.id, chosen, f"Compare these {len(chosen)} side by side")
        elif len(names) >= LEAST:
            first = list(names)[:FIRST]
            compare_link(brief.id, first, f"Compare the first {len(first)} side by side")
        coalition_link(brief.id, "Find a coalition")
