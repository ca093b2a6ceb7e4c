"""Explore: all organizations on a map, who worked with whom, who has what where, and where nobody does."""

from __future__ import annotations

import streamlit as st

from dashboard.components.empty import no_organizations
from dashboard.components.errors import errors_in_words
from dashboard.components.explore_map import show_map
from dashboard.components.explore_matrix import show_matrices
from dashboard.components.explore_network import show_network
from dashboard.components.explore_space import show_white_space
from dashboard.explore_desk import open_explore

VIEWS = {"Map": show_map, "Network": show_network, "Capacities": show_matrices, "White space": show_white_space}

explore = open_explore()
st.title("Explore", anchor=False)
if not explore.desk.facets().organizations:
    no_organizations()
    st.stop()
view = st.segmented_control(
    "Show", list(VIEWS), default="Map", key="explore", bind="query-params", required=True, label_visibility="collapsed"
)
with errors_in_words():
    VIEWS[view or "Map"](explore)
