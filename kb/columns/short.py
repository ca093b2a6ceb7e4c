"""Short rows: vectors as bytes, from which no dot product can be told exactly but every one be bounded.

A vector x is kept as bytes b with one scale s, so x = s b + e with a known length of e; so is a query, q = t c + f.
Then x.q differs from s t (b.c) by at most |s b| |f| + |e| |q| (Cauchy-Schwarz). The bounds are close, at a quarter of
the memory, and whole numbers multiply faster than real ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import simsimd
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]
Rows = slice | NDArray[np.int64]

STEPS = 127
BLOCK = 4_096
"""Rows that are made or multiplied at a time, so that they stay in the processor's cache."""
ROUNDING = 6e-8
"""Share of |x| |q| by which each float32 operation on a dot product can be off."""
OPERATIONS = 16
"""How many of them there are beside the sum."""


@dataclass
class Short:
    """Vectors as bytes.

    Attributes
    ----------
    rows : int8 (n, d)
    scale : float32 (n,)
        A vector is about its bytes times its scale.
    length : float32 (n,)
        Length of that, at least.
    left_out : float32 (n,)
        Length of what that leaves out of the vector, at least.
    """

    rows: Bytes
    scale: Floats
    length: Floats
    left_out: Floats

    @classmethod
    def empty(cls, n: int, dimension: int) -> Short:
        """Allocate short rows of zero vectors."""
        rows, (scale, length, left_out) = np.zeros((n, dimension), np.int8), np.zeros((3, n), np.float32)
        return cls(rows, scale, length, left_out)

    @classmethod
    def of(cls, vectors: Floats) -> Short:
        """Shorten vectors block by block; float32 (n, d), possibly memory-mapped."""
        made = cls.empty(*vectors.shape)
        for start in range(0, len(vectors), BLOCK):
            made.put(slice(start, start + BLOCK), np.asarray(vectors[start : start + BLOCK]))
        return made

    def put(self, at: Rows, vectors: Floats) -> None:
        """Put short rows of vectors in some places; float32 (m, d)."""
        largest = np.abs(vectors).max(axis=1, initial=0)
        scale = np.asarray(np.where(largest > 0, largest / STEPS, 1), np.float32)
        rows = np.rint(vectors / scale[:, None]).astype(np.int8)
        kept = rows * scale[:, None].astype(np.float64)
        self.rows[at], self.scale[at] = rows, scale
        self.length[at], self.left_out[at] = _length(kept), _length(vectors - kept)

    def most(self, queries: Floats, at: Rows) -> Floats:
        """Return what dot products with some rows could be at the most; float32 (queries, rows)."""
        near, off = self._near(queries, at)
        near += off
        return near

    def between(self, queries: Floats, at: Rows) -> tuple[Floats, Floats]:
        """Return what dot products with some rows are at the least and at the most; each float32 (queries, rows)."""
        near, off = self._near(queries, at)
        return near - off, near + off

    def _near(self, queries: Floats, at: Rows) -> tuple[Floats, Floats]:
        """Return about what dot products are, and how far off that can be at the most."""
        asked = Short.of(queries)
        near = _dots(asked.rows, self.rows, at)
        scale, length, left_out = self.scale[at], self.length[at], self.left_out[at]
        reach = _length(queries)
        shorter = asked.left_out + reach * np.float32(ROUNDING * (queries.shape[1] + OPERATIONS))
        off = np.empty_like(near)
        for row in range(len(queries)):
            near[row] *= scale * asked.scale[row]
            np.multiply(length, shorter[row], out=off[row])
            off[row] += left_out * reach[row]
        return near, off


def _length(vectors: Floats | NDArray[np.float64]) -> Floats:
    """Return lengths, rounded up; float32 (m,)."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    return np.asarray(np.nextafter(lengths.astype(np.float32), np.float32(np.inf)), np.float32)


def _dots(queries: Bytes, rows: Bytes, at: Rows) -> Floats:
    """Multiply bytes on one thread; float32 (queries, rows), whole numbers but for rounding beyond 2**24."""
    if isinstance(at, slice):
        return _product(queries, rows[at])
    out = np.empty((len(queries), len(at)), np.float32)
    for start in range(0, len(at), BLOCK):
        out[:, start : start + BLOCK] = _product(queries, rows[at[start : start + BLOCK]])
    return out


def _product(queries: Bytes, rows: Bytes) -> Floats:
    if not len(rows) or not len(queries):
        return np.zeros((len(queries), len(rows)), np.float32)
    return np.asarray(simsimd.cdist(queries, np.asarray(rows), "dot", out_dtype="float32"), np.float32)
