"""The knowledge base as a file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from dashboard.components.data_progress import counted, shown_progress
from dashboard.components.errors import errors_in_words
from dashboard.data_desk import DataDesk
from matcher.export.knowledge import write_knowledge

READY = "export_ready"


@dataclass(frozen=True)
class Kind:
    """A format that can be asked for."""

    ending: str
    label: str
    words: str
    mime: str


KINDS = (
    Kind(
        ".xlsx",
        "Excel workbook",
        "Sheets of organizations, of facts with their status, evidence and source, of engagements and of relations.",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    Kind(
        ".csv",
        "CSV",
        "One line per organization, with the codes of its facts, in columns that can be edited and imported again.",
        "text/csv",
    ),
    Kind(
        ".jsonl",
        "JSON lines",
        "One whole profile a line, every fact with its status, evidence and source; for programs.",
        "application/jsonl",
    ),
)


@dataclass(frozen=True)
class Ready:
    """A file that was written; it goes away with the session."""

    folder: tempfile.TemporaryDirectory[str]
    path: Path
    kind: Kind
    organizations: int
    version: int


def show_export(desk: DataDesk) -> None:
    """Draw the choice of a format, and the file when it is ready."""
    count = desk.kb.count()["organizations"]
    if not count:
        st.caption("There is no organization to export yet.")
        return
    chosen = st.radio(
        "Format",
        KINDS,
        format_func=lambda kind: kind.label,
        captions=[kind.words for kind in KINDS],
        key="export_kind",
    )
    st.caption("No text in a workbook or CSV file can run as a formula.")
    if st.button(f"Prepare {counted(count, 'organization')}", type="primary", key="prepare_export"):
        _prepare(desk, chosen)
    ready = st.session_state.get(READY)
    if isinstance(ready, Ready) and ready.kind.ending == chosen.ending:
        st.download_button(
            f"Download {ready.kind.label} ({counted(ready.organizations, 'organization')}, {size_words(ready.path)})",
            ready.path.read_bytes,
            file_name=ready.path.name,
            mime=ready.kind.mime,
            on_click="ignore",
            icon=":material/download:",
            key="download_export",
        )
        if ready.version != desk.version():
            st.caption("The knowledge base has changed since; prepare it again for the newest state.")


def _prepare(desk: DataDesk, kind: Kind) -> None:
    st.session_state.pop(READY, None)
    folder = tempfile.TemporaryDirectory(prefix="dancecard-")
    path = Path(folder.name) / f"dancecard {date.today().isoformat()}{kind.ending}"
    with errors_in_words(), shown_progress("Writing", can_stop="Stopping changes nothing.") as progress:
        version = desk.version()
        count = write_knowledge(desk.kb, path, progress)
        st.session_state[READY] = Ready(folder, path, kind, count, version)


def size_words(path: Path) -> str:
    """Return a file's size for people."""
    size = path.stat().st_size
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"
