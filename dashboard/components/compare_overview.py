"""The compared at a glance: rank, score, how much is known, needs met, both gains, flags."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.compare_needs import column_names
from dashboard.components.labels import needs_met, severity_badge, whereabouts
from dashboard.components.links import organization_link
from dashboard.components.power import amount, holder
from dashboard.components.text import badge, percent, plain
from dashboard.partnering_desk import Compared
from kb.vocabulary import Vocabulary
from matcher.exchange import Gain, Ledger

Drop = Callable[[str], None]
SHOWN_FLAGS = 3


def show_overview(compared: Sequence[Compared], vocabulary: Vocabulary, drop: Drop) -> None:
    """Draw a card for each, side by side, and their figures as one table."""
    for place, item in zip(st.columns(len(compared), gap="small"), compared, strict=True):
        with place, st.container(border=True, height="stretch", gap="xsmall", key=f"compared_{item.candidate.rank}"):
            _card(item, vocabulary)
            with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
                organization_link(item.id, "Profile")
                if len(compared) > 1:
                    st.button(
                        "Remove",
                        key=f"drop_{item.id}",
                        type="tertiary",
                        on_click=drop,
                        args=(item.id,),
                        help=f"Take {plain(item.name)} out of the comparison",
                    )
    st.table(glance_table(compared), hide_index=True, border="horizontal", alt="Figures of each organization.")


def _card(item: Compared, vocabulary: Vocabulary) -> None:
    candidate = item.candidate
    st.subheader(plain(item.name), anchor=False)
    st.caption(plain(whereabouts(candidate.organization, vocabulary)))
    st.markdown(
        f"**{candidate.score:.0f}** of 100 · {percent(candidate.coverage)} known",
        help="Known is the share of the weight that rests on something known.",
    )
    if item.apart:
        st.markdown(badge("Set apart by your terms", "red"))
        for reason in item.apart:
            st.caption(plain(reason))
    flags = [severity_badge(flag.severity, flag.title) for flag in candidate.flags[:SHOWN_FLAGS]]
    more = len(candidate.flags) - SHOWN_FLAGS
    if more > 0:
        flags.append(badge(f"{more} more flag{'s' if more > 1 else ''}", "gray"))
    st.markdown(" ".join(flags) or ":small[No flag is known; it has not been vetted.]")


def sides(ledger: Ledger) -> str:
    """Say in a few words whether something is known to go both ways."""
    if ledger.one_sided is None:
        return "not assessed"
    if ledger.one_sided:
        return "one-sided"
    return "none known" if ledger.first_gain is Gain.NOTHING else "goes both ways"


def glance_table(compared: Sequence[Compared]) -> pd.DataFrame:
    """Return the figures that tell them apart, a column per organization; cells are Markdown."""
    powers = [item.exchange.power for item in compared]
    rows = [
        ["Rank by score", *(f"{item.rank:,}" if item.rank else "set apart" for item in compared)],
        ["Needs met at least partly", *(needs_met(item.candidate) for item in compared)],
        ["Your gain: needs met", *(_share(item.candidate.seeker_gain) for item in compared)],
        ["Its gain: your offers or its causes", *(_share(item.candidate.candidate_gain) for item in compared)],
        ["Exchange", *(sides(item.exchange.ledger) for item in compared)],
        ["Mutual dependence", *(amount(power.mutual) for power in powers)],
        ["Imbalance", *(amount(power.imbalance, signed=True) for power in powers)],
        ["Holds more power", *(holder(power) for power in powers)],
    ]
    return pd.DataFrame(rows, columns=["Measure", *column_names(compared)])


def _share(value: float | None) -> str:
    return "not assessed" if value is None else percent(value)
