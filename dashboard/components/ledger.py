"""The give/get ledger of a pair: what each side gives, how well that is known, and what stays open."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.evidence import show_reasons
from dashboard.components.labels import listed, status_badge, strength_words
from dashboard.components.text import badge, plain
from matcher.exchange import Gain, Ledger, Line, OpenWant
from matcher.exchange.ledger import CAUSE

YOU = "you"


def line_markdown(line: Line) -> str:
    """Return one line of the ledger: what, of which type of value, how much, whether it was offered, how known."""
    words = [f"**{plain(line.label)}**", f"· {strength_words(line.strength)}", badge(line.value_type.label, "gray")]
    if line.subject != CAUSE:
        words.append(badge("offered", "green") if line.offered else badge("has it; ask whether it lends it", "gray"))
    return " ".join([*words, status_badge(line.status)])


def gain_words(gain: Gain, who: str) -> str:
    """Say what one side gets, as far as is known."""
    you = who == YOU
    if gain is Gain.UNKNOWN:
        return f"**Not assessed** what {plain(who)} would get."
    words = {
        Gain.WANTED: "something you ask for" if you else "something it asks for",
        Gain.CAUSE_ONLY: "headway on your cause alone" if you else "headway on its cause alone",
        Gain.NOTHING: "nothing that you asked for" if you else "nothing that it is known to want",
    }
    return f"**{'You get' if you else f'{plain(who)} gets'}** {words[gain]}."


def show_ledger(ledger: Ledger, key: str) -> None:
    """Draw both directions, what stays open, and what to know about the balance."""
    them = ledger.second.name
    for note in ledger.notes:
        st.info(plain(note))
    _side(f"{plain(them)} gives you", ledger.second_gives, ledger.first_gain, YOU, f"{key}_get")
    _open("You also want", ledger.first_open, "it is not known to have", "known not to have")
    _side(f"You give {plain(them)}", ledger.first_gives, ledger.second_gain, them, f"{key}_give")
    _open("It also wants", ledger.second_open, "you do not offer", "known that you lack")


def _side(title: str, lines: Sequence[Line], gain: Gain, who: str, key: str) -> None:
    st.subheader(title, anchor=False)
    st.markdown(gain_words(gain, who))
    if not lines:
        return
    st.markdown("\n".join(f"- {line_markdown(line)}" for line in lines))
    box = st.expander("Evidence", key=key, on_change="rerun")
    if not box.open:
        return
    with box:
        for line in lines:
            st.markdown(f"**{plain(line.label)}**: {plain(line.value_type.label.lower())} value")
            st.caption("Wanted")
            show_reasons(line.wanted)
            st.caption("Pursued" if line.subject == CAUSE else "Had")
            show_reasons(line.had)


def _open(title: str, wants: Sequence[OpenWant], unknown: str, lacking: str) -> None:
    words = [
        f"{plain(item.item.label.lower())} "
        f"({'you have it and do not offer it' if item.held_back else lacking if item.known_lacking else unknown})"
        for item in wants
    ]
    if words:
        st.caption(f"{title}: {listed(words)}.")


def show_value_types(ledgers: Sequence[Ledger]) -> None:
    """Say what the types of value that occur mean."""
    lines = [line for ledger in ledgers for line in (*ledger.first_gives, *ledger.second_gives)]
    types = {line.value_type.code: line.value_type for line in lines}
    if types:
        words = "\n".join(f"- **{plain(item.label)}**: {plain(item.definition)}" for item in types.values())
        with st.expander("What the types of value mean"):
            st.markdown(words)
