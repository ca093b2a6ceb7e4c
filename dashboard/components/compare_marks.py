"""A color and a shape for each of those compared, the same in every chart of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from dashboard.components.palette import DARK, Ink
from dashboard.components.text import shorten
from dashboard.partnering_desk import Compared

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
ON_LIGHT = ("#0B6B63", "#C2571A", "#2F62A8", "#9A5BA5", "#8A6410")
ON_DARK = ("#5CC4B6", "#F0A070", "#8FB8EE", "#D79BE2", "#E8C468")
NAME = 42


def mark_names(compared: Sequence[Compared]) -> list[str]:
    """Return the names for a legend, cut where long, told apart where they would be alike."""
    names = [shorten(item.name, NAME) for item in compared]
    return [name if names.count(name) == 1 else f"{place}. {name}" for place, name in enumerate(names, 1)]


@dataclass(frozen=True)
class Marks:
    """How a chart tells organizations apart, by the field ``name``; the legend is a chart of its own."""

    color: alt.Color
    fill: alt.Fill
    shape: alt.Shape


def marks_of(compared: Sequence[Compared], ink: Ink) -> Marks:
    """Return a color and a shape for each."""
    names = mark_names(compared)
    colors = alt.Scale(domain=names, range=list((ON_DARK if ink is DARK else ON_LIGHT)[: len(names)]))
    shapes = alt.Scale(domain=names, range=list(SHAPES[: len(names)]))
    return Marks(
        alt.Color("name:N", scale=colors, legend=None),
        alt.Fill("name:N", scale=colors, legend=None),
        alt.Shape("name:N", scale=shapes, legend=None),
    )


def marks_legend(compared: Sequence[Compared], ink: Ink) -> alt.LayerChart:
    """Draw which mark is whose, one below the other, so that it fits the narrowest screen."""
    names, how = mark_names(compared), marks_of(compared, ink)
    rows = [{"name": name, "at": 0} for name in names]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("at:Q", axis=None, scale=alt.Scale(domain=[-0.03, 1])), y=alt.Y("name:N", sort=names, axis=None)
    )
    marks = base.mark_point(size=100, opacity=1).encode(color=how.color, fill=how.fill, shape=how.shape)
    words = base.mark_text(align="left", dx=12, color=ink.text, fontSize=13).encode(text="name:N")
    chart: alt.LayerChart = (marks + words).properties(height=26 * len(names))
    return chart
