"""Principles side by side: what you share, what is opposed, and what clashes among those compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd
import streamlit as st

from dashboard.components.compare_needs import column_names
from dashboard.components.evidence import show_reasons
from dashboard.components.labels import status_badge
from dashboard.components.text import plain
from dashboard.partnering_desk import Compared
from kb.organization import Claim, ClaimKind
from kb.vocabulary import Vocabulary
from matcher.components.base import reason_of

NOT_KNOWN = "? not known"


def values_of(item: Compared) -> dict[str, Claim]:
    """Return the principles that an organization is known to stand for, with the best claim for each."""
    claims = sorted(item.candidate.organization.claims_of(ClaimKind.VALUE), key=lambda claim: claim.strength)
    return {claim.code: claim for claim in claims}


def opposed(one: str, other: str, vocabulary: Vocabulary) -> bool:
    """Return whether two principles pull against each other."""
    return other in vocabulary.values[one].opposes or one in vocabulary.values[other].opposes


@dataclass(frozen=True)
class Clash:
    """Two sides that stand for principles that pull against each other, in words; `yours` when you are one."""

    pair: str
    words: str
    yours: bool


def clashes(mine: Sequence[str], compared: Sequence[Compared], vocabulary: Vocabulary) -> Iterator[Clash]:
    """Yield who clashes with whom, and on what: you and each of them, then they among themselves."""
    sides = [("You", list(mine)), *((item.name, list(values_of(item))) for item in compared)]
    for (first, (one, held)), (_, (two, others)) in combinations(enumerate(sides), 2):
        for code in held:
            for other in others:
                if opposed(code, other, vocabulary):
                    words = f"{vocabulary.values[code].label.lower()} against {vocabulary.values[other].label.lower()}"
                    yield Clash(f"{one} and {two}", words, first == 0)


def values_table(mine: Sequence[str], compared: Sequence[Compared], vocabulary: Vocabulary) -> pd.DataFrame:
    """Return one row per principle that anybody stands for, yours first; cells are Markdown."""
    held = [values_of(item) for item in compared]
    order = list(dict.fromkeys([*mine, *(code for values in held for code in values)]))
    rows = [
        [
            plain(vocabulary.values[code].label),
            "✓" if code in mine else "",
            *(_cell(code, values, mine, vocabulary) for values in held),
        ]
        for code in order
    ]
    return pd.DataFrame(rows, columns=["Principle", "You", *column_names(compared)])


def _cell(code: str, values: dict[str, Claim], mine: Sequence[str], vocabulary: Vocabulary) -> str:
    if not values:
        return NOT_KNOWN
    if code not in values:
        return ""
    if code in mine:
        word = "✓ shared"
    elif any(opposed(code, own, vocabulary) for own in mine):
        word = "✗ against yours"
    else:
        word = "its own"
    return f"{word} {status_badge(values[code].status)}"


def _show_clashes(found: Sequence[Clash]) -> None:
    yours = [clash for clash in found if clash.yours]
    others = [clash for clash in found if not clash.yours]
    if yours:
        st.warning(f"Opposed to what you stand for:\n{_listed(yours)}")
    if others:
        st.markdown(f"Opposed among themselves, should they sit at one table:\n{_listed(others)}")
    if not found:
        st.markdown("No opposed principles are known, between you and them or among them.")


def _listed(found: Sequence[Clash]) -> str:
    return "\n".join(f"- **{plain(clash.pair)}**: {plain(clash.words)}" for clash in found)


def show_values(mine: Sequence[str], compared: Sequence[Compared], vocabulary: Vocabulary) -> None:
    """Draw who stands for what, and where principles pull apart."""
    st.header("Values shared and opposed", anchor=False)
    if not mine:
        st.caption("The brief names no principle of yours, so nothing can be shared or opposed. Add some to the brief.")
    table = values_table(mine, compared, vocabulary)
    if table.empty:
        st.caption("Nobody's principles are known. That is not agreement: ask.")
        return
    _show_clashes(list(clashes(mine, compared, vocabulary)))
    st.table(table, hide_index=True, border="horizontal", alt="Principles by organization.")
    st.caption("An empty cell: the organization is not known to stand for it. Alike words are not shared values.")
    box = st.expander("Evidence for the values", key="values_evidence", on_change="rerun")
    if box.open:
        with box:
            for item in compared:
                st.markdown(f"**{plain(item.name)}**")
                claims = values_of(item).values()
                show_reasons(reason_of(claim, vocabulary) for claim in claims)
                if not claims:
                    st.caption("Its principles are not known.")
