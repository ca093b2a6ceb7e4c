"""Links between pages, with what they should open in the address."""

from __future__ import annotations

import streamlit as st

from dashboard.components.text import plain

START = "dashboard/pages/start.py"
DATA = "dashboard/pages/data.py"
BRIEF = "dashboard/pages/brief.py"
PARTNERS = "dashboard/pages/partners.py"
PLAN = "dashboard/pages/plan.py"
ORGANIZATION = "dashboard/pages/organization.py"
HOW_IT_WORKS = "dashboard/pages/how_it_works.py"


def organization_link(organization_id: str, label: str, icon: str | None = None) -> None:
    """Draw a link to an organization's page."""
    st.page_link(ORGANIZATION, label=plain(label), icon=icon, query_params={"organization": organization_id})


def partners_link(brief_id: str, label: str = "Find partners", icon: str | None = None) -> None:
    """Draw a link to the ranking of a brief."""
    st.page_link(PARTNERS, label=plain(label), icon=icon, query_params={"brief": brief_id})


def brief_link(brief_id: str, label: str = "Edit the brief", icon: str | None = None) -> None:
    """Draw a link to a brief."""
    st.page_link(BRIEF, label=plain(label), icon=icon, query_params={"brief": brief_id})
