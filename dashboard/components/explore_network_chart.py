"""The network as a chart: organizations as dots, what joins them as lines."""

from __future__ import annotations

from typing import Any

from dashboard.components.explore_colors import sector_color
from dashboard.components.palette import Ink
from dashboard.components.text import clean, shorten
from dashboard.explore_desk import ExploreDesk
from matcher.landscape.network import Network, Tie
from matcher.landscape.springs import spring_places

HEIGHT = 600
SCALE = 300
"""Half the width of the drawing; the browser draws lines between whole numbers."""
NAMED = 18
"""How many of the strongest tied carry their name on the chart."""


def network_spec(explore: ExploreDesk, network: Network, center: int | None, ink: Ink) -> dict[str, Any]:
    """Return the chart for ECharts; `center` is the row that the network is around."""
    strength = dict.fromkeys(network.rows, 0.0)
    for tie in network.ties:
        strength[tie.one] += tie.weight
        strength[tie.other] += tie.weight
    top = max(strength.values(), default=1.0) or 1.0
    named = set(sorted(network.rows, key=lambda row: -strength[row])[:NAMED]) | {center}
    sectors = _sectors(explore, network)
    categories = sorted(set(sectors.values()), key=lambda item: item[0])
    place = {row: at for at, row in enumerate(network.rows)}
    places = spring_places(network)
    nodes = [
        {
            "id": str(row),
            "x": round(SCALE * float(places[at, 0])),
            "y": round(SCALE * float(places[at, 1])),
            "name": shorten(clean(explore.name(row)), 48),
            "value": len([tie for tie in network.ties if row in (tie.one, tie.other)]),
            "symbolSize": 34 if row == center else 9 + 17 * (strength[row] / top) ** 0.5,
            "category": categories.index(sectors[row]),
            "label": {"show": row in named, "fontWeight": "bold" if row == center else "normal"},
        }
        for at, row in enumerate(network.rows)
    ]
    links = [
        {
            "source": place[tie.one],
            "target": place[tie.other],
            "value": _joined(tie),
            "lineStyle": {"width": round(min(6.0, 0.8 + 1.2 * tie.weight), 2), "color": ink.ghost},
        }
        for tie in network.ties
    ]
    return {
        "animation": False,
        "legend": {"data": [label for label, _ in categories], "bottom": 0, "textStyle": {"color": ink.quiet}},
        "tooltip": {"confine": True},
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "roam": True,
                "selectedMode": "single",
                "select": {"itemStyle": {"borderColor": ink.text, "borderWidth": 3}},
                "emphasis": {"focus": "adjacency", "label": {"show": True}},
                "label": {
                    "position": "right",
                    "color": ink.text,
                    "fontSize": 12,
                    "textBorderColor": ink.paper,
                    "textBorderWidth": 3,
                    "width": 150,
                    "overflow": "truncate",
                },
                "labelLayout": {"hideOverlap": True},
                "tooltip": {"formatter": "{b}<br>joined to {c} of those shown"},
                "categories": [
                    {"name": label, "itemStyle": {"color": sector_color(code, ink)}} for label, code in categories
                ],
                "data": nodes,
                "links": links,
                "edgeSymbol": ["none", "none"],
            }
        ],
    }


def _sectors(explore: ExploreDesk, network: Network) -> dict[int, tuple[str, str]]:
    columns = explore.columns()
    codes = {number: code for code, number in columns.codes.sectors.items()}
    found = {row: codes.get(int(columns.sector[row]), "") for row in network.rows}
    return {row: (explore.vocabulary.sectors.get(code, "Not known"), code) for row, code in found.items()}


def _joined(tie: Tie) -> int:
    return len(tie.engagements) + len(tie.relations)
