"""The nearest of many vectors, exactly, reading a quarter of the memory: int8 rows first, float32 only where it counts.

A row x is kept as bytes b with one scale s, so x = s b + e with a known length of e; so is the query, q = t c + f. Then
x.q differs from s t (b.c) by at most |s b| |f| + |e| |q| (Cauchy-Schwarz). One pass over the bytes gives each row a
most; rows whose most does not reach what the last of those wanted has at the least cannot be among the best. All
others are compared in full. So the answer is certified, not approximate; where bytes tell too little
apart, every row is compared.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Dots = Callable[[Bytes, Bytes, Floats], None]

_BLAS = ThreadpoolController()
STEPS = 127
BLOCK = 16_384
"""Rows of bytes that are judged at a time, so that what is made of them stays in the processor's cache."""
GATHERED = 2_048
ROUNDING = 6e-8
"""Share of |x| |q| by which each float32 operation on the dot product of the bytes can be off."""
OPERATIONS = 16
"""How many of them there are beside the sum."""
FIRST = 64
MOST_SHARE = 0.25
"""From which share of the rows on comparing all of them in turn is quicker than picking."""


def quantise(vectors: Floats) -> tuple[Bytes, Floats, Floats]:
    """Return bytes, scales, and the lengths of what these leave out; int8 (m, d), float32 (m,), float32 (m,)."""
    largest = np.abs(vectors).max(axis=1, initial=0)
    scale = np.asarray(np.where(largest > 0, largest / STEPS, 1), np.float32)
    rows = np.rint(vectors / scale[:, None]).astype(np.int8)
    left = vectors.astype(np.float64) - rows * scale[:, None].astype(np.float64)
    length = np.nextafter(np.linalg.norm(left, axis=1).astype(np.float32), np.float32(np.inf))
    return rows, scale, length


@dataclass(frozen=True)
class Quantised:
    """Vectors as bytes.

    Attributes
    ----------
    rows : int8 (n, d)
    scale : float32 (n,)
        A row is about its bytes times its scale.
    left_out : float32 (n,)
        Length of what that leaves out of the row.
    longest : float
        No row's bytes times its scale are longer.
    """

    rows: Bytes
    scale: Floats
    left_out: Floats
    longest: float

    @classmethod
    def of(cls, vectors: Floats) -> Quantised:
        """Quantise vectors block by block; float32 (n, d), possibly memory-mapped."""
        n, dimension = vectors.shape
        rows, scale, left_out = np.empty((n, dimension), np.int8), np.empty(n, np.float32), np.empty(n, np.float32)
        longest = 0.0
        for start in range(0, n, BLOCK):
            part = slice(start, start + BLOCK)
            rows[part], scale[part], left_out[part] = quantise(np.asarray(vectors[part]))
            wide = rows[part].astype(np.float32)
            lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide, dtype=np.float64)) * scale[part]
            longest = max(longest, float(lengths.max(initial=0)))
        return cls(rows, scale, left_out, longest)


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


def nearest(vectors: Floats, short: Quantised, query: Floats, count: int, mask: Mask | None = None) -> Nearest:
    """Return the exact best rows by dot product with a query, on one thread.

    Parameters
    ----------
    vectors : float32 (n, d)
        What `short` was made of; possibly memory-mapped.
    query : float32 (d,)
    mask : bool (n,), optional
        Which rows are asked for; all when not given.
    """
    rows, most = _reaching(short, query, count, mask)
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


def _reaching(short: Quantised, query: Floats, count: int, mask: Mask | None) -> tuple[Rows, Floats]:
    """Return the rows that could be among the best, and the most that each could have."""
    small, step, left_out = quantise(np.asarray(query, np.float32)[None])
    length = np.float32(np.linalg.norm(query.astype(np.float64)) * (1 + 1e-6))
    rounding = np.float32(ROUNDING * (len(query) + OPERATIONS))
    slack = np.float32(short.longest * 1.000001) * (left_out[0] + rounding * length)
    dots = _dots()
    found: list[tuple[Rows, Floats]] = []
    lowest = np.zeros(0, np.float32)
    for start in range(0, len(short.rows), BLOCK):
        part = slice(start, start + BLOCK)
        near = np.empty(len(short.scale[part]), np.float32)
        dots(short.rows[part], small[0], near)
        near *= short.scale[part]
        near *= step[0]
        off = short.left_out[part] * length
        off += slack
        most = near + off
        if mask is not None:
            np.copyto(most, -np.inf, where=~mask[part])
        least = lowest[0] if len(lowest) == count else np.float32(-np.inf)
        at = np.flatnonzero((most >= least) & (most > -np.inf))
        if len(at):
            found.append((at + start, most[at]))
            lowest = _highest(np.concatenate([lowest, near[at] - off[at]]), count)
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


@cache
def _dots() -> Dots:
    """Return what multiplies bytes: SimSIMD where it is installed, numpy otherwise; both give whole numbers."""
    if importlib.util.find_spec("simsimd") is None:
        return dots_of_numpy
    cdist: Any = importlib.import_module("simsimd").cdist

    def dots(rows: Bytes, query: Bytes, out: Floats) -> None:
        cdist(query[None], rows, "dot", out=out[None], out_dtype="float32")

    return dots


def dots_of_numpy(rows: Bytes, query: Bytes, out: Floats) -> None:
    """Multiply bytes as float32, in which sums of up to a thousand products are whole numbers still."""
    wide = query.astype(np.float32)
    with _BLAS.limit(limits=1):
        for start in range(0, len(rows), 512):
            np.dot(rows[start : start + 512].astype(np.float32), wide, out=out[start : start + 512])
