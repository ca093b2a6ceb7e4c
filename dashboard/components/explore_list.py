"""Organizations that were picked on a chart: how many, and links to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.labels import country_of, kind_of, sector_of, whereabouts
from dashboard.components.links import organization_link
from dashboard.components.text import clean, plain
from dashboard.explore_desk import ExploreDesk

STEP = 8
IN_TABLE = 300


def _more(key: str) -> None:
    st.session_state[key] = st.session_state.get(key, STEP) + STEP


def show_list(explore: ExploreDesk, rows: Sequence[int], key: str, notes: Mapping[int, str] | None = None) -> None:
    """Draw links to organizations, some at a time, and the first few hundred as a table.

    Parameters
    ----------
    rows : sequence of int
        Rows of the columns, in the order to be shown.
    key : str
        Tells this list's buttons from others'; the list starts short again when it changes.
    notes : mapping of int to str, optional
        Words about some of the rows.
    """
    shown = min(len(rows), st.session_state.get(f"shown_{key}", STEP))
    for row, organization in zip(rows[:shown], explore.organizations(rows[:shown]), strict=False):
        with st.container(gap=None, key=f"pick_{key}_{row}"):
            organization_link(organization.id, organization.name)
            words = [whereabouts(organization, explore.vocabulary), (notes or {}).get(row, "")]
            st.caption(plain(" · ".join(part for part in words if part)))
    if shown < len(rows):
        label = f"Show {min(STEP, len(rows) - shown)} more of {len(rows):,}"
        st.button(label, key=f"more_{key}", on_click=_more, args=(f"shown_{key}",), width="stretch")
    box = st.expander("As a table", key=f"table_{key}", on_change="rerun")
    if box.open:
        with box:
            _show_table(explore, rows)


def _show_table(explore: ExploreDesk, rows: Sequence[int]) -> None:
    vocabulary = explore.vocabulary
    found = explore.organizations(rows[:IN_TABLE])
    table = pd.DataFrame(
        {
            "Organization": [clean(item.name) for item in found],
            "Sector": [sector_of(item, vocabulary) for item in found],
            "Kind": [kind_of(item, vocabulary) for item in found],
            "Country": [country_of(item, vocabulary) for item in found],
        }
    )
    st.dataframe(table, hide_index=True, alt="The organizations picked, with sector, kind and country.")
    if len(rows) > IN_TABLE:
        st.caption(f"The first {IN_TABLE} of {len(rows):,}.")
