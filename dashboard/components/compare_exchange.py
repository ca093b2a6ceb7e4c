"""Give and get, side by side: what each would bring, what each wants of you, who depends on whom."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.charts import draw
from dashboard.components.compare_needs import column_names
from dashboard.components.labels import strength_words
from dashboard.components.ledger import show_ledger, show_value_types
from dashboard.components.ledger_terms import show_terms
from dashboard.components.palette import ink
from dashboard.components.power import SCALE, power_chart, power_table, show_power
from dashboard.components.text import plain, shorten
from dashboard.partnering_desk import Compared
from matcher.exchange import Ledger, Line, OpenWant
from matcher.exchange.ledger import CAUSE

NAME = 26
NO_PART = "\N{EN DASH} not known to work for it"
NO_WANT = "not known to want it"
Cells = dict[str, tuple[str, float, str]]
"""Label, importance and words by subject and code."""


def given(lines: Sequence[Line], wants: Sequence[OpenWant], missing: str, ruled_out: str) -> Cells:
    """Return what one side gives of what the other wants, and what of it stays open."""
    found = {
        f"{line.subject}:{line.code}": (
            line.label,
            line.importance,
            f"✓ {strength_words(line.strength)}{_offered(line)}",
        )
        for line in lines
    }
    for item in wants:
        words = "has it, does not offer it" if item.held_back else ruled_out if item.known_lacking else missing
        found[f"lent:{item.item.code}"] = (item.item.label, item.item.strength, f"\N{EN DASH} {words}")
    return found


def _offered(line: Line) -> str:
    return "" if line.subject == CAUSE else " (offered)" if line.offered else " (ask)"


def side_table(sides: Sequence[Cells], columns: Sequence[str], first: str, absent: str) -> pd.DataFrame:
    """Return one row per thing wanted, the most important first; cells are Markdown."""
    rows: dict[str, tuple[str, float]] = {}
    for cells in sides:
        for key, (label, importance, _) in cells.items():
            known = rows.get(key)
            rows[key] = (label, max(importance, known[1] if known else 0.0))
    order = sorted(rows, key=lambda key: (-rows[key][1], rows[key][0]))
    body = [[plain(rows[key][0]), *(plain(side[key][2]) if key in side else absent for side in sides)] for key in order]
    return pd.DataFrame(body, columns=[first, *columns])


def _gives_you(ledger: Ledger) -> Cells:
    return given(ledger.second_gives, ledger.first_open, "not known to have it", "known not to have it")


def _gets(ledger: Ledger) -> Cells:
    return given(ledger.first_gives, ledger.second_open, "you do not offer it", "known that you lack it")


def show_exchange(compared: Sequence[Compared]) -> None:
    """Draw both directions for all, then the ledger of one with evidence and terms."""
    ledgers, columns = [item.exchange.ledger for item in compared], column_names(compared)
    st.header("What each would give you", anchor=False)
    _table(
        [_gives_you(ledger) for ledger in ledgers], columns, "You want", "Nothing that you want is on record.", NO_PART
    )
    st.caption("Offered: it said that it lends it. Ask: it has it, and nobody knows whether it would lend it.")
    st.header("What each would get from you", anchor=False)
    unknown = [item.name for item in compared if not item.exchange.ledger.second.wants_known]
    _table([_gets(ledger) for ledger in ledgers], columns, "They want", "What they want is not known.", NO_WANT)
    if unknown:
        st.caption(f"What {plain(', '.join(unknown))} would want is not known; ask before anything is promised.")
    show_value_types(ledgers)
    st.header("The ledger of each, with evidence", anchor=False)
    tabs = st.tabs([plain(shorten(item.name, NAME)) for item in compared], key="ledger_of", on_change="rerun")
    for tab, item in zip(tabs, compared, strict=True):
        if tab.open:
            with tab:
                show_ledger(item.exchange.ledger, f"ledger_{item.id}")
                st.subheader("Terms", anchor=False)
                show_terms(item.exchange.terms, f"terms_{item.id}")


def _table(sides: Sequence[Cells], columns: Sequence[str], first: str, empty: str, absent: str) -> None:
    table = side_table(sides, columns, first, absent)
    if table.empty:
        st.caption(empty)
    else:
        st.table(table, hide_index=True, border="horizontal", alt=f"{first}, by organization.")


def show_power_of_all(compared: Sequence[Compared]) -> None:
    """Draw who depends on whom for all, and the reasons for each."""
    st.header("Who depends on whom", anchor=False)
    pairs = [(item.name, item.exchange.power) for item in compared]
    if any(value is not None for _, power in pairs for value in (power.first_depends, power.second_depends)):
        draw(
            power_chart(pairs, ink()),
            "Dot plot of how much you depend on each organization and how much it depends on you; "
            "the table below has the same numbers.",
        )
    words = "Dependence of each side on the other, mutual dependence and imbalance."
    st.table(power_table(pairs), hide_index=True, border="horizontal", alt=words)
    st.caption(
        f"{SCALE} Mutual dependence (the sum) holds a partnership together; imbalance (yours less theirs) strains it. "
        "Two numbers, never one: a strong tie may be lopsided."
    )
    tabs = st.tabs([plain(shorten(item.name, NAME)) for item in compared], key="power_of", on_change="rerun")
    for tab, item in zip(tabs, compared, strict=True):
        if tab.open:
            with tab:
                st.subheader(plain(item.name), anchor=False)
                show_power(item.exchange.power, item.exchange.ledger, f"power_{item.id}")
