"""The queue with what can be done from it: screening again what is due."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.vetting_person import person_field
from dashboard.components.vetting_progress import Working
from dashboard.components.vetting_queue import Open, show_queue
from dashboard.components.vetting_words import known_codes
from dashboard.vetting_desk import VettingDesk
from matcher.vetting.queue import Queue


def show_queue_view(desk: VettingDesk, today: date, open_case: Open) -> None:
    """Draw the queue, or what to do while it is empty."""
    with st.spinner("Reading the cases…"):
        queue = desk.queue(today)
    if not queue.rows:
        with st.container(border=True):
            st.header("Nobody was vetted yet", anchor=False)
            st.markdown(
                "Paste or upload names: each is matched to the knowledge base, screened against the watchlists, and "
                "judged by the policies that you choose. What is recorded waits here for a decision."
            )
            st.button("Vet names", type="primary", on_click=_to_names)
        return
    show_queue(queue, open_case)
    if queue.due:
        _screen_due(desk, queue)


def _to_names() -> None:
    st.session_state["vetting_view"] = "Vet names"


def _screen_due(desk: VettingDesk, queue: Queue) -> None:
    st.header("Due again", anchor=False)
    st.caption("Lists, policies or profiles changed since. Screening again opens only what changed, and says why.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = person_field()
        pressed = changing(st.button)(f"Screen {len(queue.due):,} again", type="primary")
    if not pressed:
        return
    grouped: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in queue.due:
        if known_codes(row.case.policies):
            grouped[row.case.policies].append(row.case.organization_id)
    with errors_in_words(stop=False):
        with Working(f"Screening {len(queue.due):,} cases again") as working:
            for policies, ids in grouped.items():
                desk.screen_again(ids, policies, who, working.progress)
        st.toast("Screened again. Only what changed was opened.")
        st.rerun()
