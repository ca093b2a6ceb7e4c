"""The queue: what waits for a person, what is due again, and every case with what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.text import clean, shorten
from dashboard.components.vetting_words import moment, outcome_badge, outcome_words, policies_words, policy_title
from kb.casework.vetting_cases import CaseOutcome, VettingCase
from matcher.vetting.queue import Queue, QueueRow

Open = Callable[[VettingCase], None]
SHOWS: dict[str, Callable[[QueueRow], bool]] = {
    "Everything": lambda row: True,  # noqa: ARG005
    "To decide": lambda row: bool(row.open),
    "Second person": lambda row: bool(row.awaiting_second),
    "Due again": lambda row: bool(row.due),
    "Not all assessed": lambda row: bool(row.not_assessed),
}
MOST_NAMED = 300


def show_queue(queue: Queue, open_case: Open) -> tuple[QueueRow, ...]:
    """Draw the figures, the counts by outcome and the table; returns the rows that are shown."""
    with st.container(horizontal=True, key="figures"):
        st.metric("Cases", f"{len(queue.rows):,}", border=True)
        st.metric(
            "To decide", f"{_count(queue, 'To decide'):,}", border=True, help="Cases with a finding nobody decided."
        )
        st.metric(
            "Second person",
            f"{_count(queue, 'Second person'):,}",
            border=True,
            help="Cases in which a dismissed exclusion waits for a second person.",
        )
        st.metric("Due again", f"{len(queue.due):,}", border=True, help="Lists, policies or the profile changed since.")
    counts = queue.by_outcome.items()
    st.markdown(" ".join(outcome_badge(code, f"{outcome_words(code)}: {count:,}") for code, count in counts if count))
    show_place, *places = st.container(), *st.columns(3, gap="medium")
    with show_place:
        shown = _filtered(queue, places)
    if not shown:
        st.info("No case is like that.")
        return ()
    _table(shown, open_case, places[2])
    return shown


def _count(queue: Queue, name: str) -> int:
    return sum(map(SHOWS[name], queue.rows))


def _filtered(queue: Queue, places: Sequence[DeltaGenerator]) -> tuple[QueueRow, ...]:
    show = st.segmented_control(
        "Show",
        list(SHOWS),
        default="Everything",
        key="queue",
        bind="query-params",
        required=True,
    )
    policies = sorted({code for row in queue.rows for code in row.case.policies})
    policy = places[0].selectbox(
        "Policy",
        policies,
        index=None,
        format_func=policy_title,
        key="queue_policy",
        placeholder="Any policy",
    )
    outcomes = places[1].multiselect(
        "Outcome",
        [outcome for outcome, count in queue.by_outcome.items() if count],
        format_func=outcome_words,
        key="queue_outcomes",
        placeholder="Any outcome",
    )
    chosen = SHOWS[show or "Everything"]
    return tuple(
        row
        for row in queue.rows
        if chosen(row)
        and (policy is None or policy in row.case.policies)
        and (not outcomes or row.outcome in [CaseOutcome(outcome) for outcome in outcomes])
    )


def queue_table(rows: Sequence[QueueRow]) -> pd.DataFrame:
    """Return one line per case, in the order of the queue."""
    return pd.DataFrame(
        [
            {
                "Outcome": outcome_words(row.outcome),
                "Organization": clean(row.name),
                "To decide": row.open,
                "Second person": row.awaiting_second,
                "Not assessed": row.not_assessed,
                "Due again": shorten(row.due, 200),
                "Policies": policies_words(row.case.policies),
                "Screened": moment(row.screened_at) if row.screened_at else "never",
            }
            for row in rows
        ]
    )


def _table(rows: Sequence[QueueRow], open_case: Open, place: DeltaGenerator) -> None:
    def ticked() -> None:
        chosen = st.session_state["queue_table"]["selection"]["rows"]
        if chosen:
            open_case(rows[chosen[0]].case)

    def named() -> None:
        chosen = st.session_state["queue_named"]
        if chosen is not None:
            open_case(rows[chosen].case)

    place.selectbox(
        "Open a case",
        range(min(len(rows), MOST_NAMED)),
        index=None,
        format_func=lambda at: f"{clean(rows[at].name)}: {outcome_words(rows[at].outcome)}",
        key="queue_named",
        placeholder="Type a name, or tick a row",
        on_change=named,
    )
    st.dataframe(
        queue_table(rows),
        key="queue_table",
        hide_index=True,
        on_select=ticked,
        selection_mode="single-row",
        height=min(38 + 35 * len(rows), 640),
        column_config={"Organization": st.column_config.TextColumn(width="medium")},
        alt="Vetting cases, gravest first: outcome, organization, findings to decide, what was not assessed, why due.",
    )
