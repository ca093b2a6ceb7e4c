"""Flags side by side, and how much is known of each: what is missing is as telling as what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.compare_needs import column_names
from dashboard.components.evidence import show_reasons
from dashboard.components.labels import severity_badge
from dashboard.components.text import percent, plain
from dashboard.partnering_desk import Compared
from kb.organization import ClaimStatus


def show_flags(compared: Sequence[Compared]) -> None:
    """Draw the flags of each, with their evidence."""
    st.header("To look into before any approach", anchor=False)
    for place, item in zip(st.columns(len(compared), gap="small"), compared, strict=True):
        with place, st.container(border=True, height="stretch", gap="small", key=f"flags_{item.candidate.rank}"):
            st.subheader(plain(item.name), anchor=False)
            if not item.candidate.flags:
                st.caption("No flag is known. That does not mean that it is clear: it has not been vetted.")
            for flag in item.candidate.flags:
                st.markdown(f"{severity_badge(flag.severity, flag.title)}  \n{plain(flag.text)}")
                show_reasons(flag.reasons)
    st.caption("A flag never changes a score.")


def coverage_table(compared: Sequence[Compared]) -> pd.DataFrame:
    """Return how much of each score rests on something known, and how the facts are known; cells are Markdown."""
    counted = [Counter(claim.status for claim in item.candidate.organization.claims) for item in compared]
    gaps = [
        [part.label for part in item.candidate.contributions if part.value is None and part.weight > 0]
        for item in compared
    ]
    rows = [
        ["Weight that is known", *(percent(item.candidate.coverage) for item in compared)],
        ["Not assessed", *(plain(", ".join(found)) or "nothing" for found in gaps)],
        ["Facts on record", *(f"{found.total():,}" for found in counted)],
    ]
    rows += [
        [f"of these {status.value}", *(f"{found[status]:,}" for found in counted)]
        for status in ClaimStatus
        if any(found[status] for found in counted)
    ]
    return pd.DataFrame(rows, columns=["What is known", *column_names(compared)])


def show_coverage(compared: Sequence[Compared]) -> None:
    """Draw how much is known of each."""
    st.header("How much is known", anchor=False)
    st.table(coverage_table(compared), hide_index=True, border="horizontal", alt="What is known of each organization.")
    st.caption(
        "A score that rests on less is drawn towards what is usual. Unverified facts must be checked at their source."
    )
