"""Power: mutual dependence and imbalance, always as two numbers, with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.charts import ROW
from dashboard.components.palette import Ink
from dashboard.components.text import plain, shorten
from matcher.exchange import Dependency, Ledger, Power
from matcher.exchange.power import load_power_rules

MINUS = "\N{MINUS SIGN}"
UNKNOWN = "not assessed"
SCALE = "1 stands for one wholly important thing that nobody else is known to have."
ON_IT, ON_YOU = "You depend on it", "It depends on you"


def amount(value: float | None, *, signed: bool = False) -> str:
    """Return a dependence with two decimals, or that it is not assessed."""
    if value is None:
        return UNKNOWN
    rounded = round(value, 2) or 0.0
    return (f"{rounded:+.2f}" if signed and rounded else f"{rounded:.2f}").replace("-", MINUS)


def holder(power: Power) -> str:
    """Say in a word or two which side holds more power."""
    if power.mutual is None or power.imbalance is None:
        return UNKNOWN
    if power.mutual == 0:
        return "neither depends"
    if abs(power.imbalance) <= load_power_rules().balanced_share * power.mutual:
        return "balanced"
    return "they do" if power.imbalance > 0 else "you do"


def show_power(power: Power, ledger: Ledger, key: str) -> None:
    """Draw the two numbers, who depends on whom and why, and what would balance it."""
    them = ledger.second.name
    with st.container(horizontal=True, gap="small"):
        st.metric("Mutual dependence", amount(power.mutual), border=True, help=f"The sum: what holds you. {SCALE}")
        st.metric(
            "Imbalance",
            amount(power.imbalance, signed=True),
            border=True,
            help="Your dependence less theirs: above 0 they hold more power, below 0 you do.",
        )
    st.markdown(plain(power.verdict))
    _depends(f"You depend on {plain(them)}", power.first_depends, power.first_on_second, f"{key}_on_it")
    _depends(f"{plain(them)} depends on you", power.second_depends, power.second_on_first, f"{key}_on_you")
    if power.balancing:
        st.markdown("**What would balance it**")
        st.markdown("\n".join(f"- {plain(step)}" for step in power.balancing))


def _depends(title: str, total: float | None, parts: Sequence[Dependency], key: str) -> None:
    with st.expander(f"{title}: {amount(total)}", key=key):
        if not parts:
            st.caption("Nothing is known that it could rest on.")
        else:
            st.markdown("\n".join(f"- **{amount(part.amount)}** {plain(part.text)}" for part in parts))


def power_table(pairs: Sequence[tuple[str, Power]]) -> pd.DataFrame:
    """Return one row per organization: both dependences, sum, difference, who holds more power; Markdown."""
    return pd.DataFrame(
        [
            {
                "Organization": plain(name),
                ON_IT: amount(power.first_depends),
                ON_YOU: amount(power.second_depends),
                "Mutual dependence": amount(power.mutual),
                "Imbalance": amount(power.imbalance, signed=True),
                "More power": holder(power),
            }
            for name, power in pairs
        ]
    )


def power_rows(pairs: Sequence[tuple[str, Power]]) -> list[dict[str, Any]]:
    """Return one row per organization and side whose dependence is known."""
    return [
        {"name": shorten(name, 30), "side": side, "amount": round(value, 3)}
        for name, power in pairs
        for side, value in ((ON_IT, power.first_depends), (ON_YOU, power.second_depends))
        if value is not None
    ]


def power_chart(pairs: Sequence[tuple[str, Power]], ink: Ink) -> alt.LayerChart:
    """Draw both dependences of every pair as two marks on a line; the line is the imbalance."""
    rows = power_rows(pairs)
    y = alt.Y(
        "name:N",
        sort=[shorten(name, 30) for name, _ in pairs],
        title=None,
        axis=alt.Axis(labelLimit=190, labelOverlap=False, labelColor=ink.quiet, ticks=False, domain=False),
    )
    x = alt.X(
        "amount:Q",
        title="Dependence",
        scale=alt.Scale(domainMin=0, nice=True),
        axis=alt.Axis(tickCount=5, labelColor=ink.quiet, titleColor=ink.quiet, gridColor=ink.ghost, gridOpacity=0.4),
    )
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    spans = base.mark_line(color=ink.ghost, strokeWidth=3).encode(x=x, detail="name:N")
    color = alt.Scale(domain=[ON_IT, ON_YOU], range=[ink.loss, ink.bar])
    shape = alt.Scale(domain=[ON_IT, ON_YOU], range=["circle", "diamond"])
    legend = alt.Legend(title=None, orient="top", columns=1, labelColor=ink.text, symbolSize=120, labelLimit=300)
    marks = base.mark_point(filled=True, size=130, opacity=1).encode(
        x=x,
        color=alt.Color("side:N", scale=color, legend=legend),
        shape=alt.Shape("side:N", scale=shape, legend=legend),
        tooltip=[
            alt.Tooltip("name:N", title="Organization"),
            alt.Tooltip("side:N", title="Side"),
            alt.Tooltip("amount:Q", title="Dependence", format=".2f"),
        ],
    )
    chart: alt.LayerChart = (spans + marks).properties(height=(ROW + 8) * len(pairs) + 130)
    return chart
