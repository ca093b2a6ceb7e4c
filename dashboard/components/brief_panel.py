"""Beside the form: whether the brief can be answered, which capacities it may have overlooked, and saving it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components.brief_draft import UNTITLED, add_need
from dashboard.components.errors import errors_in_words
from dashboard.components.links import partners_link
from dashboard.components.text import plain
from dashboard.state import Desk
from kb.brief import Brief
from matcher.checks import check_brief
from matcher.components import COMPONENTS


def show_panel(
    desk: Desk, edited: Brief, base: Brief, *, saved: bool, keep: Callable[[Brief], None], forget: Callable[[], None]
) -> None:
    """Draw the state of the brief and what can be done with it."""
    changed = edited != base
    st.subheader("This brief", anchor=False)
    problems = _problems(desk, edited)
    if problems:
        st.warning("**To be answered, it still needs:**\n\n" + "\n".join(f"- {plain(line)}" for line in problems))
    else:
        st.success("It can be answered.")
    if changed or not saved:
        st.caption("Not saved yet." if not saved else "There are changes that are not saved.")
        with st.container(horizontal=True):
            if st.button("Save", type="primary", key="save_brief", disabled=edited.title == UNTITLED):
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
    found = [] if brief.title != UNTITLED else ["a title"]
    if not brief.needs and not brief.behaviour and not brief.causes:
        return [*found, "a behaviour to change, a cause, or a need"]
    return found + check_brief(brief, desk.vocabulary, [component.name for component in COMPONENTS])


def _show_gaps(desk: Desk, brief: Brief) -> None:
    gaps = desk.gaps(brief)
    if not gaps:
        return
    st.subheader("What may be missing", anchor=False)
    st.caption("Capacities that such programmes usually need, and that this brief neither asks for nor has.")
    for gap in gaps:
        with st.container(gap="xxsmall"):
            st.markdown(f"**{plain(gap.label)}**  \n:small[{plain(gap.why)}]")
            st.button(
                f"Add {gap.label.lower()}", key=f"gap_{gap.code}", on_click=add_need, args=(st.session_state, gap.code)
            )
