"""The trail of a case: who did what and when, whether it is whole; and the four-eyes rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import clean, plain, shorten
from dashboard.components.vetting_words import moment
from kb.casework.trail import Event
from kb.casework.vetting_cases import VettingCase
from kb.knowledge_base import KnowledgeBase
from kb.roles import Permission

KINDS = {
    "screened": "Screened",
    "decided": "Decided",
    "seconded": "Second person",
    "replied": "Reply recorded",
    "answered": "Question answered",
}


def event_words(event: Event, titles: Mapping[str, str]) -> str:
    """Say what an event did."""
    body: Mapping[str, Any] = event.body
    if event.kind == "screened":
        result = body["result"]
        found, gaps = len(result.get("findings", ())), len(result.get("not_assessed", ()))
        return f"{found} found, {gaps} not assessed, {len(result.get('lists', ()))} lists"
    if event.kind == "decided":
        return f"{body['ruling']}: {titles.get(body['finding'], body['finding'])}. {body['reason']}"
    if event.kind == "seconded":
        return f"{'agreed' if body['agreed'] else 'did not agree'}: {body['reason']}"
    if event.kind == "replied":
        return str(body["text"])
    if event.kind == "answered":
        return f"{body['area']} {body['question']}: {body['state'].replace('_', ' ')}. {body.get('note', '')}"
    return event.kind


def trail_table(events: Sequence[Event], titles: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per event, newest first."""
    return pd.DataFrame(
        [
            {
                "When": moment(event.at),
                "Who": clean(event.who),
                "What": KINDS.get(event.kind, event.kind),
                "Said": shorten(event_words(event, titles), 300),
                "Step": event.number,
            }
            for event in reversed(events)
        ]
    )


def show_case_trail(kb: KnowledgeBase, case: VettingCase) -> None:
    """Draw every step of a case, and check the whole trail."""
    st.subheader("Everything that was done", anchor=False)
    with errors_in_words(stop=False):
        events = kb.casework.case_events(case.organization_id, case.policies)
        titles = {item.id: item.finding.title for item in case.findings}
        if events:
            st.dataframe(trail_table(events, titles), hide_index=True, alt="Steps of the case, newest first.")
        else:
            st.caption("Nothing was recorded yet.")
    show_integrity(kb)


def show_integrity(kb: KnowledgeBase) -> None:
    """Draw whether the trail is as it was recorded, and compare it with a digest noted elsewhere."""
    st.subheader("Is the trail whole?", anchor=False)
    noted = st.text_input(
        "Digest from an earlier dossier",
        key="noted_digest",
        placeholder="Optional: shows whether the trail was written anew since",
    )
    with errors_in_words(stop=False):
        check = kb.casework.verify_trail([noted.strip()] if (noted or "").strip() else ())
        if check.whole:
            held = " It holds the digest that you gave." if (noted or "").strip() else ""
            st.success(f"All {check.events:,} steps are as they were recorded, and none is missing.{held}")
            if check.head:
                st.caption("Digest of the newest step. Noted outside, it proves that nothing before it was rewritten:")
                st.code(check.head, language=None, wrap_lines=True)
        else:
            st.error(f"**The trail was tampered with.** {plain(check.problem)}.")


def warn_of_trail(problem: str) -> None:
    """Say loudly that the trail is not whole."""
    if problem:
        st.error(f"**The trail of decisions was tampered with.** {plain(problem)}.")


def show_four_eyes(kb: KnowledgeBase, who: str) -> None:
    """Draw whether dismissing an exclusion needs a second person, and the switch."""
    st.header("Four eyes", anchor=False)
    needed = kb.casework.four_eyes()
    state = "**needs a second person**" if needed else "is one person's decision"
    st.markdown(f"Dismissing an exclusion {state}.")
    with st.form(f"four_eyes_{needed}", border=False):
        reason = st.text_input("Why it should change", placeholder="It is kept in the trail.")
        label = "Let one person decide" if needed else "Ask for a second person"
        if changing(st.form_submit_button, Permission.SET_FOUR_EYES)(label):
            with errors_in_words(stop=False):
                kb.casework.require_four_eyes(not needed, reason, who)
                st.rerun()
