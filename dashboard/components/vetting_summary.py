"""What vetting a list of names came to: warnings first, then counts, then every name, gravest first."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard.components.text import clean, plain, shorten
from dashboard.components.vetting_downloads import dossier_buttons
from dashboard.components.vetting_findings import show_findings, show_not_assessed
from dashboard.components.vetting_words import bullet, moment, outcome_badge
from dashboard.vetting_desk import Run, VettingDesk
from kb.casework.vetting_cases import CaseOutcome, VettingCase
from matcher.vetting.bulk import BulkResult, BulkRow
from matcher.vetting.dossier import counted, found_words, hit_words, label_of, load_words, possible_words

Open = Callable[[VettingCase], None]
LOUD = ("tampered", "No watchlist", "days old")


def show_summary(desk: VettingDesk, run: Run, open_case: Open) -> None:
    """Draw what a list of names came to."""
    result = run.result
    st.header("What was found", anchor=False)
    policies = "; ".join(title for _, title in result.policies)
    recorded = "recorded in the trail" if result.recorded else "not recorded"
    brief = f" · for “{plain(result.brief)}”" if result.brief else ""
    st.caption(
        f"{len(result.rows):,} names · {plain(policies)}{brief} · {moment(result.made_at)}, by {plain(result.who)} · "
        f"{recorded}"
    )
    for warning in result.warnings:
        (st.error if any(word in warning for word in LOUD) else st.warning)(plain(warning))
    counts = [
        f"{outcome_badge(CaseOutcome(code), f'{label}: {count:,}')} :small[{plain(meaning)}]"
        for label, count, meaning, code in counted(result)
    ]
    st.markdown("  \n".join(counts))
    title = f"Vetting of {len(result.rows):,} names"
    dossier_buttons(lambda: run, desk, title)
    rows = result.gravest_first()
    _table(rows, result)
    chosen = st.session_state.get("vet_table", {}).get("selection", {}).get("rows", [])
    if chosen and chosen[0] < len(rows):
        with st.container(border=True, key="vet_row"):
            _show_row(rows[chosen[0]], result, open_case)
    else:
        st.caption("Tick a row to see what was found about it.")


def summary_table(rows: tuple[BulkRow, ...], result: BulkResult) -> pd.DataFrame:
    """Return one line per name, in the order given."""
    resolutions = load_words().resolutions
    return pd.DataFrame(
        [
            {
                "Outcome": label_of(row),
                "Name asked": clean(row.resolved.asked.name),
                "Organization": clean(row.organization.name) if row.known else resolutions[row.resolved.outcome],
                "Found": clean(found_words(item.finding for item in row.standing)),
                "On watchlists": shorten("; ".join(hit_words(row, result)), 200),
                "Not assessed": len(row.not_assessed),
                "May be, or belong to": shorten(" ".join(possible_words(row)), 200),
                "Row": row.row,
            }
            for row in rows
        ]
    )


def _table(rows: tuple[BulkRow, ...], result: BulkResult) -> None:
    st.dataframe(
        summary_table(rows, result),
        key="vet_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(rows), 520),
        column_config={"Found": st.column_config.TextColumn(width="large")},
        alt="Names vetted, gravest first: outcome, organization, what was found, watchlists, what was not assessed.",
    )


def _show_row(row: BulkRow, result: BulkResult, open_case: Open) -> None:
    st.header(plain(row.organization.name), anchor=False)
    st.markdown(f"{outcome_badge(row.outcome, label_of(row))}  \n:small[{plain(row.resolved.why)}]")
    if row.known and result.recorded:
        st.button("Open its case", on_click=open_case, args=(row.case,), type="primary")
    elif row.known:
        st.caption("This was a trial: nothing was recorded, so there is no case to decide about yet.")
    else:
        st.caption(plain(load_words().notes["unmatched"]))
    if row.possible:
        st.markdown("**If it is somebody in the knowledge base**")
        st.markdown(bullet(possible_words(row)))
    if row.hits:
        st.markdown("**On watchlists: it is, or may be**")
        st.markdown(bullet(hit_words(row, result)))
    show_findings(row.case.findings, {})
    show_not_assessed(row.not_assessed, ())
