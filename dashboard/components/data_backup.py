"""A copy of the whole knowledge base, and bringing one back; what is there is never written over silently."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard.components.data_export import size_words
from dashboard.components.data_progress import shown_progress
from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import day, plain
from dashboard.data_desk import DataDesk
from kb.backup import Backup, Restored, back_up, contents, examine, free_name, restore
from kb.importing.files import given_name
from kb.roles import Permission

READY, CHOSEN, RESTORED, ROUND = "backup_ready", "restore_chosen", "restored", "restore_round"
TYPE = "application/vnd.sqlite3"
LARGEST_MB = 1_000


@dataclass(frozen=True)
class Kept:
    """A file of this session, with the folder that goes away with it."""

    folder: tempfile.TemporaryDirectory[str]
    backup: Backup


def show_backup(desk: DataDesk) -> None:
    """Draw making a backup, and bringing one back."""
    _show_restored(desk)
    st.header("Make a backup", anchor=False)
    if desk.kb.path is None:
        st.caption("This knowledge base is not a file: back it up with the database's own tools.")
        return
    st.markdown(
        "One file with everything: organizations, briefs, cases, decisions, watchlists and the whole history. It is of "
        "a single moment, also while others work, and is read back and checked before you get it."
    )
    if changing(st.button, Permission.BACK_UP)("Make a backup", type="primary", key="make_backup"):
        _make(desk)
    ready = st.session_state.get(READY)
    if isinstance(ready, Kept):
        st.success(f"Checked and whole: {plain(_contents(ready.backup))}.", icon=":material/check_circle:")
        st.download_button(
            f"Download the backup ({size_words(ready.backup.path)})",
            ready.backup.path.read_bytes,
            file_name=ready.backup.path.name,
            mime=TYPE,
            on_click="ignore",
            icon=":material/download:",
            key="download_backup",
        )
    _show_restore(desk)


def _contents(backup: Backup) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in backup.counts.items() if count)
    return counts + (f"; last changed {day(backup.changed_at.date())}" if backup.changed_at else "")


def _make(desk: DataDesk) -> None:
    st.session_state.pop(READY, None)
    folder = tempfile.TemporaryDirectory(prefix="dancecard-")
    target = free_name(Path(folder.name), "dancecard backup")
    with errors_in_words(), shown_progress("Copying", can_stop="Stopping changes nothing.") as progress:
        st.session_state[READY] = Kept(folder, back_up(desk.kb, target, progress))


def _show_restore(desk: DataDesk) -> None:
    st.header("Bring a backup back", anchor=False)
    turn = st.session_state.get(ROUND, 0)
    file = st.file_uploader("Backup file", key=f"backup_file_{turn}", max_upload_size=LARGEST_MB)
    if file is None:
        st.session_state.pop(CHOSEN, None)
        st.caption("The file is checked first, and compared with what is here. Nothing is replaced before you say so.")
        return
    known = st.session_state.get(CHOSEN)
    if known is None or known[0] != file.file_id:
        folder = tempfile.TemporaryDirectory(prefix="dancecard-")
        path = Path(folder.name) / given_name(file.name, "backup.db")
        path.write_bytes(file.getvalue())
        with errors_in_words(), st.spinner("Checking the backup…"):
            known = st.session_state[CHOSEN] = file.file_id, Kept(folder, examine(path))
    kept: Kept = known[1]
    st.success("The file was read through and is whole.", icon=":material/check_circle:")
    st.dataframe(comparison(contents(desk.kb), kept.backup), hide_index=True, alt="What is here, and in the backup.")
    st.warning(
        "**Everything in this knowledge base is replaced**, for everybody who works with it. What is here now is kept "
        "beside it as a backup of its own, so that this can be undone.",
        icon=":material/warning:",
    )
    sure = st.checkbox("Replace what is here by this backup", key=f"sure_{turn}")
    if changing(st.button, Permission.RESTORE)("Restore", type="primary", disabled=not sure, key="restore"):
        _restore(desk, kept.backup.path)


def comparison(now: Mapping[str, int], backup: Backup) -> pd.DataFrame:
    """Return one row per kind of record: how many are here, and in the backup."""
    return pd.DataFrame(
        [
            {
                "Records": name.capitalize(),
                "Here now": f"{now.get(name, 0):,}",
                "In the backup": f"{count:,}",
                "Difference": _signed(count - now.get(name, 0)),
            }
            for name, count in backup.counts.items()
        ]
    )


def _signed(difference: int) -> str:
    return f"{difference:+,}".replace("-", "\N{MINUS SIGN}") if difference else "none"


def _restore(desk: DataDesk, backup: Path) -> None:
    with errors_in_words(), shown_progress("Restoring", can_stop="Stopping changes nothing.") as progress:
        done = restore(backup, desk.kb.path, replace=True, progress=progress)
        st.session_state[RESTORED] = done
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.session_state.pop(CHOSEN, None)
        st.cache_resource.clear()
    st.rerun()


def _show_restored(desk: DataDesk) -> None:
    done = st.session_state.get(RESTORED)
    if not isinstance(done, Restored):
        return
    with st.container(border=True, key="restored_panel"):
        st.header("Restored", anchor=False)
        st.markdown(f"The knowledge base is as the backup has it: {plain(_contents(done.backup))}.")
        if done.before is None:
            return
        st.markdown(f"What was here before is kept in `{plain(str(done.before.path))}`.")
        with st.container(horizontal=True):
            if st.button("Undo: bring that back", key="undo_restore"):
                _restore(desk, done.before.path)
            st.button("Done", on_click=_forget, type="tertiary", key="restored_done")


def _forget() -> None:
    st.session_state.pop(RESTORED, None)
