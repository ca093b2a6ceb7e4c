"""Who is known to have what, straight from the strength bytes."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import REJECTED
from kb.organization import ClaimKind

Mask = NDArray[np.bool_]


def said(columns: Columns, kind: ClaimKind, code: str) -> NDArray[np.uint8]:
    """Return what is said of one code: UNKNOWN, REJECTED, or above it the strength; uint8 (n,)."""
    return np.asarray(columns.claims[kind][columns.codes.claims[kind][code], : columns.n])


def holds(columns: Columns, kind: ClaimKind, codes: Collection[str]) -> Mask:
    """Return who is known to have any of several codes; bool (n,)."""
    rows = [columns.codes.claims[kind][code] for code in codes]
    return np.asarray((columns.claims[kind][rows, : columns.n] > REJECTED).any(axis=0))


BROAD = 25
"""Of up to so many countries, working in them says something about each."""


def names_place(columns: Columns, rows: NDArray[np.int64]) -> Mask:
    """Return who says of which countries in particular that they work there; bool (rows, n).

    A country named beside "worldwide" is known more firmly than the others, and counts; one that is only part of a
    wide claim does not.

    Parameters
    ----------
    rows : int64 (rows,)
        Rows of the place matrix.
    """
    matrix = columns.claims[ClaimKind.PLACE][:, : columns.n]
    breadth = np.count_nonzero(matrix > REJECTED, axis=0)
    rejected = np.count_nonzero(matrix == REJECTED, axis=0)
    usual = (matrix.sum(axis=0, dtype=np.uint32) - rejected) / np.maximum(breadth, 1)
    some = matrix[rows]
    return np.asarray((some > REJECTED) & ((breadth <= BROAD) | (some > usual)))
