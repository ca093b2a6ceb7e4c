"""Choosing a brief; the choice is in the address, so that it can be shared and survives a reload."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kb.brief import Brief

PARAMETER = "brief"
REMEMBERED = "current_brief"


def current_brief(briefs: Sequence[Brief]) -> Brief | None:
    """Return the brief that the address names, or else the one used last in this session."""
    known = {brief.id: brief for brief in briefs}
    wanted = st.query_params.get(PARAMETER) or st.session_state.get(REMEMBERED)
    return known.get(wanted or "")


def remember_brief(brief_id: str) -> None:
    """Make a brief the current one, here and in the address."""
    st.session_state[REMEMBERED] = brief_id
    if st.query_params.get(PARAMETER) != brief_id:
        st.query_params[PARAMETER] = brief_id


def pick_brief(briefs: Sequence[Brief], label: str = "Brief") -> Brief:
    """Draw the choice of a brief and return the one chosen; `briefs` must not be empty."""
    titles = {brief.id: brief.title for brief in briefs}
    now = current_brief(briefs) or briefs[0]
    st.session_state["pick_brief"] = now.id
    st.selectbox(label, list(titles), format_func=lambda key: titles[key], key="pick_brief", on_change=_picked)
    remember_brief(now.id)
    return now


def _picked() -> None:
    remember_brief(st.session_state["pick_brief"])
