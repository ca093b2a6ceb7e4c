"""Organizations: search by words and meaning; one organization with every fact and where it comes from."""

from __future__ import annotations

import streamlit as st

from dashboard.components.claims import show_claims
from dashboard.components.empty import no_organizations
from dashboard.components.errors import errors_in_words
from dashboard.components.history import show_history
from dashboard.components.printing import print_asked, print_button, print_frame, show_printed_organization
from dashboard.components.profile import show_engagements, show_identity, show_relations
from dashboard.components.search_results import show_results
from dashboard.state import open_desk

PARAMETER = "organization"

desk = open_desk()
wanted = st.query_params.get(PARAMETER)
if not wanted:
    st.title("Organizations", anchor=False)
    if not desk.facets().organizations:
        no_organizations()
        st.stop()
    text = st.text_input(
        "Search by name, or by what they do",
        key="q",
        bind="query-params",
        placeholder="Radio stations that reach rural youth",
        type="search",
    )
    with errors_in_words():
        show_results(desk, text or "")
    st.stop()

with errors_in_words():
    organization = desk.kb.get(wanted)
if print_asked():
    with print_frame("Back to the profile"):
        show_printed_organization(desk.kb, organization, desk.vocabulary)
    st.stop()
if st.button("Back to the search", icon=":material/arrow_back:", type="tertiary"):
    st.query_params.pop(PARAMETER)
    st.rerun()
show_identity(organization, desk.vocabulary)
print_button()
facts, past, ties, history = st.tabs(
    ["What is known", "Engagements", "Relations", "History"], key="profile_tabs", on_change="rerun"
)
with facts:
    if facts.open:
        show_claims(desk.kb, organization, desk.vocabulary)
with past:
    if past.open:
        show_engagements(desk.kb, organization)
with ties:
    if ties.open:
        show_relations(desk.kb, organization, desk.vocabulary)
with history:
    if history.open and show_history(desk.kb, organization.id):
        st.rerun()
