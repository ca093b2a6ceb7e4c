"""Altair charts from plain data; every one has words and a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.palette import Ink, component_color
from dashboard.components.text import clean, points, shorten
from matcher.results import Candidate, Contribution

ROW = 28
Drawing = alt.Chart | alt.LayerChart | dict[str, Any]


def draw(chart: Drawing, description: str, width: int | None = None) -> None:
    """Draw a chart with its words for those who do not see it.

    The specification goes to the browser unchecked: Altair's own check takes longer than all the rest of a rerun.
    """
    spec = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    st.vega_lite_chart(spec=spec, alt=description, width=width or "stretch")


def contribution_rows(contributions: Sequence[Contribution]) -> list[dict[str, Any]]:
    """Return one row per contribution: label, points, and how it reads."""
    return [
        {"label": item.label, "points": round(float(item.points), 2), "state": _state(item), "reads": _reads(item)}
        for item in contributions
        if not (item.weight == 0 and item.points == 0)
    ]


def _state(item: Contribution) -> str:
    if item.points < 0:
        return "takes off"
    return "adds" if item.points > 0 or item.value is not None else "not assessed"


def _reads(item: Contribution) -> str:
    if item.value is None and item.weight > 0:
        return "not assessed"
    return points(item.points)


def contribution_chart(contributions: Sequence[Contribution], ink: Ink) -> dict[str, Any]:
    """Return the Vega-Lite chart of what each component adds to one candidate's score.

    It is written out: it is drawn anew at every weight, and Altair's objects take a third of such a rerun.
    """
    rows = contribution_rows(contributions)
    # Room for the words beside the bars.
    heights = [row["points"] for row in rows]
    scale = {"domain": [min(min(heights) - 4, 0), max(*heights, 10) * 1.35]}
    bare = {"labels": False, "ticks": False, "grid": False, "domain": False}
    states = {"adds": ink.bar, "takes off": ink.loss, "not assessed": ink.ghost}
    x = {"field": "points", "type": "quantitative", "scale": scale, "title": None, "axis": bare}
    names = {"labelLimit": 170, "labelColor": ink.quiet, "ticks": False, "domain": False}
    tips = (("label", "Component"), ("reads", "Points"))
    words = {"x": x, "text": {"field": "reads", "type": "nominal"}}
    bars = {
        "x": x,
        "color": {
            "field": "state",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": [*states], "range": [*states.values()]},
        },
        "tooltip": [{"field": field, "type": "nominal", "title": title} for field, title in tips],
    }
    return {
        "data": {"values": rows},
        "height": ROW * len(rows),
        "encoding": {"y": {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": names}},
        "layer": [
            {"mark": {"type": "bar", "height": 14, "cornerRadiusEnd": 3}, "encoding": bars},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": ink.quiet},
                "transform": [{"filter": "datum.points >= 0"}],
                "encoding": words,
            },
            {
                "mark": {"type": "text", "align": "right", "dx": -5, "color": ink.quiet},
                "transform": [{"filter": "datum.points < 0"}],
                "encoding": words,
            },
        ],
    }


def breakdown_rows(candidates: Sequence[Candidate]) -> pd.DataFrame:
    """Return one row per candidate and component that adds or takes off points."""
    return pd.DataFrame(
        [
            {
                "name": f"{candidate.rank}. {shorten(clean(candidate.organization.name), 34)}",
                "component": item.label,
                "points": round(float(item.points), 2),
                "order": order,
                "score": round(float(candidate.score)),
            }
            for candidate in candidates
            for order, item in enumerate(candidate.contributions)
            if item.points
        ]
    )


def breakdown_chart(candidates: Sequence[Candidate], ink: Ink) -> alt.LayerChart:
    """Draw every candidate's score as stacked contributions, best first."""
    rows = breakdown_rows(candidates)
    shown = {item.label: component_color(item.component) for item in candidates[0].contributions}
    y = alt.Y(
        "name:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=230, labelOverlap=False, labelColor=ink.quiet, ticks=False, domain=False),
    )
    bars = (
        alt.Chart(rows)
        .mark_bar(height=16, stroke=ink.paper, strokeWidth=1)
        .encode(
            y=y,
            x=alt.X(
                "points:Q",
                title="Points",
                axis=alt.Axis(tickCount=6, format="d", labelColor=ink.quiet, titleColor=ink.quiet),
            ),
            color=alt.Color(
                "component:N",
                title=None,
                scale=alt.Scale(domain=list(shown), range=list(shown.values())),
                legend=None,
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("name:N", title="Candidate"),
                alt.Tooltip("component:N", title="Component"),
                alt.Tooltip("points:Q", title="Points", format=".0f"),
            ],
        )
    )
    tops = rows[rows["points"] > 0].groupby("name", sort=False).agg(points=("points", "sum"), score=("score", "first"))
    totals = (
        alt.Chart(tops.reset_index())
        .mark_text(align="left", dx=5, color=ink.text, fontWeight="bold")
        .encode(y=y, x="points:Q", text="score:Q")
    )
    chart: alt.LayerChart = (bars + totals).properties(height=(ROW + 2) * len(candidates) + 60)
    return chart


def breakdown_legend(candidates: Sequence[Candidate], ink: Ink) -> alt.LayerChart:
    """Draw which color is which component, in two columns that fit the narrowest screen."""
    labels = {item.component: item.label for candidate in candidates for item in candidate.contributions if item.points}
    rows = pd.DataFrame(
        [
            {"label": label, "name": name, "column": place % 2, "row": place // 2}
            for place, (name, label) in enumerate(labels.items())
        ]
    )
    x = alt.X("column:Q", axis=None, scale=alt.Scale(domain=[-0.03, 2]))
    base = alt.Chart(rows).encode(x=x, y=alt.Y("row:O", axis=None))
    scale = alt.Scale(domain=list(labels), range=[component_color(name) for name in labels])
    squares = base.mark_point(shape="square", size=110, filled=True, opacity=1).encode(
        color=alt.Color("name:N", legend=None, scale=scale)
    )
    words = base.mark_text(align="left", dx=12, color=ink.text).encode(text="label:N")
    chart: alt.LayerChart = (squares + words).properties(height=22 * (1 + len(labels) // 2))
    return chart


def breakdown_table(candidates: Sequence[Candidate]) -> pd.DataFrame:
    """Return the same as a table: a row per candidate, a column per component, whole points."""
    rows: list[dict[str, Any]] = []
    for candidate in candidates:
        row: dict[str, Any] = {"Rank": candidate.rank, "Organization": clean(candidate.organization.name)}
        row |= {item.label: _reads(item) for item in candidate.contributions}
        rows.append(row | {"Score": round(candidate.score)})
    return pd.DataFrame(rows)


def weights_chart(shares: pd.DataFrame, ink: Ink) -> alt.LayerChart:
    """Draw the weight of every component; columns ``label`` and ``share`` (0..1)."""
    y = alt.Y(
        "label:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, labelColor=ink.quiet, ticks=False, domain=False)
    )
    x = alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, float(shares["share"].max()) * 1.2]))
    base = alt.Chart(shares).encode(y=y, x=x)
    chart: alt.LayerChart = (
        base.mark_bar(height=14, cornerRadiusEnd=3, color=ink.bar)
        + base.mark_text(align="left", dx=5, color=ink.quiet).encode(text=alt.Text("share:Q", format=".0%"))
    ).properties(height=ROW * len(shares))
    return chart
