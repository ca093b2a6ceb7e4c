"""The needs of the brief, and who answers which, with the evidence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.evidence import show_reasons
from dashboard.components.text import percent, plain
from dashboard.partnering_desk import Compared
from matcher.results import NeedMatch

NOT_KNOWN, NOT_SEEN = "? not known", "\N{EN DASH} not seen"


def how_met(need: NeedMatch) -> str:
    """Return how far a need is met: a share, not seen, or not known."""
    if need.strength is None:
        return NOT_KNOWN
    if need.strength < 0.05:
        return NOT_SEEN
    return f"{'◐' if need.strength < 0.4 else '✓'}\N{NO-BREAK SPACE}{percent(need.strength)}"


def needs_table(compared: Sequence[Compared]) -> pd.DataFrame:
    """Return one row per need, a column per organization, and all needs together below; cells are Markdown."""
    rows = []
    for at, need in enumerate(compared[0].candidate.needs):
        label = f"{plain(need.label)}{' (must)' if need.must else ''}"
        rows.append([label, *(how_met(item.candidate.needs[at]) for item in compared)])
    gains = [item.candidate.seeker_gain for item in compared]
    shown = [NOT_KNOWN if gain is None else f"**{percent(gain)}**" for gain in gains]
    rows.append(["**All, by importance**", *shown])
    return pd.DataFrame(rows, columns=["Need", *(column_names(compared))])


def column_names(compared: Sequence[Compared]) -> list[str]:
    """Return harmless column titles, told apart where names are alike."""
    names = [plain(item.name) for item in compared]
    return [name if names.count(name) == 1 else f"{place}\\. {name}" for place, name in enumerate(names, 1)]


def show_needs(compared: Sequence[Compared]) -> None:
    """Draw who answers which need, then the facts behind it."""
    st.header("Your needs, and who answers them", anchor=False)
    if not compared[0].candidate.needs:
        st.caption("The brief names no need. Add what the programme lacks to the brief.")
        return
    table = needs_table(compared)
    st.table(table, hide_index=True, border="horizontal", alt="How far each organization meets each need.")
    st.caption(
        "✓ met, ◐ partly, \N{EN DASH} its known capacities do not include it, ? nothing is known of its capacities. "
        "The share counts strength, place and your own words for the need."
    )
    for at, need in enumerate(compared[0].candidate.needs):
        box = st.expander(f"Evidence: {plain(need.label)}", key=f"need_{need.code}", on_change="rerun")
        if box.open:
            with box:
                _show_evidence(compared, at)


def _show_evidence(compared: Sequence[Compared], at: int) -> None:
    for item in compared:
        need = item.candidate.needs[at]
        st.markdown(f"**{plain(item.name)}**: {how_met(need)}")
        show_reasons(need.reasons)
        if not need.reasons:
            st.caption("No fact bears on it.")
