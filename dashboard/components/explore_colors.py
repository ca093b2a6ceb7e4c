"""Colors of points and cells on the Explore page; every one stands beside its words in a legend or a label."""

from __future__ import annotations

from collections.abc import Sequence
from math import dist

from dashboard.components.palette import DARK, Ink

SECTORS = {
    False: {"public": "#2F62A8", "voluntary": "#9A5BA5", "private": "#C08A1E", "other": "#5F6B73", "": "#A9B3B9"},
    True: {"public": "#7DA9E3", "voluntary": "#CF97D9", "private": "#E8C468", "other": "#B9C4CC", "": "#6B7881"},
}
GROUPS = (
    "#0E7C72",
    "#2F62A8",
    "#C08A1E",
    "#9A5BA5",
    "#B4531A",
    "#7A8F2A",
    "#B0486E",
    "#4E9AC7",
    "#8A6B4F",
    "#58B8AB",
)
FIT = {
    False: ("#C3D5D2", "#7DBFB5", "#0E7C72", "#B4531A"),
    True: ("#33504C", "#3F8F85", "#7FE0D2", "#F0A36C"),
}
SCALE = {False: ("#F1F6F5", "#0B6B63"), True: ("#1B252C", "#5CC4B6")}


def is_dark(ink: Ink) -> bool:
    """Return whether the reader's page is dark."""
    return ink is DARK


def sector_color(sector: str, ink: Ink) -> str:
    """Return the color of a sector's points; the empty code is an unknown sector."""
    return SECTORS[is_dark(ink)].get(sector, SECTORS[is_dark(ink)][""])


def group_colors(centers: Sequence[tuple[float, float]]) -> list[str]:
    """Return a color for every group, such that groups of one color lie far apart on the map."""
    chosen: list[int] = []
    for number, center in enumerate(centers):

        def room(color: int, center: tuple[float, float] = center) -> float:
            same = (dist(center, centers[other]) for other, used in enumerate(chosen) if used == color)
            return min(same, default=9.0 - color / 100)

        chosen.append(max(range(len(GROUPS)), key=room) if number >= len(GROUPS) else number)
    return [GROUPS[color] for color in chosen]
