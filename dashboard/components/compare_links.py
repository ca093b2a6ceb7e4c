"""Links to the pages that take several organizations, with the organizations in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.text import plain

COMPARE = "dashboard/pages/compare.py"
COALITION = "dashboard/pages/coalition.py"
CHOSEN = "organization"
KEPT = "with"
LEFT_OUT = "without"


def compare_link(brief_id: str, ids: Sequence[str], label: str, icon: str | None = None) -> None:
    """Draw a link to organizations side by side."""
    query = {"brief": [brief_id], CHOSEN: list(ids)}
    st.page_link(COMPARE, label=plain(label), icon=icon, query_params=query)


def coalition_link(brief_id: str, label: str, kept: Sequence[str] = (), icon: str | None = None) -> None:
    """Draw a link to the coalitions for a brief, some members of which may be on board already."""
    query = {"brief": [brief_id], KEPT: list(kept)}
    st.page_link(COALITION, label=plain(label), icon=icon, query_params=query)


def ids_in_address(parameter: str) -> list[str]:
    """Return the ids that a parameter of the address names, each once."""
    return list(dict.fromkeys(value for value in st.query_params.get_all(parameter) if value))


def put_in_address(parameter: str, ids: Sequence[str]) -> None:
    """Name organizations in the address; none takes the parameter away."""
    if ids:
        st.query_params[parameter] = list(ids)
    else:
        st.query_params.pop(parameter, None)
