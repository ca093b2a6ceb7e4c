"""What is asked of a coalition: how many partners, which sectors, who is on board already and who is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.compare_links import KEPT, LEFT_OUT, ids_in_address, put_in_address
from dashboard.partnering_desk import CoalitionAsked, PartneringDesk
from kb.vocabulary import Vocabulary
from matcher.coalition.rules import load_coalition_rules
from matcher.results import Candidate

SIZES, SECTORS = "partners", "sector"
PICK = {KEPT: "pick_kept", LEFT_OUT: "pick_left_out"}


def keep(organization_id: str) -> None:
    """Take an organization on board."""
    _move(organization_id, LEFT_OUT, KEPT)


def leave_out(organization_id: str) -> None:
    """Keep an organization out."""
    _move(organization_id, KEPT, LEFT_OUT)


def _move(organization_id: str, source: str, target: str) -> None:
    put_in_address(source, [key for key in ids_in_address(source) if key != organization_id])
    put_in_address(target, list(dict.fromkeys([*ids_in_address(target), organization_id])))


def start_over() -> None:
    """Ask for nothing in particular again."""
    sizes = load_coalition_rules().sizes
    st.session_state[SIZES] = (sizes["smallest"], sizes["largest"])
    st.session_state[SECTORS] = []
    for parameter in (KEPT, LEFT_OUT):
        put_in_address(parameter, [])


def show_form(desk: PartneringDesk, ranked: Sequence[Candidate], vocabulary: Vocabulary) -> CoalitionAsked:
    """Draw the choices and return what is asked."""
    sizes = load_coalition_rules().sizes
    smallest, largest = st.slider(
        "Number of partners",
        sizes["smallest"],
        sizes["most"],
        (sizes["smallest"], sizes["largest"]),
        key=SIZES,
        bind="query-params",
        help="You are not counted.",
    )
    sectors = st.multiselect(
        "Sectors at the table",
        list(vocabulary.sectors),
        format_func=lambda code: vocabulary.sectors[code],
        key=SECTORS,
        bind="query-params",
        placeholder="No sector is required",
    )
    names = desk.names([*ids_in_address(KEPT), *ids_in_address(LEFT_OUT)], ranked)
    kept = _organizations("Already on board", KEPT, names, "Nobody yet")
    excluded = _organizations("Leave out", LEFT_OUT, names, "Nobody")
    if kept or excluded or sectors or (smallest, largest) != (sizes["smallest"], sizes["largest"]):
        st.button("Start over", on_click=start_over)
    return CoalitionAsked(smallest, largest, tuple(sectors), kept, excluded)


def _organizations(label: str, parameter: str, names: dict[str, str], empty: str) -> tuple[str, ...]:
    key = PICK[parameter]
    st.session_state[key] = [item for item in ids_in_address(parameter) if item in names]
    chosen = st.multiselect(
        label,
        list(names),
        format_func=lambda item: names[item],
        key=key,
        on_change=_picked(parameter),
        placeholder=empty,
    )
    return tuple(chosen)


def _picked(parameter: str) -> Callable[[], None]:
    return lambda: put_in_address(parameter, st.session_state[PICK[parameter]])
