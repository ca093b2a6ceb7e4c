"""Importing what is good, and what can be done afterwards: read claims, download the rejects, take it back."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.components.data_progress import counted, shown_progress
from dashboard.components.data_upload import put_files_away
from dashboard.components.errors import errors_in_words
from dashboard.components.links import PARTNERS
from dashboard.components.person import changing
from dashboard.components.text import plain
from dashboard.data_desk import Checked, DataDesk, Landed, Upload
from kb.journal import label_counts
from matcher.export.knowledge import write_rejects

LANDED, UNDER_WAY = "data_landed", "data_under_way"
STOPPABLE = "Stopping changes nothing: an import lands whole or not at all."
READING = "What was read so far stays; it can go on later."


@dataclass
class Result:
    """What an import of this session did; `read` counts texts that claims were read from, None when none were yet."""

    landed: Landed
    label: str
    rejects: bytes
    rejects_name: str
    read: int | None = None


def show_interrupted() -> None:
    """Say that the last import was stopped."""
    if st.session_state.pop(UNDER_WAY, False):
        st.info("The import was stopped. Nothing was changed.", icon=":material/undo:")


def show_import(desk: DataDesk, upload: Upload, place: int, checked: Checked) -> None:
    """Draw the button that imports, and import when it was pressed."""
    counts = checked.preview.counts
    good = counts["new"] + counts["updated"] + counts["duplicates"]
    choice = upload.choices[place]
    rejections = checked.preview.rejections
    with st.container(horizontal=True, vertical_alignment="bottom", key="import_row"):
        pressed = changing(st.button)(
            f"Import {counted(good, 'organization')}" if good else "Nothing to import",
            type="primary",
            disabled=not good and not counts["engagements"],
            key="import",
        )
        if rejections:
            name = f"rejects of {choice.paths[0].stem}.csv"
            st.download_button(
                f"Download what is wrong ({counted(len(rejections), 'line')})",
                lambda: rejects_file(checked),
                file_name=name,
                mime="text/csv",
                on_click="ignore",
                key="rejects",
            )
    read = st.checkbox(
        "Read claims out of the texts afterwards",
        value=True,
        help="What an organization has, needs and serves is inferred from its own words, each with its quote.",
        key="read_claims",
    )
    if pressed:
        _land(desk, upload, place, read=read)


def rejects_file(checked: Checked) -> bytes:
    """Return the rows that something was wrong with, as CSV."""
    with tempfile.TemporaryDirectory(prefix="dancecard-") as folder:
        target = Path(folder) / "rejects.csv"
        write_rejects(checked.source, checked.preview.rejections, target)
        return target.read_bytes()


def _land(desk: DataDesk, upload: Upload, place: int, *, read: bool) -> None:
    choice = upload.choices[place]
    st.session_state[UNDER_WAY] = True
    with errors_in_words(), shown_progress("Importing", can_stop=STOPPABLE) as progress:
        checked = desk.check(upload, place, progress)
        rejects = rejects_file(checked) if checked.preview.rejections else b""
        landed = desk.land(checked, progress)
        result = Result(landed, choice.label, rejects, f"rejects of {choice.paths[0].stem}.csv")
        st.session_state[LANDED] = result
        st.session_state.pop(UNDER_WAY, None)
        desk.remember_columns(choice)
    if len(upload.choices) > 1:
        upload.drop(place)
    else:
        put_files_away()
    if read:
        _read(desk, result)
    st.rerun()


def _read(desk: DataDesk, result: Result) -> None:
    with errors_in_words(stop=False), shown_progress("Reading claims out of texts", can_stop=READING) as progress:
        result.read = desk.read_claims(progress)


def show_result(desk: DataDesk) -> None:
    """Draw what the import of this session did, with the ways on from there."""
    result = st.session_state.get(LANDED)
    if not isinstance(result, Result):
        return
    landed = result.landed
    with st.container(border=True, key="landed"):
        st.header("Imported", anchor=False)
        words = label_counts(landed.preview.counts, ("new", "updated", "duplicates", "unchanged", "rejected"))
        st.markdown(f"{plain(result.label)}: {plain(words.replace('duplicates', 'joined'))}. Batch {landed.batch}.")
        if result.read is not None:
            st.markdown(
                f"Claims were read out of {result.read:,} texts; they are marked as inferred, with their quotes."
            )
        st.caption("The next page that searches or ranks takes the new texts in first; thousands of them take minutes.")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Undo this import", on_click=_undo, args=(desk, result), key="undo_import")
            if result.rejects:
                st.download_button(
                    "Download the rejects",
                    result.rejects,
                    file_name=result.rejects_name,
                    mime="text/csv",
                    on_click="ignore",
                    key="rejects_after",
                )
            if result.read is None and st.button("Read claims out of the new texts", key="read_now"):
                _read(desk, result)
                st.rerun()
            st.page_link(PARTNERS, label="Find partners")
            st.button("Done", on_click=_forget, type="tertiary", key="landed_done")


def _undo(desk: DataDesk, result: Result) -> None:
    with errors_in_words(stop=False):
        desk.kb.undo(result.landed.batch)
        _forget()
        st.toast(f"Batch {result.landed.batch} was taken back.")


def _forget() -> None:
    st.session_state.pop(LANDED, None)
