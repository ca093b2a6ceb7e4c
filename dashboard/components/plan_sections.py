"""A plan section by section: every line with where it comes from, and what is still to be agreed."""

from __future__ import annotations

import streamlit as st

from dashboard.components.text import badge, plain
from matcher.planning import Cell, Plan, PlanLine, PlanSection
from matcher.planning.layout import SectionLayout, load_layout

OPENED = ("purpose", "objectives")


def open_count(section: PlanSection) -> int:
    """Return how many cells of a section are to be agreed."""
    columns = load_layout().section(section.code).columns
    return sum(line.cell(column).is_open for line in section.lines for column in columns)


def show_sections(plan: Plan) -> None:
    """Draw every section; the first ones are open."""
    for section in plan.sections:
        layout = load_layout().section(section.code)
        count = open_count(section)
        state = f"{count} to be agreed" if count else "nothing open"
        with st.expander(f"{plain(layout.title)} ({state})", expanded=section.code in OPENED):
            if layout.guidance:
                st.caption(plain(layout.guidance))
            if not section.lines:
                st.markdown("Nothing is known to stay open." if section.code == "open" else badge("to be agreed"))
            for line in section.lines:
                st.markdown(line_words(line, layout))


def line_words(line: PlanLine, layout: SectionLayout) -> str:
    """Return a line as Markdown: what it is about, its origin, its cells, and what is to be agreed."""
    said = [f"**{plain(line.label)}** :small[{plain(line.origin.words)}]", ""]
    still: list[str] = []
    for code, column in layout.columns.items():
        cell = line.cell(code)
        if cell.is_open:
            still.append(plain(column.label) + (f" ({plain(cell.origin.detail)})" if cell.origin.detail else ""))
        else:
            said.append(f"- {plain(column.label)}: {_words(cell, line)}")
    if still:
        said.append(f"- {badge('to be agreed', 'orange')} {', '.join(still)}")
    return "\n".join(said)


def _words(cell: Cell, line: PlanLine) -> str:
    origin = "" if cell.origin == line.origin else f" :small[({plain(cell.origin.words)})]"
    return f"{plain(cell.text)}{origin}"
