"""Which organizations lie inside a shape on the map, and which are drawn when there are too many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.landscape.projection import Floats


def inside_polygon(places: Floats, corners: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    """Return which places lie inside a polygon, by the even-odd rule; bool (m,).

    Parameters
    ----------
    places : float32 (m, 2)
    corners : sequence of (x, y)
        In order; the last is joined to the first. Fewer than three hold nothing.
    """
    shape = np.asarray(corners, np.float64).reshape(-1, 2)
    found = np.zeros(len(places), np.bool_)
    if len(shape) < 3:
        return found
    near = np.flatnonzero(((places >= shape.min(axis=0)) & (places <= shape.max(axis=0))).all(axis=1))
    x, y = places[near, 0].astype(np.float64), places[near, 1].astype(np.float64)
    odd = np.zeros(len(near), np.bool_)
    for (x1, y1), (x2, y2) in zip(shape, np.roll(shape, -1, axis=0), strict=True):
        if y1 != y2:
            crosses = (y1 > y) != (y2 > y)
            odd ^= crosses & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    found[near] = odd
    return found


def inside_box(places: Floats, x: Sequence[float], y: Sequence[float]) -> NDArray[np.bool_]:
    """Return which places lie inside a box given by the ends of its sides, in any order; bool (m,)."""
    low, high = np.array([min(x), min(y)]), np.array([max(x), max(y)])
    return np.asarray(((places >= low) & (places <= high)).all(axis=1))


def even_sample(count: int, most: int) -> NDArray[np.int64]:
    """Return at most `most` of `count` positions, evenly spaced and ascending; int64 (min(count, most),)."""
    if count <= most:
        return np.arange(count)
    return np.asarray(np.linspace(0, count - 1, most).round(), np.int64)
