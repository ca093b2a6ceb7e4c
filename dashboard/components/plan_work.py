"""Working on a plan in one session: changing a cell, undoing, saving as a version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import plain
from dashboard.planning_desk import PlanningDesk, Work
from kb.brief import Brief
from kb.organization import MAX_NAME, MAX_TEXT
from matcher.planning import Plan, PlanLine, PlanSection, set_cell
from matcher.planning.layout import DATE, Column, load_layout

WORKS = "plan_works"
NOTE = "plan_note"
NOBODY = "somebody"


def works() -> dict[str, Work]:
    """Return the plans that are worked on in this session, by id."""
    found: dict[str, Work] = st.session_state.setdefault(WORKS, {})
    return found


def keep(work: Work) -> None:
    """Keep a plan as it is now for this session; nothing is saved."""
    works()[work.key] = work


def show_state(desk: PlanningDesk, work: Work, brief: Brief, who: str) -> None:
    """Draw what is unsaved, with the buttons that undo, fill anew and save."""
    newest = desk.versions(work.key)
    if newest and newest[-1].number > work.based_on:
        _show_overtaken(work, newest[-1].who, newest[-1].number)
    with st.container(border=True, key="plan_state"):
        st.markdown(_state(work))
        st.text_input("Note on this version", key=NOTE, max_chars=MAX_NAME, placeholder="What was changed, and why")
        with st.container(horizontal=True):
            changing(st.button)(
                "Save version",
                type="primary",
                on_click=_save,
                args=(desk, work, who),
                disabled=bool(work.based_on) and not work.before,
            )
            st.button("Undo the latest change", on_click=_undo, args=(work,), disabled=not work.before)
            st.button(
                "Fill anew from what is known",
                on_click=_redraft,
                args=(desk, work, brief),
                help="Drafts the plan again from the knowledge base. What people entered stays.",
            )


def _state(work: Work) -> str:
    opened = f"Version {work.based_on}" if work.based_on else "A new draft"
    if not work.before:
        return f"{opened}, as it was saved." if work.based_on else f"{opened}; it is not saved yet."
    count = len(work.before)
    return f"{opened}, with {count} unsaved {'change' if count == 1 else 'changes'}. A reload of the page loses them."


def _show_overtaken(work: Work, who: str, number: int) -> None:
    with st.container(border=True, key="plan_overtaken"):
        st.warning(
            f"{plain(who)} saved version {number} while you worked on this. Your changes can no longer be saved over "
            "it; open the newest version and enter them there."
        )
        st.button(f"Drop my changes and open version {number}", on_click=_drop, args=(work,))


def _drop(work: Work) -> None:
    works().pop(work.key, None)


def _undo(work: Work) -> None:
    keep(work.undone())


def _redraft(desk: PlanningDesk, work: Work, brief: Brief) -> None:
    with errors_in_words(stop=False):
        again = desk.redraft(work, brief)
        keep(again)
        st.toast("Filled anew." if again is not work else "Nothing new is known; the plan stays as it was.")


def _save(desk: PlanningDesk, work: Work, who: str) -> None:
    with errors_in_words(stop=False):
        saved = desk.save(work, st.session_state.get(NOTE, "").strip(), who)
        works().pop(work.key, None)
        st.session_state[NOTE] = ""
        st.toast(f"Saved as version {saved.number}.")


def show_cell_form(work: Work, who: str) -> None:
    """Draw the choice of a cell, and the form that changes it."""
    filled = [section for section in work.plan.sections if section.lines]
    titles = [load_layout().section(section.code).title for section in filled]
    section = filled[_choice("Section", titles, "plan_section")]
    line = section.lines[_choice("Line", [line.label for line in section.lines], f"plan_line_{section.code}")]
    fields = list(load_layout().section(section.code).columns.values())
    column = fields[_choice("Field", [field.label for field in fields], f"plan_field_{section.code}")]
    _form(work, section, line, column, who)


def _choice(label: str, names: Sequence[str], key: str) -> int:
    return st.selectbox(label, range(len(names)), format_func=lambda number: names[number], key=key)


def _form(work: Work, section: PlanSection, line: PlanLine, column: Column, who: str) -> None:
    cell = line.cell(column.code)
    key = f"plan_cell_{section.code}_{line.id}_{column.code}_{len(work.before)}_{work.based_on}"
    with st.form(f"form_{key}", border=False):
        if column.kind == DATE:
            st.date_input("Day", value=date.fromisoformat(cell.text) if cell.text else None, key=key)
        else:
            st.text_area("Text", value=cell.text, key=key, max_chars=MAX_TEXT)
        st.caption(f"Now {plain(cell.origin.words)}. Left empty, it is to be agreed.")
        st.form_submit_button(
            "Change", on_click=_change, args=(work, section.code, line.id, column.code, key, who or NOBODY)
        )


def _change(work: Work, section: str, line: str, column: str, key: str, who: str) -> None:
    with errors_in_words(stop=False):
        given = st.session_state[key]
        text = given.isoformat() if isinstance(given, date) else given or ""
        changed: Plan = set_cell(work.plan, section, line, column, text, who=who)
        keep(work.changed(changed))
