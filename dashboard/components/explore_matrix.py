"""Capacities by sector and by country: a heat map, the same as a table, and who is in a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.explore_colors import SCALE, is_dark
from dashboard.components.explore_list import show_list
from dashboard.components.palette import Ink, ink
from dashboard.components.text import percent
from dashboard.explore_desk import ExploreDesk
from matcher.landscape.matrix import CapacityMatrix

SECTOR, SEAT, WORK = "Sector", "Country of the seat", "Country they work in"
CELL = 30
HEAD = 105
"""Width of a column, in pixels, in which its head can stand level."""
SELECTION = "cell"
ENOUGH = 5
"""Of how many organizations capacities must be known for their share to set the scale of the colors."""


def show_matrices(explore: ExploreDesk) -> None:
    """Draw the matrix by sector or by country, and the organizations of one cell."""
    by = st.segmented_control(
        "Capacities by", (SECTOR, SEAT, WORK), default=SECTOR, key="matrix_by", bind="query-params", required=True
    )
    matrix = explore.by_sector() if by == SECTOR else explore.by_country(by == WORK)
    if not matrix.others or not matrix.counts.any():
        st.info("No capacity of an organization is known here yet.")
        return
    labels = _labels(explore, by == SECTOR)
    look = ink()
    spec = explore.kept(
        ("matrix", by, look),
        lambda: matrix_chart(matrix_rows(explore, matrix, labels), by or SECTOR, look).to_dict(validate=False),
    )
    chart, side = st.columns([5, 3], gap="medium")
    with chart:
        st.vega_lite_chart(
            spec=spec,
            key=f"matrix_{by}",
            on_select=_picked(f"matrix_{by}", f"matrix_other_{by}"),
            selection_mode=SELECTION,
            alt=f"Heat map of capacities by {(by or SECTOR).lower()}; the table below has the same numbers.",
        )
        st.caption(
            "The number counts the organizations that are known to have the capacity; the color is their share of "
            "those in the column of whom any capacity is known. An empty cell means nobody known, not nobody."
        )
    with side:
        _show_cell(explore, matrix, labels, by or SECTOR)
    st.header("The same as a table", anchor=False)
    st.dataframe(matrix_table(explore, matrix, labels), hide_index=True, alt="Organizations by capacity.")


def _labels(explore: ExploreDesk, sectors: bool) -> Callable[[str], str]:
    vocabulary = explore.vocabulary
    if sectors:
        return lambda code: vocabulary.sectors[code]
    return lambda code: vocabulary.places[code].label


def matrix_rows(explore: ExploreDesk, matrix: CapacityMatrix, labels: Callable[[str], str]) -> pd.DataFrame:
    """Return one row per cell: codes, labels, count, share of those known (0..1)."""
    capacities = explore.vocabulary.capacities
    return pd.DataFrame(
        [
            {
                "capacity": capacity,
                "other": other,
                "Capacity": capacities[capacity].label,
                "Where": labels(other),
                "count": int(matrix.counts[row, column]),
                "share": round(float(matrix.counts[row, column] / max(1, matrix.known[column])), 4),
                "known": int(matrix.known[column]),
                "reads": _short(int(matrix.counts[row, column])),
            }
            for row, capacity in enumerate(matrix.capacities)
            for column, other in enumerate(matrix.others)
        ]
    )


def _short(count: int) -> str:
    if not count:
        return ""
    return str(count) if count < 1_000 else f"{count / 1_000:.1f}k" if count < 10_000 else f"{count / 1_000:.0f}k"


def matrix_chart(rows: pd.DataFrame, by: str, ink: Ink) -> alt.LayerChart:
    """Draw cells with their counts; a click on one selects it."""
    low, high = SCALE[is_dark(ink)]
    told = rows[rows["known"] >= ENOUGH]
    top = max(float((told if len(told) else rows)["share"].max()), 0.01)
    middle = 0.6 * top
    cell = alt.selection_point(name=SELECTION, fields=["capacity", "other"], on="click")
    base = alt.Chart(alt.InlineData(values=rows.to_dict("records"))).encode(
        x=alt.X(
            "Where:N",
            sort=None,
            title=None,
            axis=alt.Axis(
                orient="top",
                labelAngle=alt.ExprRef(f"width < {rows['Where'].nunique() * HEAD} ? -40 : 0"),
                labelAlign=alt.ExprRef(f"width < {rows['Where'].nunique() * HEAD} ? 'left' : 'center'"),
                labelOverlap=False,
                labelLimit=150,
                labelColor=ink.quiet,
                labelFlush=False,
                ticks=False,
                domain=False,
            ),
        ),
        y=alt.Y(
            "Capacity:N",
            sort=None,
            title=None,
            axis=alt.Axis(
                labelLimit=150, labelColor=ink.quiet, labelFlush=False, labelOverlap=False, ticks=False, domain=False
            ),
        ),
    )
    cells = (
        base.mark_rect(stroke=ink.paper, strokeWidth=2, cursor="pointer")
        .encode(
            color=alt.Color("share:Q", legend=None, scale=alt.Scale(domain=[0, top], range=[low, high], clamp=True)),
            tooltip=[
                alt.Tooltip("Capacity:N"),
                alt.Tooltip("Where:N", title=by),
                alt.Tooltip("count:Q", title="Organizations", format=","),
                alt.Tooltip("share:Q", title="Of those known", format=".0%"),
            ],
        )
        .add_params(cell)
    )
    # On a narrow screen the numbers would run into each other; the table has them.
    size = alt.ExprRef(f"width < {rows['Where'].nunique() * 26} ? 0 : 12")
    strong = ink.paper
    words = base.mark_text(fontSize=size, clip=True).encode(
        text="reads:N", color=alt.condition(f"datum.share > {middle}", alt.value(strong), alt.value(ink.text))
    )
    chart: alt.LayerChart = (cells + words).properties(height=CELL * rows["Capacity"].nunique())
    return chart


def matrix_table(explore: ExploreDesk, matrix: CapacityMatrix, labels: Callable[[str], str]) -> pd.DataFrame:
    """Return the counts, with how many organizations there are and of how many any capacity is known."""
    capacities = explore.vocabulary.capacities
    heads = ["All organizations", "Any capacity known", *(capacities[code].label for code in matrix.capacities)]
    body = {
        labels(other): [int(matrix.organizations[at]), int(matrix.known[at]), *matrix.counts[:, at].tolist()]
        for at, other in enumerate(matrix.others)
    }
    return pd.DataFrame({"Capacity": heads, **body})


def _picked(chart: str, other_key: str) -> Callable[[], None]:
    def take() -> None:
        selection: Mapping[str, list[dict[str, str]]] = st.session_state[chart]["selection"]
        cells = selection.get(SELECTION) or []
        if cells:
            st.session_state["matrix_capacity"] = cells[0]["capacity"]
            st.session_state[other_key] = cells[0]["other"]

    return take


def _show_cell(explore: ExploreDesk, matrix: CapacityMatrix, labels: Callable[[str], str], by: str) -> None:
    st.header("Who they are", anchor=False)
    largest, widest = np.unravel_index(int(matrix.counts.argmax()), matrix.counts.shape)
    st.session_state.setdefault("matrix_capacity", matrix.capacities[int(largest)])
    capacity = st.selectbox(
        "Capacity",
        matrix.capacities,
        format_func=lambda code: explore.vocabulary.capacities[code].label,
        key="matrix_capacity",
        bind="query-params",
    )
    key = f"matrix_other_{by}"
    if st.session_state.get(key) not in matrix.others:
        st.session_state[key] = matrix.others[int(widest)]
    other = st.selectbox(by, matrix.others, format_func=labels, key=key)
    rows = _members(explore, capacity, other, by)
    column = matrix.others.index(other)
    known, everybody = int(matrix.known[column]), int(matrix.organizations[column])
    st.caption(
        f"{len(rows):,} known to have it: {percent(len(rows) / max(1, known))} of the {known:,} of whom any capacity "
        f"is known; of {everybody - known:,} nothing is known. The strongest first."
    )
    if len(rows):
        show_list(explore, rows.tolist(), f"cell_{by[:7]}_{by[-4:]}_{capacity}_{other}".replace(" ", "_"))


def _members(explore: ExploreDesk, capacity: str, other: str, by: str) -> NDArray[np.int64]:
    return explore.in_sector(capacity, other) if by == SECTOR else explore.in_country(capacity, other, by == WORK)
