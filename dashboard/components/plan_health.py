"""A health check of a partnership: the form, recording it, and taking it back."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.plan_health_history import show_history
from dashboard.components.text import plain
from dashboard.planning_desk import PlanningDesk
from kb.brief import Brief
from kb.casework.partnerships import Partnership
from kb.organization import MAX_TEXT
from matcher.planning import Instrument
from matcher.planning.health import DEFAULT, instrument_of

SHORTLIST = "dashboard/pages/shortlist.py"
NOT_KNOWN = 0
DONE = "health_done"
REASON = "Taken back straight away."


def show_health(desk: PlanningDesk, brief: Brief, names: dict[str, str], who: str) -> None:
    """Draw the health of one of the partnerships of a plan, and the form of the next check."""
    st.header("Health check", anchor=False)
    chosen = st.selectbox("Partnership with", list(names), format_func=lambda key: names[key], key="health_of")
    with errors_in_words():
        partnership = desk.partnership(brief.id, chosen)
    if partnership.stage is None:
        st.info(
            f"{plain(names[chosen])} has no stage under this brief yet, so there is no partnership to check. "
            "Put it on the shortlist first."
        )
        st.page_link(SHORTLIST, label="Shortlist", query_params={"brief": brief.id})
        return
    _show_undo(desk, partnership, who)
    history = desk.health(partnership)
    with st.expander("Fill in a health check", expanded=False):
        _show_form(desk, partnership, len(history.scores), who)
    show_history(history)


def _show_form(desk: PlanningDesk, partnership: Partnership, count: int, who: str) -> None:
    instrument = instrument_of(DEFAULT)
    document = instrument.document
    st.caption(f"After {plain(document.title)}, {plain(document.section)}; items in our own words.")
    options = [NOT_KNOWN, *sorted(instrument.scale)]
    key = f"health_{partnership.organization_id}_{count}"
    with st.form(f"form_{key}", border=False):
        for section in instrument.sections:
            st.subheader(plain(section.title), anchor=False)
            for code, words in section.items.items():
                st.select_slider(
                    plain(words),
                    options,
                    value=NOT_KNOWN,
                    format_func=lambda value: _answer(instrument, value),
                    key=f"{key}_{code}",
                )
        st.date_input("Day of the check", value=datetime.now(UTC).date(), key=f"{key}_on")
        st.text_area("Notes", key=f"{key}_notes", max_chars=MAX_TEXT)
        changing(st.form_submit_button)(
            "Record the health check", type="primary", on_click=_record, args=(desk, partnership, key, who)
        )


def _answer(instrument: Instrument, value: int) -> str:
    return "not known" if value == NOT_KNOWN else f"{value} {instrument.scale[value].lower()}"


def _record(desk: PlanningDesk, partnership: Partnership, key: str, who: str) -> None:
    state = st.session_state
    items = instrument_of(DEFAULT).items
    answers = {code: value for code in items if (value := state[f"{key}_{code}"]) != NOT_KNOWN}
    if not answers:
        st.error("No item was answered, so nothing was recorded. Answer at least one.")
        return
    with errors_in_words(stop=False):
        desk.check_health(partnership, answers, state[f"{key}_on"], state[f"{key}_notes"], who)
        state[DONE] = (partnership.brief_id, partnership.organization_id)


def _show_undo(desk: PlanningDesk, partnership: Partnership, who: str) -> None:
    if st.session_state.get(DONE) != (partnership.brief_id, partnership.organization_id):
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo_health"):
        st.markdown("The health check was recorded.")
        st.button("Undo", on_click=_undo, args=(desk, partnership, who), key="undo_health_check")


def _undo(desk: PlanningDesk, partnership: Partnership, who: str) -> None:
    with errors_in_words(stop=False):
        desk.take_back(partnership, REASON, who)
        st.session_state.pop(DONE, None)
        st.toast("Taken back. The trail keeps both.")
