"""The map: every organization with a text, in named groups; pick some by lasso, box, click or group, and open them."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.briefs import pick_brief
from dashboard.components.explore_list import show_list
from dashboard.components.explore_map_chart import (
    HEIGHT,
    Layer,
    drawn,
    fit_layers,
    group_layers,
    map_frames,
    map_spec,
    picked,
    sector_layers,
)
from dashboard.components.palette import ink
from dashboard.components.text import percent, plain, shorten
from dashboard.explore_desk import BriefFit, ExploreDesk
from kb.brief import Brief
from matcher.landscape.landscape import Landscape

COLORS = ("Sector", "Group", "Fit with a brief")


def show_map(explore: ExploreDesk) -> None:
    """Draw the map, what was picked on it, and the groups as a table."""
    with st.spinner("Drawing the map of all organizations…"):
        landscape = explore.landscape()
    if not landscape.groups:
        st.info("No organization has a text yet. The map places organizations by what their texts say they do.")
        return
    color, group, brief = _controls(explore, landscape)
    fit = explore.fit(brief) if brief else None
    at = drawn(landscape, group)
    layers = _layers(explore, landscape, color, at, group, fit)
    chart, side = st.columns([5, 3], gap="medium")
    with chart:
        found = _show_chart(explore, landscape, layers, f"map_{color}_{group}_{brief.id if brief else ''}")
        _show_note(landscape, at, group)
    with side:
        _show_picked(explore, landscape, found, group, fit)
    st.header("The groups", anchor=False)
    st.caption(
        "A group is named after what its members have in common and others have not. "
        "Both shares are counted among those of whom something of that kind is known."
    )
    st.dataframe(
        group_table(landscape),
        hide_index=True,
        column_config={"Organizations": st.column_config.NumberColumn(format="localized")},
        alt="Groups with size and what tells them apart.",
    )


def _controls(explore: ExploreDesk, landscape: Landscape) -> tuple[str, int | None, Brief | None]:
    briefs = explore.desk.kb.briefs()
    options = COLORS if briefs else COLORS[:2]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        color = st.segmented_control(
            "Color", options, default=COLORS[0], key="map_color", bind="query-params", required=True
        )
        names = {group.name: group.number for group in landscape.groups}
        with st.container(width=360):
            group = st.selectbox(
                "Group",
                list(names),
                index=None,
                key="map_group",
                bind="query-params",
                placeholder=f"All {len(names)} groups",
            )
        brief = None
        if color == COLORS[2]:
            with st.container(width=360):
                brief = pick_brief(briefs)
    return color or COLORS[0], names.get(group or ""), brief


def _layers(
    explore: ExploreDesk,
    landscape: Landscape,
    color: str,
    at: NDArray[np.int64],
    group: int | None,
    fit: BriefFit | None,
) -> list[Layer]:
    if fit is not None:
        return fit_layers(landscape, at, group, fit, ink())
    return group_layers(landscape, at) if color == COLORS[1] else sector_layers(explore, landscape, at, ink())


def _show_chart(explore: ExploreDesk, landscape: Landscape, layers: list[Layer], key: str) -> NDArray[np.int64] | None:
    look = ink()
    spec = explore.kept((key, look), lambda: map_spec(landscape, layers, map_frames(explore, landscape, layers), look))
    groups = len(landscape.groups)
    event = st.echarts_chart(
        spec,
        height=HEIGHT,
        key=key,
        on_select="rerun",
        alt=f"Map of {len(landscape.layout.rows)} organizations in {groups} groups; the table below lists the groups.",
    )
    return picked(dict(event["selection"]), landscape, layers)


def _show_note(landscape: Landscape, at: NDArray[np.int64], group: int | None) -> None:
    whole = len(landscape.layout.rows) if group is None else landscape.groups[group].size
    words = ["Those whose texts say alike lie close together; the axes have no meaning of their own."]
    if len(at) < whole:
        words.append(f"{len(at):,} of {whole:,} points are drawn, evenly; a lasso takes in all of them.")
    if landscape.without_text:
        words.append(f"{landscape.without_text:,} more have no text to be placed by.")
    st.caption(" ".join(words))


def _show_picked(
    explore: ExploreDesk,
    landscape: Landscape,
    found: NDArray[np.int64] | None,
    group: int | None,
    fit: BriefFit | None,
) -> None:
    layout = landscape.layout
    if found is None and group is None:
        st.header("Pick some", anchor=False)
        st.markdown(
            "Draw a lasso or a box with the tools above the map, click a point, or choose a group. "
            "Whoever you pick is listed here, to open."
        )
        with st.container(gap=None):
            for one in landscape.groups:
                label = f"{plain(shorten(one.name, 58))} ({one.size:,})"
                st.button(label, key=f"group_{one.number}", type="tertiary", on_click=_choose_group, args=(one.name,))
        return
    title = "Picked" if found is not None else plain(landscape.groups[group or 0].name)
    at = found if found is not None else np.flatnonzero(layout.groups == group)
    rows = layout.rows[at]
    st.header(title, anchor=False)
    if not len(rows):
        st.caption("Nobody lies there.")
        return
    rows = _ordered(explore, rows, fit)
    order = "best fit first" if fit else "by name"
    st.caption(f"{len(rows):,} organizations, {order}. {_makeup(explore, rows)}")
    notes = {int(row): _fit_words(fit, int(row)) for row in rows[:400]} if fit else None
    show_list(explore, rows.tolist(), f"map_{crc32(rows.tobytes()):x}", notes)


def _choose_group(name: str) -> None:
    st.session_state["map_group"] = name


def _fit_words(fit: BriefFit, row: int) -> str:
    return "set apart by the brief" if fit.apart[row] else f"fit {fit.score[row]:.0f} of 100"


def _ordered(explore: ExploreDesk, rows: NDArray[np.int64], fit: BriefFit | None) -> NDArray[np.int64]:
    if fit is not None:
        return np.asarray(rows[np.lexsort((-fit.score[rows], fit.apart[rows]))], np.int64)
    directory, numbers = explore.directory(), explore.columns().numbers[rows].tolist()
    names = [directory.name(number).casefold() for number in numbers]
    return np.asarray(rows[sorted(range(len(rows)), key=names.__getitem__)], np.int64)


def _makeup(explore: ExploreDesk, rows: NDArray[np.int64]) -> str:
    """Say of which sectors the organizations are."""
    columns = explore.columns()
    counts = np.bincount(columns.sector[rows], minlength=len(columns.codes.sectors) + 1)
    parts = [
        f"{explore.vocabulary.sectors[code]} {_share(int(counts[number]), len(rows))}"
        for code, number in columns.codes.sectors.items()
        if counts[number]
    ]
    if counts[0]:
        parts.append(f"sector not known {_share(int(counts[0]), len(rows))}")
    return f"{', '.join(parts)}."


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if part >= 0.005 * whole else "under 1%"


def group_table(landscape: Landscape) -> pd.DataFrame:
    """Return one row per group: name, size, and the shares that its name rests on."""
    return pd.DataFrame(
        {
            "Group": [group.name for group in landscape.groups],
            "Organizations": [group.size for group in landscape.groups],
            "What tells it apart": [
                "; ".join(f"{part.label}: {percent(part.share)}, of all {percent(part.usual)}" for part in group.parts)
                for group in landscape.groups
            ],
        }
    )
