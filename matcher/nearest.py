"""The nearest of many vectors, exactly, reading a quarter of the memory: bytes first, float32 only where it counts.

One pass over short rows gives each row a least and a most. Rows whose most does not reach what the last of those wanted
has at the least cannot be among the best; all others are compared in full. So the answer is certified, not approximate;
where bytes tell too little apart, every row is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from kb.columns.short import Short

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

_BLAS = ThreadpoolController()
BLOCK = 16_384
"""Short rows that are judged at a time, so that what is made of them stays in the processor's cache."""
GATHERED = 2_048
FIRST = 64
MOST_SHARE = 0.25
"""From which share of the rows on comparing all of them in turn is quicker than picking."""


@dataclass(frozen=True)
class Nearest:
    """The rows with the highest dot products, best first; the lower row comes first among equals.

    Attributes
    ----------
    rows : int64 (count,)
    scores : float32 (count,)
        The dot product summed in float64, rounded.
    compared : int
        How many rows were compared in full.
    everything : bool
        Whether bytes told too little apart and all rows were.
    """

    rows: Rows
    scores: Floats
    compared: int
    everything: bool


def nearest(vectors: Floats, short: Short, query: Floats, count: int, mask: Mask | None = None) -> Nearest:
    """Return the exact best rows by dot product with a query, on one thread.

    Parameters
    ----------
    vectors : float32 (n, d)
        What `short` was made of; possibly memory-mapped.
    query : float32 (d,)
    mask : bool (n,), optional
        Which rows are asked for; all when not given.
    """
    rows, most = _reaching(short, query, len(vectors), count, mask)
    if len(rows) > max(FIRST + count, MOST_SHARE * len(vectors)):
        rows = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
        return _best(rows, _compared(vectors, query, rows), count, len(rows), everything=True)
    order = np.argsort(-most, kind="stable")
    rows, most = rows[order], most[order]
    first = min(len(rows), count + FIRST)
    scores = _compared(vectors, query, rows[:first])
    if len(scores) >= count:
        last = np.partition(scores, len(scores) - count)[-count]
        rows = rows[: max(first, int(np.searchsorted(-most, -last, side="right")))]
    scores = np.concatenate([scores, _compared(vectors, query, rows[first:])])
    return _best(rows, scores, count, len(rows), everything=False)


def _reaching(short: Short, query: Floats, n: int, count: int, mask: Mask | None) -> tuple[Rows, Floats]:
    """Return the rows that could be among the best, and the most that each could have."""
    found: list[tuple[Rows, Floats]] = []
    lowest = np.zeros(0, np.float32)
    for start in range(0, n, BLOCK):
        part = slice(start, min(n, start + BLOCK))
        (least,), (most,) = short.between(query[None], part)
        enough = lowest[0] if len(lowest) == count else np.float32(-np.inf)
        at = np.flatnonzero(most >= enough if mask is None else (most >= enough) & mask[part])
        if len(at):
            found.append((at + start, most[at]))
            lowest = _highest(np.concatenate([lowest, least[at]]), count)
    rows = np.concatenate([rows for rows, _ in found]) if found else np.zeros(0, np.int64)
    most = np.concatenate([most for _, most in found]) if found else np.zeros(0, np.float32)
    kept = most >= lowest[0] if len(lowest) == count else np.ones(len(most), np.bool_)
    return rows[kept], most[kept]


def _highest(values: Floats, count: int) -> Floats:
    """Return the highest values, the lowest of them first."""
    if len(values) > count:
        values = np.partition(values, len(values) - count)[-count:]
    return np.sort(values)


def _compared(vectors: Floats, query: Floats, rows: Rows) -> Floats:
    """Return dot products, the same for a row whatever rows are beside it; float32 (m,)."""
    out = np.empty(len(rows), np.float32)
    wide = query.astype(np.float64)
    with _BLAS.limit(limits=1):
        for start in range(0, len(rows), GATHERED):
            part = rows[start : start + GATHERED]
            out[start : start + len(part)] = vectors[part].astype(np.float64) @ wide
    return out


def _best(rows: Rows, scores: Floats, count: int, compared: int, *, everything: bool) -> Nearest:
    if len(scores) > count:
        kept = scores >= np.partition(scores, len(scores) - count)[-count]
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))[:count]
    return Nearest(rows[order], scores[order], compared, everything)
