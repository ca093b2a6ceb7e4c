"""Choosing files to import, and saying what their columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard.components.text import clean, plain, shorten
from dashboard.data_desk import Choice, DataDesk, Upload
from kb.importing import IMPORTERS
from kb.importing.columns import known_columns

UPLOAD, ROUND = "data_upload", "data_upload_round"
LEFT_OUT = ""
FIELD_WORDS = {
    "name": "Name",
    "id": "Id in the file",
    "aliases": "Other names",
    "sector": "Sector",
    "kind": "Kind of organization",
    "industry": "Industry",
    "country": "Country",
    "city": "City",
    "website": "Website",
    "registry_id": "Registry number",
    "mission": "Mission",
    "description": "Description",
    "capacities": "Capacities",
    "needs": "Needs",
    "offers": "Offers",
    "values": "Values",
    "audiences": "Audiences",
    "causes": "Causes",
    "places": "Places",
    "concerns": "Concerns",
    "red_lines": "Red lines",
}


def ask_for_files(desk: DataDesk) -> Upload | None:
    """Draw the field for files, and return what was handed over in this session."""
    files = st.file_uploader(
        "Files to import",
        accept_multiple_files=True,
        key=f"files_{st.session_state.get(ROUND, 0)}",
        help="A CSV file or workbook with one organization per row, or a publisher's own files.",
    )
    with st.expander("What can be read"):
        for importer in IMPORTERS.values():
            st.markdown(
                f"**{plain(importer.label)}**: {plain('; '.join(importer.files))}. {plain(importer.description)}"
            )
    if not files:
        st.session_state.pop(UPLOAD, None)
        return None
    handed = tuple(file.file_id for file in files)
    known = st.session_state.get(UPLOAD)
    if known is not None and known[0] == handed:
        upload: Upload = known[1]
        return upload
    with st.spinner("Looking at the files…"):
        fresh = desk.receive(files)
    st.session_state[UPLOAD] = handed, fresh
    return fresh


def put_files_away() -> None:
    """Forget the files that were handed over."""
    st.session_state.pop(UPLOAD, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def show_refused(upload: Upload) -> None:
    """Say which files cannot be read, and why."""
    for reason in upload.refused:
        st.error(f"**This file cannot be imported.** {plain(reason)}. Nothing was changed.")


def pick_choice(desk: DataDesk, upload: Upload) -> int:
    """Draw which files to go on with, and what they are read as; returns the place in `upload.choices`."""
    place = 0
    if len(upload.choices) > 1:
        place = st.selectbox(
            "Import first",
            range(len(upload.choices)),
            format_func=lambda at: f"{upload.choices[at].label} ({IMPORTERS[upload.choices[at].importer].label})",
            help="These files are imported one set after the other, each as a batch of its own.",
            key="data_choice",
        )
    choice = upload.choices[place]
    kinds = list(IMPORTERS)
    wanted = st.selectbox(
        "Read as",
        kinds,
        index=kinds.index(choice.importer),
        format_func=lambda name: IMPORTERS[name].label,
        help="Recognized by the columns. Choose another kind if it is wrong.",
        key=f"read_as_{id(upload)}_{place}_{choice.label}",
    )
    if wanted != choice.importer:
        upload.choose(place, desk.read_as(choice, wanted))
    return place


def show_columns(upload: Upload, place: int) -> None:
    """Draw which column holds which field, with the first rows, to be changed."""
    choice = upload.choices[place]
    used = {name: column for name, column in choice.mapping.items() if column}
    idle = [column for column in choice.header if column not in used.values()]
    title = f"Columns: {len(used)} of {len(choice.header)} in use"
    with st.expander(title, expanded="name" not in used or choice.remembered, key=f"columns_{place}"):
        if choice.remembered:
            st.info("These columns were chosen the last time that a file had this header.", icon=":material/history:")
        if "name" not in used:
            st.warning("Choose the column that holds the organizations' names.")
        st.dataframe(_first_rows(choice), hide_index=True, alt="The first rows of the file, as they are.")
        with st.form(f"columns_form_{place}", border=False):
            chosen = _column_boxes(choice, used, place)
            st.caption(f"Not in use: {plain(', '.join(idle))}." if idle else "Every column is in use.")
            if st.form_submit_button("Use these columns"):
                doubled = {column for column in chosen.values() if column and list(chosen.values()).count(column) > 1}
                if doubled:
                    st.error(f"A column can hold one field only: {plain(', '.join(sorted(doubled)))}.")
                else:
                    upload.choose(place, replace(choice, mapping=chosen, remembered=False))
                    st.rerun()


def _column_boxes(choice: Choice, used: Mapping[str, str], place: int) -> dict[str, str]:
    options = [LEFT_OUT, *choice.header]
    chosen: dict[str, str] = {}
    fields = tuple(known_columns())
    rows = (fields[start : start + 3] for start in range(0, len(fields), 3))
    beside = {name: column for row in rows for name, column in zip(row, st.columns(3), strict=False)}
    for name in fields:
        with beside[name]:
            chosen[name] = st.selectbox(
                FIELD_WORDS.get(name, name),
                options,
                index=options.index(used.get(name, LEFT_OUT)),
                format_func=lambda column: clean(column) or "Not in the file",
                key=f"column_{name}_{place}_{choice.label}_{choice.importer}",
            )
    return chosen


def _first_rows(choice: Choice) -> pd.DataFrame:
    rows = [{column: shorten(cell, 120) for column, cell in cells.items()} for cells in choice.sample]
    return pd.DataFrame(rows, columns=list(choice.header))
