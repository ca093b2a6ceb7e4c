"""Choosing what to compare: two to five organizations, named in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.compare_links import CHOSEN, ids_in_address, put_in_address
from dashboard.components.labels import whereabouts
from dashboard.components.text import plain
from dashboard.partnering_desk import PartneringDesk
from kb.brief import Brief
from matcher.results import Candidate

LEAST, MOST, FIRST = 2, 5, 3
PICK = "pick_compared"
FOUND = 6


def chosen_ids(desk: PartneringDesk, brief: Brief, ranked: Sequence[Candidate]) -> list[str]:
    """Return whom to compare: those in the address, or else the first of the ranking.

    Who is unknown, the seeker itself, or beyond the fifth is left out, and that is said.
    """
    asked = ids_in_address(CHOSEN)
    if not asked:
        return [candidate.organization.id for candidate in ranked[:FIRST]]
    found = list(desk.names(asked))
    if unknown := [key for key in asked if key not in found and not desk.names([key])]:
        st.warning(f"Not in the knowledge base, and left out: {plain(', '.join(unknown))}.")
    if brief.seeker.organization_id in found:
        found.remove(brief.seeker.organization_id)
        st.warning("The seeker of the brief is not compared with itself.")
    if len(found) > MOST:
        st.warning(f"At most {MOST} are compared at once; the first {MOST} are shown.")
    return found[:MOST]


def show_choice(desk: PartneringDesk, brief: Brief, ranked: Sequence[Candidate], chosen: Sequence[str]) -> None:
    """Draw the choice among the best ranked, and a search for anybody else."""
    names = desk.names(chosen, ranked)
    st.session_state[PICK] = [key for key in chosen if key in names]
    st.multiselect(
        f"Organizations ({LEAST} to {MOST})",
        list(names),
        format_func=lambda key: names[key],
        key=PICK,
        on_change=_picked,
        max_selections=MOST,
        placeholder="Choose from the best of the ranking",
    )
    with st.popover("Add another by name", disabled=len(chosen) >= MOST):
        _show_search(desk, brief, chosen)


def _picked() -> None:
    put_in_address(CHOSEN, st.session_state[PICK])


def _add(organization_id: str, chosen: Sequence[str]) -> None:
    put_in_address(CHOSEN, [*chosen, organization_id])
    st.session_state["compare_search"] = ""


def _show_search(desk: PartneringDesk, brief: Brief, chosen: Sequence[str]) -> None:
    text = st.text_input("Name", key="compare_search", placeholder="Part of a name")
    if not text.strip():
        return
    shut = {*chosen, brief.seeker.organization_id}
    hits = [item for item in desk.desk.kb.find(text, FOUND + len(shut)) if item.id not in shut][:FOUND]
    if not hits:
        st.caption("Nobody of that name is known.")
    for item in hits:
        st.button(
            plain(item.name),
            key=f"add_{item.id}",
            on_click=_add,
            args=(item.id, chosen),
            help=plain(whereabouts(item, desk.desk.vocabulary)),
            width="stretch",
        )
