"""Data: import, undo, duplicates, watchlists, export, backup."""

from __future__ import annotations

import streamlit as st

from dashboard.components.data_backup import show_backup
from dashboard.components.data_batches import show_batches
from dashboard.components.data_check import show_contents, show_counts, show_problems
from dashboard.components.data_duplicates import show_duplicates
from dashboard.components.data_export import show_export
from dashboard.components.data_landing import show_import, show_interrupted, show_result
from dashboard.components.data_progress import shown_progress
from dashboard.components.data_upload import ask_for_files, pick_choice, show_columns, show_refused
from dashboard.components.data_watchlists import show_watchlists
from dashboard.components.errors import errors_in_words
from dashboard.data_desk import DataDesk, open_data_desk

TABS = ["Import", "Batches", "Duplicates", "Watchlists", "Export", "Backup"]


def show_importing(desk: DataDesk) -> None:
    """Draw the way of files into the knowledge base."""
    show_interrupted()
    show_result(desk)
    upload = ask_for_files(desk)
    if upload is None:
        return
    show_refused(upload)
    if not upload.choices:
        return
    place = pick_choice(desk, upload)
    if upload.choices[place].is_spreadsheet:
        show_columns(upload, place)
        if not upload.choices[place].mapping.get("name"):
            return
    with errors_in_words(), shown_progress("Reading the file") as progress:
        checked = desk.check(upload, place, progress)
    st.header("What an import would do", anchor=False)
    show_counts(checked.preview)
    show_contents(desk, checked.preview, desk.desk.vocabulary)
    show_problems(upload, place, checked)
    show_import(desk, upload, place, checked)


desk = open_data_desk()
st.title("Data", anchor=False)
importing, batches, duplicates, watchlists, export, backup = st.tabs(
    TABS, key="data", bind="query-params", on_change="rerun"
)
with importing:
    if importing.open:
        show_importing(desk)
with batches:
    if batches.open:
        show_batches(desk)
with duplicates:
    if duplicates.open:
        show_duplicates(desk, desk.desk.vocabulary)
with watchlists:
    if watchlists.open:
        show_watchlists(desk)
with export:
    if export.open:
        show_export(desk)
with backup:
    if backup.open:
        show_backup(desk)
