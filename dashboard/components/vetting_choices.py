"""Names looked up: matched, to be chosen from, and new; a person chooses where the names alone do not tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.text import badge, clean, percent, plain, shorten
from kb.importing.parsed import Rejection
from matcher.vetting.resolving import Option, Resolved

NOBODY = "none of these"
PER_PAGE = 10
UNDECIDED = "Leave it open"


def choice_key(resolved: Resolved) -> str:
    """Return the key under which a choice is kept in the session."""
    return f"vet_choice_{resolved.asked.row}"


def show_resolved(found: Sequence[Resolved], rejections: Sequence[Rejection]) -> None:
    """Draw what the names were found to be, with the figures first."""
    st.header("3. Who they are", anchor=False)
    by = {outcome: [item for item in found if item.outcome == outcome] for outcome in ("match", "choose", "new")}
    refused = [item for item in rejections if item.fatal]
    with st.container(horizontal=True, key="figures_names"):
        st.metric("Matched", f"{len(by['match']):,}", border=True)
        st.metric("To be chosen", f"{len(by['choose']):,}", border=True, help="Several organizations may be meant.")
        st.metric("New", f"{len(by['new']):,}", border=True, help="Not in the knowledge base: screened by name alone.")
        st.metric("Could not be read", f"{len(refused):,}", border=True)
    if rejections:
        with st.expander(f"Rows to look at ({len(rejections):,})", key="vet_rejections"):
            st.dataframe(_rejected(rejections), hide_index=True, alt="Rows that could not be read, and remarks.")
    if by["match"]:
        with st.expander(f"Matched ({len(by['match']):,})", key="vet_matched"):
            st.dataframe(_matched(by["match"]), hide_index=True, alt="Names, and to whom they were matched.")
    _show_open(by["choose"])
    if by["new"]:
        with st.expander(f"Not in the knowledge base ({len(by['new']):,})", key="vet_new"):
            st.caption("They are screened against the watchlists by name alone; everything else is not assessed.")
            st.dataframe(_new(by["new"]), hide_index=True, alt="Names that nobody in the knowledge base is known by.")


def _show_open(choices: Sequence[Resolved]) -> None:
    if not choices:
        return
    chosen = sum(st.session_state.get(choice_key(item)) not in (None, UNDECIDED) for item in choices)
    st.subheader(f"Choose who is meant: {chosen:,} of {len(choices):,} chosen", anchor=False)
    st.caption("A name that is left open is screened by name alone, and everything else about it is not assessed.")
    pages = -(-len(choices) // PER_PAGE)
    page = 1
    if pages > 1:
        page = int(st.number_input(f"Page, of {pages}", 1, pages, key="vet_page", width=160))
    for item in choices[(page - 1) * PER_PAGE : page * PER_PAGE]:
        _show_choice(item)


def _show_choice(item: Resolved) -> None:
    options = {option.organization_id: option for option in item.options}
    answers = [UNDECIDED, *options, NOBODY]

    def worded(key: str) -> str:
        if key not in options:
            return key.capitalize() if key == NOBODY else key
        return _option_words(options[key])

    with st.container(border=True, gap="xsmall", key=f"choose_{item.asked.row}"):
        where = f" {badge(item.asked.country)}" if item.asked.country else ""
        st.markdown(f"**{plain(item.asked.name)}**{where} · row {item.asked.row}  \n:small[{plain(item.why)}]")
        st.radio(
            f"Who is it, in row {item.asked.row}?",
            answers,
            format_func=worded,
            key=choice_key(item),
            captions=["", *(plain("; ".join(option.reasons)) for option in item.options), ""],
            label_visibility="collapsed",
            persist_state="session",
        )


def _option_words(option: Option) -> str:
    where = f", {option.country}" if option.country else ""
    tie = "perhaps a part of " if option.tie == "part" else ""
    return f"{tie}{plain(option.name)}{where} · {percent(option.score)} alike"


def choices_of(found: Sequence[Resolved], state: Callable[[str], object]) -> dict[int, str]:
    """Return what a person chose, by row: an organization's id, or an empty text for none of them."""
    chosen: dict[int, str] = {}
    for item in found:
        answer = state(choice_key(item))
        if item.outcome == "choose" and isinstance(answer, str) and answer != UNDECIDED:
            known = {option.organization_id for option in item.options}
            if answer in known or answer == NOBODY:
                chosen[item.asked.row] = "" if answer == NOBODY else answer
    return chosen


def _matched(found: Sequence[Resolved]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Row": item.asked.row,
                "Name asked": clean(item.asked.name),
                "Matched to": clean(item.options[0].name),
                "Country": item.options[0].country or "not known",
                "Sure": item.confidence,
                "Why": clean(item.why),
            }
            for item in found
        ]
    )


def _new(found: Sequence[Resolved]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Row": item.asked.row,
                "Name asked": clean(item.asked.name),
                "May belong to": clean("; ".join(option.name for option in item.options)),
                "Why": clean(item.why),
            }
            for item in found
        ]
    )


def _rejected(rejections: Sequence[Rejection]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Row": item.row,
                "Vetted": "no" if item.fatal else "yes",
                "Problem": clean(item.problem),
                "What to do": clean(item.suggestion),
                "Cell": shorten(item.value, 120),
            }
            for item in rejections
        ]
    )
