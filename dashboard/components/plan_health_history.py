"""The health of a partnership over time, as words, a chart and a table."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.charts import draw
from dashboard.components.palette import COMPONENT, Ink, ink
from dashboard.components.text import day, plain
from matcher.planning import HealthHistory
from matcher.planning.health import HealthScore

DASHES = ([1, 0], [6, 3], [2, 2])


def show_history(history: HealthHistory) -> None:
    """Draw what the latest check says, how it compares, and every check."""
    if not history.scores:
        st.markdown("No health check was recorded yet.")
        return
    latest = history.scores[-1]
    st.subheader(f"As of {day(latest.on)}", anchor=False)
    st.markdown(_verdict(latest))
    if compared := history.compared:
        with st.expander(f"What changed since {day(history.scores[-2].on)}"):
            st.markdown("\n".join(f"- {plain(words)}" for words in compared))
    scale = history.instrument.scale
    draw(
        health_chart(history, ink()),
        f"Means of the answers by section over time, from {min(scale)} to {max(scale)}. The table below has the same.",
    )
    st.table(health_table(history), hide_index=True, border="horizontal", alt="Mean of the answers at every check.")


def _verdict(latest: HealthScore) -> str:
    total = _total(latest)
    if latest.band is not None:
        return f"**{plain(latest.band.title)}** (total {total}): {plain(latest.band.meaning)}"
    count = len(latest.unanswered)
    return f"{count} items were not answered, and they decide the verdict: the total lies between {total}."


def _total(scored: HealthScore) -> str:
    return str(scored.total) if scored.total is not None else f"{scored.lowest} and {scored.highest}"


def health_chart(history: HealthHistory, colors: Ink) -> alt.Chart:
    """Draw one line per section and one for all items; what is not known is a gap."""
    rows = [
        {"on": point.on.isoformat(), "label": point.label, "mean": None if point.mean is None else round(point.mean, 1)}
        for point in history.points
    ]
    labels = list(dict.fromkeys(row["label"] for row in rows))
    inks = list(COMPONENT.values())[: len(labels) - 1]
    dashes = [list(DASHES[place % len(DASHES)]) for place in range(len(labels))]
    scale = history.instrument.scale
    days = sorted({item.on for item in history.scores})
    ticks = [alt.DateTime(year=on.year, month=on.month, date=on.day, utc=True) for on in days]
    key = alt.Legend(orient="bottom", columns=2, labelLimit=0, labelColor=colors.text, symbolType="stroke")
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point={"size": 60}, strokeWidth=2)
        .encode(
            x=alt.X(
                "utcyearmonthdate(on):T",
                title=None,
                axis=alt.Axis(values=ticks, format="%-d %b %Y", labelOverlap=True, labelColor=colors.quiet),
            ),
            y=alt.Y(
                "mean:Q",
                title="Mean of answers",
                scale=alt.Scale(domain=[min(scale), max(scale)]),
                axis=alt.Axis(values=sorted(scale), format="d", labelColor=colors.quiet, titleColor=colors.quiet),
            ),
            color=alt.Color(
                "label:N", title=None, legend=key, scale=alt.Scale(domain=labels, range=[*inks, colors.text])
            ),
            strokeDash=alt.StrokeDash("label:N", title=None, scale=alt.Scale(domain=labels, range=dashes)),
            tooltip=[
                alt.Tooltip("label:N", title="Section"),
                alt.Tooltip("on:N", title="Day"),
                alt.Tooltip("mean:Q", title="Mean", format=".1f"),
            ],
        )
        .properties(height=360)
    )
    return chart


def health_table(history: HealthHistory) -> pd.DataFrame:
    """Return a row per section and one for the total, a column per check, oldest first."""
    columns = _columns(history)
    rows = []
    for place, section in enumerate(history.scores[-1].sections):
        means = (_mean(item.sections[place].mean) for item in history.scores)
        rows.append({"Section": plain(section.title), **dict(zip(columns, means, strict=True))})
    totals = dict(zip(columns, map(_total, history.scores), strict=True))
    return pd.DataFrame([*rows, {"Section": "**Total**", **totals}])


def _columns(history: HealthHistory) -> list[str]:
    """Return a heading per check; several of one day are numbered."""
    days = [day(item.on) for item in history.scores]
    return [
        f"{name} ({days[: place + 1].count(name)})" if days.count(name) > 1 else name for place, name in enumerate(days)
    ]


def _mean(mean: float | None) -> str:
    return "not known" if mean is None else f"{mean:.1f}"
