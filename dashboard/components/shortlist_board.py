"""The shortlist as a board by stage, and as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.labels import country_of, whereabouts
from dashboard.components.shortlist_words import GROUPS, stage_badge, stage_words, vetted_badge
from dashboard.components.text import badge, clean, day, plain, shorten
from dashboard.shortlist_desk import Listed
from kb.vocabulary import Vocabulary
from matcher.export.shortlist_excel import vetting_words

Select = Callable[[str], None]
OLDEST = 140


def show_board(listed: Sequence[Listed], vocabulary: Vocabulary, chosen: Listed | None, select: Select) -> None:
    """Draw the groups of stages side by side; one below the other beside an open detail."""
    places = [st.container() for _ in GROUPS] if chosen else st.columns(len(GROUPS), gap="small")
    for place, (title, stages) in zip(places, GROUPS.items(), strict=True):
        found = [item for item in listed if item.partnership.stage in stages]
        if chosen and not found:
            continue
        with place:
            st.header(f"{title} ({len(found)})", anchor=False)
            for item in found:
                _card(item, vocabulary, item is chosen, select)
            if not found:
                st.caption("Nobody")


def _card(item: Listed, vocabulary: Vocabulary, is_chosen: bool, select: Select) -> None:
    state = "chosen" if is_chosen else "card"
    with st.container(border=True, gap="xsmall", key=f"{state}_{item.id}"):
        st.subheader(plain(item.organization.name), anchor=False)
        st.caption(plain(whereabouts(item.organization, vocabulary)))
        st.markdown(f"{stage_badge(item.partnership.stage)} {vetted_badge(item.vetted)}")
        if item.reason:
            st.markdown(f":small[{plain(shorten(item.reason, OLDEST))}]")
        move = item.last_move
        since = f"since {day(move.on)}" if move else ""
        owner = plain(item.partnership.owner) or "nobody takes care of it yet"
        st.caption(" · ".join(part for part in (owner, since) if part))
        notes = len(item.notes)
        if notes:
            st.markdown(badge(f"{notes} note{'' if notes == 1 else 's'}"))
        st.button(
            "Shown in detail" if is_chosen else "Open",
            key=f"open_{item.id}",
            on_click=select,
            args=(item.id,),
            disabled=is_chosen,
            help=None if is_chosen else f"Move, note and history of {plain(item.organization.name)}",
        )


def shortlist_table(listed: Sequence[Listed], vocabulary: Vocabulary) -> pd.DataFrame:
    """Return one line per organization, the furthest first."""
    return pd.DataFrame(
        [
            {
                "Stage": stage_words(item.partnership.stage),
                "Organization": clean(item.organization.name),
                "Owner": clean(item.partnership.owner) or "nobody yet",
                "Reason": shorten(item.reason, 200),
                "Since": day(item.last_move.on) if item.last_move else "",
                "Vetting": vetting_words(item.vetted[:1]),
                "Notes": shorten(" / ".join(item.notes), 200),
                "Country": country_of(item.organization, vocabulary) or "not known",
                "Changed by": clean(item.partnership.changed_by.who) if item.partnership.changed_by else "",
            }
            for item in listed
        ]
    )


def show_table(listed: Sequence[Listed], vocabulary: Vocabulary, select: Select) -> None:
    """Draw the shortlist as a table; ticking a row opens it."""

    def ticked() -> None:
        rows = st.session_state["shortlist_table"]["selection"]["rows"]
        if rows:
            select(listed[rows[0]].id)

    st.dataframe(
        shortlist_table(listed, vocabulary),
        key="shortlist_table",
        hide_index=True,
        on_select=ticked,
        selection_mode="single-row",
        height=min(38 + 35 * len(listed), 640),
        alt="Shortlist by stage: organization, owner, reason, since when, vetting, notes, country.",
    )
    st.caption("Tick a row to open it.")
