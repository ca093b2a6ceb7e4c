"""The watchlists that organizations are screened against: how old each is, importing, undoing, removing."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard.components.data_progress import counted, shown_progress
from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import badge, clean, day, plain
from dashboard.data_desk import DataDesk
from kb.casework.trail import Event
from kb.importing.files import given_name
from kb.people import right_to_undo
from kb.roles import Permission
from kb.watchlist_formats import FORMATS
from kb.watchlist_formats.ofac import OFAC_SDN
from kb.watchlist_store import StoredWatchlist
from kb.watchlists import OLD_AFTER_DAYS, STALE_AFTER_DAYS, Staleness

ROUND, DONE = "watchlist_round", "watchlist_done"
AGE_BADGE = {"current": "green", "old": "orange", "stale": "red"}
AGE_ICON = {"current": ":material/check_circle:", "old": ":material/schedule:", "stale": ":material/error:"}
ACTION_WORDS = {
    "added": "is in use now",
    "replaced": "replaced the older copy",
    "refreshed": "is the same as before, and was obtained on a later day",
    "unchanged": "is the same as the copy in use",
}
EVENT_WORDS = {"imported": "Imported", "refreshed": "Obtained again", "undone": "Import undone", "removed": "Removed"}


def show_watchlists(desk: DataDesk) -> None:
    """Draw every list with its age, and the ways to change them."""
    lists = desk.kb.watchlists.all()
    today = date.today()
    ages = {item.code: item.staleness(today) for item in lists}
    _show_warnings(lists, ages)
    done = st.session_state.pop(DONE, "")
    if done:
        st.success(done, icon=":material/check_circle:")
    for item in lists:
        with st.container(border=True, key=f"list_{item.code}"):
            _show_list(desk, item, ages[item.code])
    _show_import(desk, today)


def _show_warnings(lists: list[StoredWatchlist], ages: dict[str, Staleness]) -> None:
    if not lists:
        st.error(
            "**There is no watchlist.** Nobody can be screened, and nobody is clear: every organization is *not "
            "assessed* until a list is imported.",
            icon=":material/error:",
        )
    stale = [item for item in lists if ages[item.code].level == "stale"]
    if stale:
        names = "; ".join(f"{item.title} ({ages[item.code].days:,} days)" for item in stale)
        st.error(
            f"**Too old to rely on: {plain(names)}.** A list of more than {STALE_AFTER_DAYS} days no longer says that "
            "somebody is not on it. Import the newest copy from its publisher.",
            icon=":material/error:",
        )
    old = [item for item in lists if ages[item.code].level == "old"]
    if old:
        names = "; ".join(f"{item.title} ({ages[item.code].days:,} days)" for item in old)
        st.warning(f"Getting old, past {OLD_AFTER_DAYS} days: {plain(names)}.", icon=":material/schedule:")


def age_words(age: Staleness) -> str:
    """Say how old a list is, and what that counts from."""
    when = "today" if age.days == 0 else f"{counted(age.days, 'day')} ago"
    return f"{age.level}: {'published' if age.basis == 'published' else 'obtained'} {when}"


def _show_list(desk: DataDesk, item: StoredWatchlist, age: Staleness) -> None:
    st.header(plain(item.title), anchor=False)
    words = badge(age_words(age), AGE_BADGE[age.level]).replace("-badge[", f"-badge[{AGE_ICON[age.level]} ", 1)
    st.markdown(f"{plain(item.publisher)} {words}")
    published = day(item.published_on) or "not known"
    left_out = sum(rejection.fatal for rejection in item.rejections)
    changes = ", ".join(f"{count:,} {name}" for name, count in item.counts.items() if count) or "no change"
    st.markdown(
        f"{counted(item.entities, 'entry', 'entries')} · published {published} · obtained {day(item.read_on)} · "
        f"imported by {plain(item.imported_by)} on {day(item.imported_at.date())} ({changes})"
        + (f" · **{left_out:,} rows could not be read**" if left_out else "")
    )
    with st.popover("Undo or remove", key=f"change_{item.code}"):
        reason = st.text_input("Why", key=f"why_{item.code}", help="It is kept in the list's history.")
        changing(st.button, right_to_undo(item.imported_by, Permission.WITHDRAW_WATCHLIST))(
            "Undo the last import", on_click=_undo, args=(desk, item, reason), key=f"undo_{item.code}"
        )
        changing(st.button, Permission.WITHDRAW_WATCHLIST)(
            "Remove the list", on_click=_remove, args=(desk, item, reason), key=f"remove_{item.code}"
        )
        st.caption("A list that was removed comes back by importing its file again.")
    with st.expander("History", key=f"history_{item.code}"):
        st.dataframe(_history(desk.kb.watchlists.history(item.code)), hide_index=True, alt="Imports and removals.")
    if item.rejections:
        with st.expander(f"Rows that could not be used ({len(item.rejections):,})", key=f"rejected_{item.code}"):
            rows = [
                {"Row": row.row, "Field": clean(row.field), "Value": clean(row.value), "Problem": clean(row.problem)}
                for row in item.rejections[:500]
            ]
            st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Rows of the list that could not be used.")


def _history(events: list[Event]) -> pd.DataFrame:
    rows = []
    for event in reversed(events):
        counts = [f"{event.body[name]:,} {name}" for name in ("new", "changed", "gone") if event.body.get(name)]
        rows.append(
            {
                "When": f"{event.at:%d %b %Y, %H:%M}",
                "Who": clean(event.who),
                "What": EVENT_WORDS.get(event.kind, event.kind),
                "Obtained": event.body.get("read_on") or "",
                "Changes": ", ".join(counts),
                "Why": clean(str(event.body.get("reason", ""))),
            }
        )
    return pd.DataFrame(rows)


def _show_import(desk: DataDesk, today: date) -> None:
    st.header("Import a list", anchor=False)
    titles = "; ".join((OFAC_SDN.title, *(known.title for known in FORMATS)))
    st.caption(f"Give the publisher's own file; which list it is, is recognized. Known are: {plain(titles)}.")
    turn = st.session_state.get(ROUND, 0)
    file = st.file_uploader("Watchlist file", key=f"watchlist_{turn}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        obtained = st.date_input(
            "Day on which you downloaded it",
            value=None,
            max_value=today,
            key=f"obtained_{turn}",
            format="YYYY-MM-DD",
            help="Its age counts from here when the file does not say when it was published.",
        )
        published = st.date_input(
            "Day of publication, if the file does not say",
            value=None,
            max_value=today,
            key=f"published_{turn}",
            format="YYYY-MM-DD",
        )
        pressed = changing(st.button)("Import the list", type="primary", disabled=file is None, key="import_list")
    if not pressed or file is None:
        return
    if not isinstance(obtained, date):
        st.error("Say on which day you downloaded the file: an old one must not pass for a current list.")
        return
    when = published if isinstance(published, date) else None
    with tempfile.TemporaryDirectory(prefix="dancecard-") as folder, errors_in_words():
        path = Path(folder) / given_name(file.name, "list.csv")
        path.write_bytes(file.getvalue())
        with shown_progress("Reading the list"):
            done = desk.kb.watchlists.import_file(path, read_on=obtained, published_on=when)
        counts = ", ".join(f"{count:,} {name}" for name, count in done.counts.items() if count) or "no change"
        title = plain(done.watchlist.title)
        entries = counted(done.watchlist.entities, "entry", "entries")
        st.session_state[DONE] = f"{title} {ACTION_WORDS[done.action]}: {entries} ({counts})."
        st.session_state[ROUND] = turn + 1
    st.rerun()


def _undo(desk: DataDesk, item: StoredWatchlist, reason: str) -> None:
    with errors_in_words(stop=False):
        before = desk.kb.watchlists.undo(item.code, reason)
        now = f"the copy of {day(before.read_on)} is in use again" if before else "there is no copy of it any more"
        st.session_state[DONE] = f"The last import of {plain(item.title)} was undone: {now}."


def _remove(desk: DataDesk, item: StoredWatchlist, reason: str) -> None:
    with errors_in_words(stop=False):
        desk.kb.watchlists.remove(item.code, reason)
        st.session_state[DONE] = f"{plain(item.title)} was removed. Screenings from now on do not use it."
