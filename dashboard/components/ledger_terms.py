"""Terms of an exchange: what conflicts, what a side cannot agree to, what is to be settled."""

from __future__ import annotations

import streamlit as st

from dashboard.components.evidence import show_reasons
from dashboard.components.text import badge, link, plain
from matcher.exchange import TermFinding, TermsOfExchange

LEVELS = {"conflict": ("Conflict", "red"), "cannot": ("Cannot agree otherwise", "orange"), "settle": ("Settle", "gray")}


def term_markdown(finding: TermFinding) -> str:
    """Return one term: how grave, about what, in words, and the document that it comes from."""
    words, color = LEVELS[finding.level]
    document = finding.document
    named = link(document.title, document.url) if document.url else plain(document.title)
    source = f"{named}, {plain(document.section)}" if document.section else named
    return f"{badge(words, color)} **{plain(finding.topic_label)}**  \n{plain(finding.text)}  \n:small[{source}]"


def show_terms(terms: TermsOfExchange, key: str) -> None:
    """Draw what binds either side, gravest first, with what brought it up, and what to ask."""
    if not terms.findings:
        st.caption("No term is known to bind either side. That is not to say that there is none.")
    for finding in terms.findings:
        st.markdown(term_markdown(finding))
    asked = st.expander("The facts behind the terms, and what to ask", key=key, on_change="rerun")
    if asked.open:
        with asked:
            for finding in terms.findings:
                show_reasons(finding.reasons)
            st.markdown("\n".join(f"- {plain(question.text)}" for question in terms.questions))
