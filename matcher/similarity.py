"""How close a query's texts are to those of organizations: everywhere, at some rows, or at the very most."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from kb.columns import Columns
from matcher.masks import choose

Floats = NDArray[np.float32]
Rows = slice | NDArray[np.int64]

_BLAS = ThreadpoolController()
BLOCK = 512
"""Rows of vectors that stay in the processor's cache while every vector of the query is compared with them."""


class Similarities(Protocol):
    """Cosines of the vectors of a query with the texts of some organizations."""

    rows: Rows

    def cosines(self, vector: int) -> Floats:
        """Return the better of profile and offering, -inf where there is no text; float32 (rows,)."""
        ...

    def engagements(self) -> Floats:
        """Return the cosine of the first vector with the engagements of these rows; float32 (engagements,)."""
        ...


class Everywhere:
    """Every text compared, in one pass over memory per facet, on one thread."""

    def __init__(self, columns: Columns, vectors: Floats) -> None:
        self.rows: Rows = slice(0, columns.n)
        self._columns = columns
        self._vectors = vectors

    @cached_property
    def _profile(self) -> Floats:
        return fused(self._columns.profile_vectors[: self._columns.n], self._vectors)

    @cached_property
    def _offering(self) -> Floats:
        return fused(self._columns.offering_vectors, self._vectors)

    def cosines(self, vector: int) -> Floats:
        """Return the better of profile and offering, -inf where there is no text; float32 (n,)."""
        columns = self._columns
        best = np.full(columns.n, -np.inf, np.float32)
        if len(columns.offering_row):
            np.maximum.at(best, columns.offering_row, self._offering[vector])
        np.maximum(best, self._profile[vector], out=best, where=columns.has_profile[: columns.n])
        return best

    def engagements(self) -> Floats:
        """Return the cosine of the first vector with every engagement; float32 (engagements,)."""
        return np.asarray(fused(self._columns.engagement_vectors, self._vectors[:1])[0])


class AtMost:
    """What cosines could be at the most: enough to tell who cannot be among the best, reading few bytes.

    The brief as a whole is bounded from short rows, its needs are taken to be as close as can be.
    """

    def __init__(self, columns: Columns, vectors: Floats) -> None:
        self.rows: Rows = slice(0, columns.n)
        self._columns = columns
        self._vector = vectors[:1]

    @cached_property
    def _brief(self) -> Floats:
        columns = self._columns
        most = choose(columns.has_profile[: columns.n], columns.profile_short.most(self._vector, self.rows)[0], -np.inf)
        if len(columns.offering_row):
            np.maximum.at(most, columns.offering_row, fused(columns.offering_vectors, self._vector)[0])
        return most

    @cached_property
    def _most(self) -> Floats:
        most = np.full(self._columns.n, -np.inf, np.float32)
        most[self._columns.has_profile[: self._columns.n]] = np.inf
        most[self._columns.offering_row] = np.inf
        return most

    def cosines(self, vector: int) -> Floats:
        """Return bounds for the better of profile and offering, -inf where there is no text; float32 (n,)."""
        return self._most if vector else self._brief

    def engagements(self) -> Floats:
        """Return bounds for the cosine of the first vector with every engagement; float32 (engagements,)."""
        return np.asarray(self._columns.engagement_short.most(self._vector, slice(None))[0])


class AtRows:
    """The texts of some organizations compared, and nothing else read.

    Parameters
    ----------
    rows : int64 (m,)
        Without repetitions, in any order.
    cosines : float32 (vectors, m), optional
        As they were computed before.
    """

    def __init__(
        self, columns: Columns, vectors: Floats, rows: NDArray[np.int64], cosines: Floats | None = None
    ) -> None:
        self.rows: Rows = rows
        self._columns = columns
        self._vectors = vectors
        self._cosines = compared(columns, vectors, rows) if cosines is None else cosines

    def joined(self, more: NDArray[np.int64]) -> AtRows:
        """Return the same with other rows behind, comparing only those."""
        cosines = np.concatenate([self._cosines, compared(self._columns, self._vectors, more)], axis=1)
        return AtRows(self._columns, self._vectors, np.concatenate([np.asarray(self.rows), more]), cosines)

    def taken(self, places: NDArray[np.int64]) -> AtRows:
        """Return the same for some of the rows, by their place; int64 (m,)."""
        return AtRows(self._columns, self._vectors, np.asarray(self.rows)[places], self._cosines[:, places])

    def cosines(self, vector: int) -> Floats:
        """Return the better of profile and offering, -inf where there is no text; float32 (m,)."""
        return np.asarray(self._cosines[vector])

    def engagements(self) -> Floats:
        """Return the cosine of the first vector with the engagements of these rows; float32 (engagements,).

        Engagements of nobody among the rows are given as unrelated.
        """
        columns = self._columns
        concerned = np.zeros(len(columns.engagement_numbers), np.bool_)
        concerned[columns.participations(self.rows)[1]] = True
        at = np.flatnonzero(concerned)
        near = np.full(len(concerned), -1, np.float32)
        with _BLAS.limit(limits=1):
            near[at] = columns.engagement_vectors[at] @ self._vectors[0]
        return near


def compared(columns: Columns, vectors: Floats, rows: NDArray[np.int64]) -> Floats:
    """Compare every vector with the texts of some rows, -inf where there is none; float32 (vectors, rows)."""
    found = picked(columns.profile_vectors, vectors, rows)
    found[:, ~columns.has_profile[rows]] = -np.inf
    return with_offerings(columns, vectors, rows, found)


def with_offerings(columns: Columns, vectors: Floats, rows: NDArray[np.int64], cosines: Floats) -> Floats:
    """Put the cosines of offerings where they are higher; float32 (vectors, rows), changed in place."""
    offering = columns.offering_of(rows)
    has = np.flatnonzero(offering >= 0)
    cosines[:, has] = np.maximum(cosines[:, has], picked(columns.offering_vectors, vectors, offering[has]))
    return cosines


def picked(texts: Floats, vectors: Floats, rows: NDArray[np.int64]) -> Floats:
    """Multiply with some rows of texts, block by block on one thread; float32 (vectors, rows)."""
    out = np.empty((len(vectors), len(rows)), np.float32)
    plain = np.asarray(texts)
    with _BLAS.limit(limits=1):
        for start in range(0, len(rows), BLOCK):
            out[:, start : start + BLOCK] = vectors @ plain[rows[start : start + BLOCK]].T
    return out


def fused(texts: Floats, vectors: Floats) -> Floats:
    """Multiply block by block on one thread, so that each block is read from memory once; float32 (vectors, texts)."""
    out = np.empty((len(vectors), len(texts)), np.float32)
    plain = np.asarray(texts)
    with _BLAS.limit(limits=1):
        for start in range(0, len(plain), BLOCK):
            block = plain[start : start + BLOCK]
            for row, vector in enumerate(vectors):
                np.dot(block, vector, out=out[row, start : start + len(block)])
    return out
