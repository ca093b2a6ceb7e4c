"""Vetting: what waits for a decision, names to vet, one organization's case, the watchlists behind it all."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.components.empty import no_organizations
from dashboard.components.errors import errors_in_words
from dashboard.components.vetting_case import show_case
from dashboard.components.vetting_lists import show_lists, warn_of_lists
from dashboard.components.vetting_person import person_field
from dashboard.components.vetting_queue_view import show_queue_view
from dashboard.components.vetting_run import show_names_view
from dashboard.components.vetting_trail import show_four_eyes, show_integrity, warn_of_trail
from dashboard.state import open_desk
from dashboard.vetting_desk import open_vetting
from kb.casework.vetting_cases import VettingCase

CASE, POLICIES, BRIEF = "case", "policies", "for"
OF_A_CASE = (CASE, POLICIES, "part", "diligence", "against")
VIEWS = ("Queue", "Vet names", "Watchlists", "Safeguards")


def open_case(case: VettingCase) -> None:
    """Show a case, and name it in the address."""
    st.query_params[CASE] = case.organization_id
    st.query_params[POLICIES] = ",".join(case.policies)


def close_case() -> None:
    """Go back to the queue."""
    for name in OF_A_CASE:
        st.query_params.pop(name, None)


desk = open_desk()
vetting = open_vetting()
today = datetime.now(UTC).date()
wanted = st.query_params.get(CASE)
policies = tuple(code for code in st.query_params.get(POLICIES, "").split(",") if code)
if wanted and policies:
    st.button("All cases", icon=":material/arrow_back:", type="tertiary", on_click=close_case)
    with errors_in_words():
        warn_of_trail(vetting.trail().problem)
        asked = st.query_params.get(BRIEF)
        brief = next((item for item in desk.kb.briefs() if item.id == asked), None)
        show_case(vetting, desk.kb.casework.case(wanted, policies), desk.vocabulary, today, brief)
    st.stop()

st.title("Vetting", anchor=False)
if not desk.facets().organizations:
    no_organizations()
with errors_in_words():
    lists = desk.kb.watchlists.all()
    warn_of_trail(vetting.trail().problem)
    warn_of_lists(lists, today)
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        key="vetting_view",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    if view == "Vet names":
        show_names_view(vetting, desk.kb.briefs(), open_case)
    elif view == "Watchlists":
        show_lists(lists, today)
    elif view == "Safeguards":
        with st.container(width=360):
            who = person_field()
        show_four_eyes(desk.kb, who)
        show_integrity(desk.kb)
    else:
        show_queue_view(vetting, today, open_case)
