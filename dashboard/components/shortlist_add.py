"""Adding organizations to a shortlist: from the ranking, or by a search."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.labels import whereabouts
from dashboard.components.person import changing
from dashboard.components.shortlist_undo import remember
from dashboard.components.shortlist_words import stage_words
from dashboard.components.text import clean
from dashboard.shortlist_desk import Listed, suggestions
from dashboard.state import Desk
from kb.brief import Brief
from kb.casework.errors import checked
from kb.casework.partnerships import TRANSITIONS, Move

WAYS = ("Best of the ranking", "By name or by what they do")


def show_add(desk: Desk, brief: Brief, listed: Sequence[Listed], who: str) -> None:
    """Draw whom to add, at which stage, and why."""
    box = st.expander("Add organizations", expanded=not listed, key="add_open", on_change="rerun")
    if not box.open:
        return
    with box:
        way = st.segmented_control("Where from", WAYS, default=WAYS[0], key="add_way", required=True)
        with errors_in_words(stop=False):
            options = _ranked(desk, brief, listed) if way == WAYS[0] else _searched(desk, listed)
            _form(desk, brief, options, who)


def _ranked(desk: Desk, brief: Brief, listed: Sequence[Listed]) -> dict[str, str]:
    found = suggestions(desk, brief, listed)
    return {
        item.organization.id: f"{item.rank}. {clean(item.organization.name)}, score {item.score:.0f}" for item in found
    }


def _searched(desk: Desk, listed: Sequence[Listed]) -> dict[str, str]:
    text = st.text_input("Search", key="add_search", placeholder="Radio stations that reach rural youth", type="search")
    if not (text or "").strip():
        return {}
    taken = {item.id for item in listed}
    found = [hit.organization for hit in desk.search(text or "") if hit.organization.id not in taken]
    if not found:
        st.info("Nobody else was found. Try fewer or other words.")
    return {item.id: f"{clean(item.name)}, {whereabouts(item, desk.vocabulary)}" for item in found}


def _form(desk: Desk, brief: Brief, options: dict[str, str], who: str) -> None:
    kept = [key for key in st.session_state.get("add_who", []) if key in options]
    st.session_state["add_who"] = kept
    chosen = st.multiselect(
        "Whom",
        list(options),
        format_func=lambda key: options[key],
        key="add_who",
        placeholder="Choose organizations",
        disabled=not options,
    )
    first, second = st.columns([1, 2], gap="medium")
    stage = first.selectbox("Stage", TRANSITIONS[None], format_func=stage_words, key="add_stage")
    owner = first.text_input("Who takes care of it", key="add_owner")
    reason = second.text_area("Reason", key="add_reason", height=122, placeholder="Needed from the shortlist on")
    if not changing(st.button)("Add to the list", type="primary"):
        return
    if not chosen:
        st.error("Choose whom to add first.")
        return
    fields = {"stage": stage, "reason": (reason or "").strip(), "owner": (owner or "").strip()}
    desk.kb.casework.record_many(brief.id, chosen, checked(Move, "the move", fields), who or None)
    count = f"{len(chosen)} organization{'' if len(chosen) == 1 else 's'}"
    remember(brief.id, chosen, f"Added to the {stage_words(stage).lower()}: {count}.")
    st.session_state.pop("add_who", None)
    st.rerun()
