"""Where the organizations of a network are drawn: tied ones near each other, none upon another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matcher.landscape.network import Network

ROUNDS = 250
GRAVITY = 1.5


def spring_places(network: Network) -> NDArray[np.float64]:
    """Return a place for every row of a network; always the same for the same network; float64 (rows, 2), in -1..1.

    Ties pull and organizations push (Fruchterman and Reingold, "Graph Drawing by Force-directed Placement", Software:
    Practice and Experience, 1991), from a spiral with the strongest tied in the middle.
    """
    count = len(network.rows)
    if count < 2:
        return np.zeros((count, 2))
    at = {row: place for place, row in enumerate(network.rows)}
    pull = np.zeros((count, count))
    for tie in network.ties:
        pull[at[tie.one], at[tie.other]] = pull[at[tie.other], at[tie.one]] = min(1.0, 0.3 + 0.2 * tie.weight)
    order = np.arange(count)
    turn = order * np.pi * (3 - np.sqrt(5))
    places = np.sqrt(order / count)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    usual = 1.6 / np.sqrt(count)
    for heat in np.linspace(0.15, 0.005, ROUNDS):
        step = places[:, None] - places[None]
        distance = np.maximum(np.hypot(step[..., 0], step[..., 1]), 0.01)
        force = usual**2 / distance**2 - pull * distance / usual
        np.fill_diagonal(force, 0)
        move = (step * force[..., None]).sum(axis=1) - GRAVITY * places
        length = np.maximum(np.hypot(move[:, 0], move[:, 1]), 1e-9)
        places = places + move / length[:, None] * np.minimum(length, heat)[:, None]
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - (low + high) / 2) / np.maximum((high - low) / 2, 1e-9))
