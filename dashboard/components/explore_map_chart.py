"""The map as a chart: points in colored series, group names over them, a lasso and a box to pick with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.components.explore_colors import FIT, group_colors, is_dark, sector_color
from dashboard.components.palette import Ink
from dashboard.components.text import clean, shorten
from dashboard.explore_desk import BriefFit, ExploreDesk
from matcher.landscape.landscape import Landscape
from matcher.landscape.selecting import even_sample, inside_box, inside_polygon

MOST_POINTS = 20_000
HEIGHT = 600
BEST, GOOD, GOOD_SHARE = 20, 100, 0.1
"""How many of the best for a brief stand out, and the share that is told from the rest."""


@dataclass(frozen=True)
class Layer:
    """Points of one color.

    Attributes
    ----------
    label, color : str
    at : int64 (points,)
        Positions in the layout.
    larger : float
        Times the usual size.
    """

    label: str
    color: str
    at: NDArray[np.int64]
    larger: float = 1.0


def drawn(landscape: Landscape, group: int | None) -> NDArray[np.int64]:
    """Return the positions of the layout that are drawn: all, or an even sample, of everybody or of one group."""
    groups = landscape.layout.groups
    at = np.arange(len(groups)) if group is None else np.flatnonzero(groups == group)
    return np.asarray(at[even_sample(len(at), MOST_POINTS)], np.int64)


def sector_layers(explore: ExploreDesk, landscape: Landscape, at: NDArray[np.int64], ink: Ink) -> list[Layer]:
    """Return the points by sector, the largest sector first, so that the smaller lie on top."""
    columns = explore.columns()
    codes = {number: code for code, number in columns.codes.sectors.items()}
    sector = columns.sector[landscape.layout.rows[at]]
    counts = np.bincount(sector, minlength=len(codes) + 1)
    return [
        Layer(
            explore.vocabulary.sectors.get(codes.get(number, ""), "Not known"),
            sector_color(codes.get(number, ""), ink),
            at[sector == number],
        )
        for number in np.argsort(-counts, kind="stable").tolist()
        if counts[number]
    ]


def group_layers(landscape: Landscape, at: NDArray[np.int64]) -> list[Layer]:
    """Return the points by group."""
    colors = group_colors([group.center for group in landscape.groups])
    groups = landscape.layout.groups[at]
    return [
        Layer(group.name, colors[group.number], at[groups == group.number])
        for group in landscape.groups
        if (groups == group.number).any()
    ]


def fit_layers(landscape: Landscape, at: NDArray[np.int64], group: int | None, fit: BriefFit, ink: Ink) -> list[Layer]:
    """Return the points by how well they fit a brief, the best on top, those set apart below.

    The best are drawn whether or not they are among the points sampled.
    """
    layout = landscape.layout
    score, apart = fit.score[layout.rows], fit.apart[layout.rows]
    welcome = ~apart if group is None else ~apart & (layout.groups == group)
    order = np.flatnonzero(welcome)
    order = order[np.argsort(-score[order], kind="stable")]
    rank = np.full(len(layout.rows), np.iinfo(np.int64).max)
    rank[order] = np.arange(len(order))
    seen = np.union1d(at, order[:GOOD])
    tenth = max(GOOD, int(GOOD_SHARE * len(order)))
    colors = FIT[is_dark(ink)]
    layers = [
        Layer("Set apart by the brief", ink.ghost, seen[apart[seen]]),
        Layer("Others", colors[0], seen[~apart[seen] & (rank[seen] >= tenth)]),
        Layer("Best tenth", colors[1], seen[(rank[seen] >= GOOD) & (rank[seen] < tenth)], 1.2),
        Layer(f"Best {GOOD}", colors[2], seen[(rank[seen] >= BEST) & (rank[seen] < GOOD)], 1.5),
        Layer(f"Best {BEST}", colors[3], seen[rank[seen] < BEST], 2),
    ]
    return [layer for layer in layers if len(layer.at)]


def map_frames(explore: ExploreDesk, landscape: Landscape, layers: Sequence[Layer]) -> list[pd.DataFrame]:
    """Return one table of points per layer: x, y, name, and what group it lies in."""
    directory, numbers = explore.directory(), explore.columns().numbers
    layout = landscape.layout
    frames = []
    for layer in layers:
        found = np.searchsorted(directory.numbers, numbers[layout.rows[layer.at]])
        frames.append(
            pd.DataFrame(
                {
                    "x": layout.places[layer.at, 0].round(4),
                    "y": layout.places[layer.at, 1].round(4),
                    "name": [shorten(clean(directory.names[at]), 70) for at in found.tolist()],
                    "group": [landscape.groups[number].name for number in layout.groups[layer.at].tolist()],
                }
            )
        )
    return frames


def map_spec(landscape: Landscape, layers: Sequence[Layer], frames: Sequence[pd.DataFrame], ink: Ink) -> dict[str, Any]:
    """Return the chart for ECharts."""
    size = 3.5 if sum(len(layer.at) for layer in layers) > 4_000 else 8
    axis = {"type": "value", "show": False, "min": -1.08, "max": 1.08}
    series: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "name": layer.label,
            "datasetIndex": number,
            "encode": {"x": "x", "y": "y"},
            "symbolSize": size * layer.larger,
            "itemStyle": {"color": layer.color, "opacity": 0.8},
            "selectedMode": "single",
            "select": {"itemStyle": {"borderColor": ink.text, "borderWidth": 2, "opacity": 1}},
            "tooltip": {"formatter": "<b>{@name}</b><br>{@group}"},
        }
        for number, layer in enumerate(layers)
    ]
    return {
        "animation": False,
        "dataset": [{"source": frame} for frame in frames],
        "xAxis": axis,
        "yAxis": axis,
        "grid": {"left": 4, "right": 4, "top": 34, "bottom": 64},
        "legend": {
            "type": "scroll",
            "bottom": 4,
            "textStyle": {"color": ink.quiet},
            "pageTextStyle": {"color": ink.quiet},
            "pageIconColor": ink.quiet,
        },
        "tooltip": {"trigger": "item", "confine": True},
        "toolbox": {
            "left": 4,
            "top": 0,
            "feature": {
                "brush": {
                    "type": ["polygon", "rect", "clear"],
                    "title": {"polygon": "Lasso", "rect": "Box", "clear": "Clear"},
                }
            },
        },
        "brush": {"xAxisIndex": 0, "yAxisIndex": 0, "outOfBrush": {"colorAlpha": 0.15}, "throttleType": "debounce"},
        "dataZoom": [{"type": "inside", "xAxisIndex": 0}, {"type": "inside", "yAxisIndex": 0}],
        "series": [*series, _names(landscape, ink)],
    }


def _names(landscape: Landscape, ink: Ink) -> dict[str, Any]:
    return {
        "type": "scatter",
        "silent": True,
        "symbolSize": 0,
        "tooltip": {"show": False},
        "data": [
            {"value": [round(group.center[0], 3), round(group.center[1], 3)], "name": group.name}
            for group in landscape.groups
        ],
        "label": {
            "show": True,
            "formatter": "{b}",
            "color": ink.text,
            "fontSize": 12,
            "fontWeight": "bold",
            "textBorderColor": ink.paper,
            "textBorderWidth": 4,
            "lineHeight": 15,
            "width": 150,
            "overflow": "break",
            "align": "center",
        },
        "labelLayout": {"hideOverlap": True},
        "z": 5,
    }


def picked(selection: Mapping[str, Any], landscape: Landscape, layers: Sequence[Layer]) -> NDArray[np.int64] | None:
    """Return the positions of the layout that a selection means, None when nothing is selected.

    A lasso or a box takes in everybody who lies inside, drawn or not; a click takes in one point.
    """
    places = landscape.layout.places
    areas = selection.get("areas") or []
    if areas:
        inside = np.zeros(len(places), np.bool_)
        for area in areas:
            if area.get("brush_type") == "polygon":
                inside |= inside_polygon(places, area["coord_range"])
            elif area.get("brush_type") == "rect":
                inside |= inside_box(places, *area["coord_range"])
        return np.flatnonzero(inside)
    found = [
        layers[item["series_index"]].at[index]
        for item in selection.get("selected") or []
        if item["series_index"] < len(layers)
        for index in item["data_indices"]
        if index < len(layers[item["series_index"]].at)
    ]
    return np.array(found, np.int64) if found else None
