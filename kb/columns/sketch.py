"""A short form of every profile vector, from which no cosine can be told exactly but every cosine be bounded.

A unit vector x is split by an orthonormal basis B of a few directions into a sketch s = B'x and a rest of length
sqrt(1 - |s|^2). By the Cauchy-Schwarz inequality the cosine of x and y is at most s(x).s(y) plus the product of the
lengths of their rests. With the directions of the largest variance the bound is close, at a third of the memory.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LENGTH = 128
SAMPLE = 20_000
ROUNDING = np.float32(1e-5)
"""More than float32 sums of a few hundred products of unit vectors can differ by their order."""


def principal_axes(vectors: Floats, length: int) -> Floats:
    """Return the orthonormal directions in which vectors differ most from zero; float32 (d, length).

    Parameters
    ----------
    vectors : float32 (m, d)
        A sample of them is looked at, evenly spaced.
    length : int
        At most d.
    """
    sample = np.asarray(vectors[:: max(1, len(vectors) // SAMPLE)], np.float64)
    _, axes = np.linalg.eigh(sample.T @ sample)
    return np.ascontiguousarray(axes[:, ::-1][:, :length], np.float32)


def sketch(vectors: Floats, axes: Floats) -> tuple[Floats, Floats]:
    """Return sketches and the lengths of what they leave out; float32 (m, length) and (m,)."""
    short = vectors @ axes
    left = np.einsum("ij,ij->i", vectors, vectors) - np.einsum("ij,ij->i", short, short)
    return short, np.sqrt(np.maximum(left, 0) + ROUNDING)
