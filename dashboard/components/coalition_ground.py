"""Common ground of a table: shared causes, values, audiences and places, quoted from each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components.evidence import reason_markdown
from dashboard.components.labels import KIND_WORDS, listed
from dashboard.components.text import badge, plain
from matcher.coalition import CommonGround, Shared
from matcher.coalition.common_ground import SHARED_KINDS


def show_common_ground(ground: CommonGround, names: Mapping[str, str]) -> None:
    """Draw what all share, then what some share, then what is not known."""
    st.header("Common ground", anchor=False)
    everyone = [item for item in ground.shared if item.everyone]
    if everyone:
        badges = " ".join(badge(item.label, "green") for item in everyone)
        st.markdown(f"All {len(names)} at the table share {badges}")
    elif ground.shared:
        st.markdown(f"Nothing is known that all {len(names)} at the table share. What some share:")
    else:
        st.caption("No common ground is known. That is not to say that there is none: ask each for their view.")
    for kind in SHARED_KINDS:
        some = [item for item in ground.of(kind) if not item.everyone]
        if some:
            st.markdown(f"**{KIND_WORDS[kind]}**  \n" + "  \n".join(_line(item, names) for item in some))
    if ground.shared:
        _show_quotes(ground.shared, names)
    if ground.unknown:
        st.caption(f"Not known: {plain('; '.join(ground.unknown))}.")


def _line(item: Shared, names: Mapping[str, str]) -> str:
    who = listed([names.get(key, key) for key, _ in item.by])
    return f"{badge(item.label, 'blue')} {plain(who)}"


def _show_quotes(shared: Sequence[Shared], names: Mapping[str, str]) -> None:
    box = st.expander("In their own words", key="ground_quotes", on_change="rerun")
    if not box.open:
        return
    with box:
        for item in shared:
            st.markdown(f"**{plain(item.label)}**")
            for key, reason in item.by:
                st.markdown(f"{plain(names.get(key, key))}: {reason_markdown(reason)}")
