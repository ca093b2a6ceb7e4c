"""Plain pages for paper: the frame of every print view, and one organization with all that is known of it.

A print view is a deep link (``print=1``). The browser's own print does the rest; style.css hides what is no content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import streamlit as st

from dashboard.components.claims import claim_markdown
from dashboard.components.evidence import source_line
from dashboard.components.labels import KIND_WORDS, STATUS_HELP, status_badge
from dashboard.components.profile import show_identity, show_relations
from dashboard.components.text import day, plain
from kb.knowledge_base import KnowledgeBase
from kb.organization import Claim, Engagement, Organization
from kb.vocabulary import Vocabulary

PARAMETER = "print"


def print_asked() -> bool:
    """Whether the address asks for the print view."""
    return st.query_params.get(PARAMETER) == "1"


def print_button() -> None:
    """Draw the button that leads from a page to its print view."""
    st.button("Print view", key="print_open", icon=":material/print:", type="tertiary", on_click=_open)


def _open() -> None:
    st.query_params[PARAMETER] = "1"


def _close() -> None:
    st.query_params.pop(PARAMETER, None)


@contextmanager
def print_frame(back: str) -> Iterator[None]:
    """Draw a print view around what is drawn inside: a way back on the screen, and what the reader must know."""
    with st.container(key="print_view"):
        with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="print_controls"):
            st.button(back, key="print_close", icon=":material/arrow_back:", type="tertiary", on_click=_close)
            st.caption("Print it, or save it as a PDF, with your browser: Ctrl+P, on a Mac Cmd+P.", width="content")
        yield
        with st.container(key="print_foot", gap="xsmall"):
            known = "; ".join(f"{status.value}: {words}" for status, words in STATUS_HELP.items())
            st.caption(f"How a fact is known. {known[:1].upper()}{known[1:]}.")
            st.caption(
                "What is not known is not a no, and where no flag is shown nothing was found: that does not mean that "
                "an organization is clear. Check what is unverified or inferred before any approach."
            )
            st.caption(f"Dancecard, {_today()}")


def _today() -> str:
    return day(datetime.now(UTC).date())


def printed_line(what: str) -> None:
    """Draw what a print view is of, and the date."""
    st.caption(f"{what} · as known on {_today()}")


def show_printed_organization(kb: KnowledgeBase, organization: Organization, vocabulary: Vocabulary) -> None:
    """Draw one organization for paper: identity, claims with evidence, engagements and relations."""
    show_identity(organization, vocabulary)
    printed_line("Profile of an organization")
    if not organization.claims:
        st.markdown("Nothing is known beyond its identity.")
    for kind, title in KIND_WORDS.items():
        claims = [claim for claim in organization.claims if claim.kind is kind]
        if claims:
            st.header(title, anchor=False)
            claims.sort(key=lambda claim: (not claim.holds, -claim.strength))
            _show_claims(kind.value, claims, vocabulary)
    engagements = kb.engagements_of(organization.id)
    if engagements:
        st.header("Engagements", anchor=False)
        for place, engagement in enumerate(engagements):
            with st.container(key=f"print_card_engagement_{place}"):
                st.markdown(_engagement_words(engagement, organization.id))
    if kb.relations_of(organization.id):
        st.header("Relations", anchor=False)
        show_relations(kb, organization, vocabulary)


def _show_claims(kind: str, claims: Sequence[Claim], vocabulary: Vocabulary) -> None:
    for place, claim in enumerate(claims):
        with st.container(key=f"print_card_{kind}_{place}"):
            st.markdown(claim_markdown(claim, vocabulary))


def _engagement_words(engagement: Engagement, organization_id: str) -> str:
    role = next((item.role for item in engagement.participations if item.organization_id == organization_id), "")
    when = " to ".join(day(date) for date in (engagement.start_date, engagement.end_date) if date)
    others = len(engagement.participations) - 1
    parts = [when, role, f"with {others:,} other{'s' if others > 1 else ''}" if others else ""]
    words = " · ".join(plain(part) for part in parts if part)
    source = source_line(engagement.source.name, engagement.source.url, "")
    return f"**{plain(engagement.title)}** {status_badge(engagement.status)}  \n{words}  \n:small[{source}]"
