"""Downloads of a dossier: Word, Excel, JSON; each is written when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from dashboard.vetting_desk import Run, VettingDesk, dossier_file

FORMATS = (
    ("Word", ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("Excel", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("JSON", ".json", "application/json"),
)
UNSAFE = re.compile(r"[^a-z0-9]+")


def file_stem(title: str) -> str:
    """Return a file name that every system takes, from a title."""
    return UNSAFE.sub("-", title.lower()).strip("-")[:60] or "dossier"


def dossier_buttons(run: Callable[[], Run], desk: VettingDesk, title: str) -> None:
    """Draw one button per format."""

    def later(ending: str) -> Callable[[], bytes]:
        return lambda: dossier_file(desk.dossier(run(), title), ending)

    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="dossier_buttons"):
        for label, ending, mime in FORMATS:
            st.download_button(
                f"Dossier ({label})",
                data=later(ending),
                file_name=f"{file_stem(title)}{ending}",
                mime=mime,
                key=f"dossier_{ending[1:]}",
                icon=":material/download:",
                on_click="ignore",
            )
