"""Colors with a meaning, the same on every page; chosen to differ under color blindness and on both themes.

A color never stands alone: words or an icon always say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

SECTOR_BADGE = {"public": "blue", "voluntary": "violet", "private": "yellow", "other": "gray"}
STATUS_BADGE = {"stated": "blue", "inferred": "violet", "unverified": "yellow", "confirmed": "green", "rejected": "red"}
SEVERITY_BADGE = {"exclude": "red", "escalate": "red", "caution": "orange", "observation": "gray"}

COMPONENT = {
    "complementarity": "#0E7C72",
    "reciprocity": "#58B8AB",
    "mission_fit": "#2F62A8",
    "audience_fit": "#6C9BD6",
    "place_fit": "#A9C6EA",
    "value_alignment": "#9A5BA5",
    "track_record": "#C08A1E",
    "trust": "#E8C468",
    "thin_evidence": "#8A959D",
    "held_back:complementarity": "#B4531A",
    "held_back:place_fit": "#D98B5F",
}
SPARE = ("#C2571A", "#7A8F2A", "#B0486E")


@dataclass(frozen=True)
class Ink:
    """Colors for drawing on the page's background.

    Attributes
    ----------
    text, quiet : str
        For words and for secondary words; contrast at least 4.5.
    bar, loss, ghost : str
        What adds to a score, what takes off, and what is not assessed.
    """

    text: str
    quiet: str
    bar: str
    loss: str
    ghost: str
    paper: str


LIGHT = Ink(text="#17212B", quiet="#4A5761", bar="#0E7C72", loss="#B4531A", ghost="#B8C2C8", paper="#FFFFFF")
DARK = Ink(text="#E8EDF0", quiet="#B9C4CC", bar="#4FB3A6", loss="#E8935B", ghost="#55636D", paper="#11181D")


def ink() -> Ink:
    """Return the drawing colors of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def component_color(name: str) -> str:
    """Return the color of a scoring component; unknown ones get a spare color that stays theirs."""
    return COMPONENT.get(name) or SPARE[sum(name.encode()) % len(SPARE)]
