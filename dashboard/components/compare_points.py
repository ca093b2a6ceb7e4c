"""Where the points come from, side by side: a dot plot and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.charts import draw
from dashboard.components.compare_marks import mark_names, marks_legend, marks_of
from dashboard.components.compare_needs import column_names
from dashboard.components.labels import listed
from dashboard.components.palette import Ink, ink
from dashboard.components.text import plain, points
from dashboard.partnering_desk import Compared
from matcher.results import Contribution

LANE = 11
NOT_ASSESSED = "not assessed"


def components_of(compared: Sequence[Compared]) -> dict[str, str]:
    """Return the labels of all components that add or take off something for anybody, by name."""
    found: dict[str, str] = {}
    late: dict[str, str] = {}
    for item in compared:
        for part in item.candidate.contributions:
            if part.weight > 0:
                found[part.component] = part.label
            elif part.points:
                late[part.component] = part.label
    return {**found, **late}


def _parts(item: Compared) -> dict[str, Contribution]:
    return {part.component: part for part in item.candidate.contributions}


def _reads(part: Contribution | None) -> str:
    if part is None or (part.weight == 0 and not part.points):
        return "0"
    if part.value is None and part.weight > 0:
        return NOT_ASSESSED
    return points(part.points) if round(part.points) else "0"


def point_rows(compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """Return one row per component and organization: points, how they read, whether they are known."""
    return [
        {
            "component": label,
            "name": name,
            "points": round(float(part.points), 2) if part else 0.0,
            "reads": _reads(part),
            "known": "assessed" if _reads(part) != NOT_ASSESSED else NOT_ASSESSED,
        }
        for item, name in zip(compared, mark_names(compared), strict=True)
        for component, label in components_of(compared).items()
        for part in [_parts(item).get(component)]
    ]


def points_table(compared: Sequence[Compared]) -> pd.DataFrame:
    """Return one row per component, a column per organization, whole points, and the score below; Markdown."""
    parts = [_parts(item) for item in compared]
    rows = [
        [plain(label), *(_reads(mine.get(component)) for mine in parts)]
        for component, label in components_of(compared).items()
    ]
    rows.append(["**Score**", *(f"**{item.candidate.score:.0f}**" for item in compared)])
    return pd.DataFrame(rows, columns=["Component", *column_names(compared)])


def dot_plot(compared: Sequence[Compared], colors: Ink) -> alt.LayerChart:
    """Draw a row per component and a mark per organization; hollow where it is not assessed."""
    names = mark_names(compared)
    how = marks_of(compared, colors)
    base = alt.Chart(alt.InlineData(values=point_rows(compared)))
    y = alt.Y(
        "component:N",
        sort=list(components_of(compared).values()),
        title=None,
        axis=alt.Axis(labelLimit=172, labelColor=colors.quiet, ticks=False, domain=False, grid=False),
        scale=alt.Scale(paddingInner=0.15),
    )
    x = alt.X(
        "points:Q",
        title="Points",
        axis=alt.Axis(
            tickCount=6,
            format="d",
            labelColor=colors.quiet,
            titleColor=colors.quiet,
            gridColor=colors.ghost,
            gridOpacity=0.45,
        ),
    )
    lane = alt.YOffset("name:N", sort=names)
    stems = base.mark_rule(color=colors.ghost, strokeWidth=1.5).encode(x=x, x2=alt.datum(0), y=y, yOffset=lane)
    marks = base.mark_point(size=90, strokeWidth=1.5, opacity=1).encode(
        x=x,
        y=y,
        yOffset=lane,
        color=how.color,
        fill=how.fill,
        shape=how.shape,
        fillOpacity=alt.condition("datum.known == 'assessed'", alt.value(1), alt.value(0)),
        tooltip=[
            alt.Tooltip("name:N", title="Organization"),
            alt.Tooltip("component:N", title="Component"),
            alt.Tooltip("reads:N", title="Points"),
        ],
    )
    height = len(components_of(compared)) * (LANE * len(compared) + 8) + 60
    chart: alt.LayerChart = (stems + marks).properties(height=height)
    return chart


def widest_difference(compared: Sequence[Compared]) -> str:
    """Say which component tells the organizations apart most."""
    spreads: dict[str, float] = {}
    for component, label in components_of(compared).items():
        held = [_parts(item)[component].points for item in compared if component in _parts(item)]
        spreads[label] = max(held) - min(held) if len(held) > 1 else 0.0
    apart = [f"“{label}”" for label, spread in sorted(spreads.items(), key=lambda pair: -pair[1])[:2] if spread >= 1]
    return f"They differ most in {listed(apart)}." if apart else "Their points hardly differ."


def show_points(compared: Sequence[Compared]) -> None:
    """Draw what every component adds to each score."""
    st.header("Where the points come from", anchor=False)
    st.markdown(plain(widest_difference(compared)))
    draw(marks_legend(compared, ink()), "Marks of the organizations in the chart below.", width=340)
    draw(
        dot_plot(compared, ink()),
        "Dot plot of what each component adds to each score, a row per component and a mark per organization; "
        "the table below has the same points.",
    )
    st.caption("A hollow mark is not assessed: nothing is known that bears on it.")
    table = points_table(compared)
    st.table(table, hide_index=True, border="horizontal", alt="Points by component and organization.")
