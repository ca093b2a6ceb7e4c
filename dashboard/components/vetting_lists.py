"""The watchlists in use with their dates; what is stale or missing is said loudly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard.components.text import clean, plain
from dashboard.components.vetting_words import age_badge, age_words, moment
from kb.casework.screenings import ListUsed
from kb.watchlist_rows import StoredWatchlist


def warn_of_lists(lists: Sequence[StoredWatchlist], today: date) -> None:
    """Say loudly that there is no list, or that a list is too old to say that somebody is not on it."""
    if not lists:
        st.warning(
            "**No watchlist was imported.** Nobody is screened against sanctions or debarment lists, and every case "
            "says so as *not assessed*."
        )
    for stored in lists:
        age = stored.staleness(today)
        if age.level == "stale":
            st.error(
                f"**{plain(stored.title)} is {age.days:,} days old.** It cannot say that somebody is not listed. "
                "Import a newer copy."
            )


def show_lists(lists: Sequence[StoredWatchlist], today: date) -> None:
    """Draw the lists in use: how many entries, of which day, how old."""
    st.header("Watchlists in use", anchor=False)
    if lists:
        rows = [
            {
                "List": clean(item.title),
                "Publisher": clean(item.publisher),
                "Entries": item.entities,
                "Age": age_words(item.staleness(today)),
                "Published": moment(item.published_on),
                "Obtained": moment(item.read_on),
                "Imported by": clean(item.imported_by),
                "Rows left out": sum(rejection.fatal for rejection in item.rejections),
            }
            for item in lists
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Watchlists in use, with entries, dates and age.")
        for item in lists:
            if item.staleness(today).level != "current":
                st.markdown(f"{plain(item.title)} {age_badge(item.staleness(today))}")
    st.caption(
        "A list is getting old after 30 days and stale after 180, counted from its publication, or from the day on "
        "which it was obtained when the file does not say. A newer copy opens again only the cases that it changes."
    )
    st.markdown("To import the publishers' own files:")
    st.code("dancecard watchlists import FILE", language=None)


def lists_line(lists: Sequence[ListUsed], today: date) -> str:
    """Return the lists that a case was screened against, with their age, as Markdown."""
    if not lists:
        return "Screened against **no watchlist**."
    return "  \n".join(f"{plain(used.title or used.code)} {age_badge(used.staleness(today))}" for used in lists)
