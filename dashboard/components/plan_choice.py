"""Choosing whom a plan is made with: partners named in the address, or those on the shortlist."""

from __future__ import annotations

import streamlit as st

from dashboard.components.compare_links import KEPT, ids_in_address, put_in_address
from dashboard.components.text import plain
from dashboard.planning_desk import PlanningDesk
from kb.brief import Brief

PICK = "pick_plan_partners"
MOST = 8


def choose_partners(desk: PlanningDesk, brief: Brief) -> tuple[str, ...]:
    """Draw the choice of partners and return their ids.

    Without any in the address, those on the brief's shortlist are taken, or else the first of the ranking.
    """
    listed = desk.at_the_table(brief)
    ranked = [item.organization.id for item in desk.ranked(brief)]
    asked = ids_in_address(KEPT)
    names = _names(desk, brief, [*asked, *listed, *ranked], asked)
    chosen = [key for key in asked if key in names] or [key for key in listed if key in names] or list(names)[:1]
    if len(chosen) > MOST:
        st.caption(f"A plan holds at most {MOST} partners; the first {MOST} are taken.")
    st.session_state[PICK] = chosen[:MOST]
    st.multiselect(
        "Partners",
        list(names),
        format_func=lambda key: names[key],
        key=PICK,
        on_change=_picked,
        max_selections=MOST,
        placeholder="Choose from the shortlist and the best of the ranking",
    )
    return tuple(chosen[:MOST])


def _names(desk: PlanningDesk, brief: Brief, ids: list[str], asked: list[str]) -> dict[str, str]:
    """Return names by id, in the order of `ids`, and say who of those asked for cannot be a partner."""
    found = {item.id: item.name for item in desk.desk.kb.get_many(list(dict.fromkeys(ids)))}
    ordered = {key: found[key] for key in dict.fromkeys(ids) if key in found}
    if unknown := [key for key in asked if key not in found]:
        st.warning(f"Not in the knowledge base, and left out: {plain(', '.join(unknown))}.")
    if ordered.pop(brief.seeker.organization_id or "", None) and brief.seeker.organization_id in asked:
        st.warning("The seeker of the brief is no partner of itself, and is left out.")
    return ordered


def _picked() -> None:
    put_in_address(KEPT, st.session_state[PICK])
