"""Downloads of a ranking: Word brief, Excel shortlist, JSON; each is written when it is asked for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from matcher.export import write_ranking
from matcher.results import Ranking


@dataclass(frozen=True)
class Format:
    """One kind of file: what the button says, how the file ends, and its media type."""

    label: str
    ending: str
    mime: str


FORMATS = (
    Format("Word brief", ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    Format("Excel shortlist", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    Format("JSON", ".json", "application/json"),
)
UNSAFE = re.compile(r"[^a-z0-9]+")


def file_name(ranking: Ranking, what: str, ending: str) -> str:
    """Return a name that every system takes, from the brief's title."""
    stem = UNSAFE.sub("-", ranking.brief.title.lower()).strip("-")[:60] or "brief"
    return f"{stem}-{what}{ending}"


def as_bytes(ranking: Ranking, ending: str) -> bytes:
    """Return a ranking as the bytes of a file.

    Raises
    ------
    matcher.errors.MatcherError
        When the ending is unknown.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"ranking{ending}")
        write_ranking(ranking, path)
        return path.read_bytes()


def _later(ranking: Ranking, ending: str) -> Callable[[], bytes]:
    return lambda: as_bytes(ranking, ending)


def show_export_buttons(ranking: Ranking, what: str = "partners", words: str = "") -> None:
    """Draw one button per format, after `words`; by default after how many candidates the files hold."""
    count = len(ranking.candidates)
    if not count and not ranking.set_apart:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"export_{what}"):
        st.caption(words or (f"Download these {count:,}" if count > 1 else "Download"), width="content")
        for kind in FORMATS:
            st.download_button(
                kind.label,
                data=_later(ranking, kind.ending),
                file_name=file_name(ranking, what, kind.ending),
                mime=kind.mime,
                key=f"export_{what}_{kind.ending[1:]}",
                on_click="ignore",
            )
