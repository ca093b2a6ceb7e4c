"""The brief: what should change, what is missing, what can be lent, what is refused."""

from __future__ import annotations

import streamlit as st

from dashboard.components import brief_draft
from dashboard.components.brief_form import show_form
from dashboard.components.brief_panel import show_panel
from dashboard.components.brief_reading import show_reading
from dashboard.components.briefs import PARAMETER, REMEMBERED, current_brief, remember_brief
from dashboard.components.history import show_history
from dashboard.state import open_desk
from kb.brief import Brief

TABS = ["Form", "From a text", "History"]
PICK, DRAFT, BASED_ON = "pick_draft", "draft", "draft_based_on"


def forget() -> None:
    """Give up unsaved changes."""
    st.session_state.pop(DRAFT, None)
    st.session_state.pop(brief_draft.key("title"), None)


def picked() -> None:
    """Open another brief."""
    forget()
    chosen = st.session_state[PICK]
    if chosen == brief_draft.NEW:
        st.query_params.pop(PARAMETER, None)
        st.session_state[REMEMBERED] = brief_draft.NEW
    else:
        remember_brief(chosen)


def keep(brief: Brief) -> None:
    """Save the brief and go on with it."""
    known = {item.id for item in desk.kb.briefs()}
    saved = (
        brief.model_copy(update={"id": brief_draft.fresh_id(brief.title, known)})
        if brief.id == brief_draft.NEW
        else brief
    )
    desk.kb.save_brief(saved, based_on=0 if saved.id not in known else st.session_state.get(BASED_ON))
    forget()
    remember_brief(saved.id)
    st.toast("The brief is saved.")


desk = open_desk()
st.title("Brief", anchor=False)
briefs = desk.kb.briefs()
current = current_brief(briefs)
base = current or brief_draft.blank()
under_way = st.session_state.get(DRAFT)
if not isinstance(under_way, Brief) or under_way.id != base.id:
    brief_draft.load(st.session_state, base)
    st.session_state[BASED_ON] = desk.kb.brief_version(base.id)
elif not brief_draft.is_loaded(st.session_state):
    brief_draft.load(st.session_state, under_way)

titles = {brief_draft.NEW: "Start a new brief"} | {item.id: item.title for item in briefs}
st.session_state[PICK] = base.id
st.selectbox("Saved briefs", list(titles), format_func=lambda item: titles[item], key=PICK, on_change=picked)
if st.session_state.pop("brief_filled", False):
    st.success("The form is filled with what you confirmed. Look through it, then save.")

form_side, panel_side = st.columns([3, 1.5], gap="large")
with form_side:
    form_tab, text_tab, history_tab = st.tabs(TABS, key="brief_tabs", on_change="rerun")
    with form_tab:
        show_form(desk.vocabulary, desk.kb)
    with text_tab:
        if text_tab.open:
            show_reading(desk.vocabulary)
    with history_tab:
        if history_tab.open and current is None:
            st.caption("A new brief has no history yet.")
        elif history_tab.open and show_history(desk.kb, base.id, "brief"):
            forget()
            st.rerun()
edited = brief_draft.draft(st.session_state, base)
st.session_state[DRAFT] = edited
with panel_side, st.container(border=True, key="brief_panel"):
    show_panel(desk, edited, base, saved=current is not None, keep=keep, forget=forget)
