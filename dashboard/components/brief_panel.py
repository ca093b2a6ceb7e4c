"""Beside the form: whether the brief can be answered, which capacities it may have overlooked, and saving it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components.brief_draft import UNTITLED, add_need
from dashboard.components.errors import errors_in_words
from dashboard.components.links import partners_link
from dashboard.components.person import changing
from dashboard.components.text import plain
from dashboard.state import Desk
from kb.brief import Brief

FIRST_GAPS = 4


def show_panel(
    desk: Desk, edited: Brief, base: Brief, *, saved: bool, keep: Callable[[Brief], None], forget: Callable[[], None]
) -> None:
    """Draw the state of the brief and what can be done with it."""
    changed = edited != base
    st.subheader("This brief", anchor=False)
    problems = _problems(desk, edited)
    if problems:
        st.warning("**To change first:**\n\n" + "\n".join(f"- {plain(line)}" for line in problems))
    else:
        st.success("It can be answered.")
    if changed or not saved:
        st.caption("Not saved yet." if not saved else "There are changes that are not saved.")
        with st.container(horizontal=True):
            if changing(st.button)("Save", type="primary", key="save_brief", disabled=edited.title == UNTITLED):
                with errors_in_words(stop=False):
                    keep(edited)
                    st.rerun()
            if saved:
                st.button("Discard the changes", on_click=forget)
    else:
        st.caption("Saved in the knowledge base.")
    if saved and not problems and not changed:
        partners_link(base.id, "Find partners for it")
    _show_gaps(desk, edited)


def _problems(desk: Desk, brief: Brief) -> list[str]:
    found = [] if brief.title != UNTITLED else ["Give it a title."]
    return found + desk.matcher.problems(brief)


def _show_gaps(desk: Desk, brief: Brief) -> None:
    found = desk.diagnose(brief)
    missing = [item for item in found if item.state == "missing"]
    if missing:
        st.subheader("What may be missing", anchor=False)
        st.caption("Capacities that such programmes usually depend on, and that this brief neither asks for nor has.")
    for item in missing[:FIRST_GAPS]:
        with st.container(gap="xsmall", key=f"gap_{item.capacity}"):
            st.markdown(f"**{plain(item.label)}**  \n:small[{plain(item.reason)}]")
            st.button(
                f"Add {item.label.lower()} as a need",
                key=f"add_{item.capacity}",
                on_click=add_need,
                args=(st.session_state, item.capacity, item.importance),
                help=plain(item.question),
            )
    with st.expander("Every capacity", key="diagnosis"):
        rows = [{"Capacity": item.label, "State": item.state, "Why": item.reason} for item in found]
        st.dataframe(rows, hide_index=True, alt="How the programme stands to every capacity, and why.")
