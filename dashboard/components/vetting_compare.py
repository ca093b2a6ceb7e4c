"""The same organization under other policies: what differs, and what neither could judge."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.text import clean, plain
from dashboard.components.vetting_words import outcome_badge, outcome_words, pack_titles, policies_words
from dashboard.vetting_desk import Comparison, VettingDesk
from kb.casework.findings import Finding, Severity
from kb.casework.screenings import NotAssessed
from kb.casework.vetting_cases import CaseOutcome, VettingCase
from matcher.vetting.verdict import Contrast

NOTHING = "says nothing"


def show_comparison(desk: VettingDesk, case: VettingCase) -> None:
    """Draw the choice of another policy and the difference that it makes on the same facts."""
    st.subheader("The same facts under another policy", anchor=False)
    titles = {code: title for code, title in pack_titles().items() if (code,) != case.policies}
    other = st.selectbox(
        "Compare with", list(titles), format_func=lambda code: titles[code], key="against", bind="query-params"
    )
    if other is None:
        return
    with errors_in_words(stop=False), st.spinner("Judging under both…"):
        found = desk.compare(case.organization_id, case.policies, (other,))
        _show(found, policies_words(case.policies), titles[other])


def _show(found: Comparison, first: str, second: str) -> None:
    difference = found.difference
    for place, title, severity, gaps in zip(
        st.columns(2), (first, second), (difference.first, difference.second), found.gaps, strict=True
    ):
        with place, st.container(border=True, gap="xsmall"):
            st.markdown(f"**{plain(title)}**")
            st.markdown(outcome_badge(_outcome(severity, gaps)))
            st.caption(f"{len(gaps)} not assessed, before any decision by a person")
    if not difference.contrasts:
        st.caption("Neither finds anything. What was not assessed may hold anything.")
        return
    if not difference.differs:
        st.info("Both find the same, and equally grave.")
    columns = {first: "first", second: "second"}
    rows = [
        {"About": clean(_about(item))}
        | {name: _words(getattr(item, side)) for name, side in columns.items()}
        | {"Agree": "yes" if item.is_agreed else "no"}
        for item in difference.contrasts
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=58, alt="What each policy finds, the widest apart first."
    )


def _outcome(severity: Severity | None, gaps: tuple[NotAssessed, ...]) -> CaseOutcome:
    if severity is not None:
        return CaseOutcome(severity.value)
    return CaseOutcome.NOT_ASSESSED if gaps else CaseOutcome.NO_FINDINGS


def _about(item: Contrast) -> str:
    return item.about.replace("_", " ").capitalize()


def _words(finding: Finding | None) -> str:
    if finding is None:
        return NOTHING
    return clean(f"{outcome_words(CaseOutcome(finding.severity.value))}: {finding.title}")
