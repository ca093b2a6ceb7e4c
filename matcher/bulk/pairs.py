"""Every organization as a seeker against all others: the best partners of each, by blocked matrix products.

A pair is judged by what the columns hold of both: how close their own words are, how far the other has what this one
needs, and how far this one has what the other needs. The three are weighed like the components of a brief that they
stand for (`mission_fit`, `complementarity`, `reciprocity`), what is unknown as there: drawn to what is usual, never
counted as zero. A pair in which one has a red line against a main business of the other is not listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from kb.columns import Columns
from kb.columns.layout import CORE, STRENGTH
from kb.organization import ClaimKind
from matcher.settings import Background, Settings

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

_BLAS = ThreadpoolController()
SEEKERS, OTHERS = 256, 2_048
"""Rows and columns of a block of the product; it stays in the processor's cache while it is weighed and sifted."""
FORBIDDEN = np.float32(-1_000)
"""What a crossed red line adds to a score of 0..1."""
BARRED = np.float32(-1)
"""Only scores of at least this are listed."""
UNSORTED = 8
"""How many times those wanted are gathered before they are sorted."""
PARTS = ("mission_fit", "complementarity", "reciprocity")
"""Components of a brief whose weights closeness, needs met and needs of the other met take."""


@dataclass(frozen=True)
class Rated:
    """Some pairs and why: each float32 or int64 (m,); NaN where one of both is unknown.

    Attributes
    ----------
    score : float32 (m,)
        0..1.
    closeness, needs_met, meets_theirs : float32 (m,)
        0..1.
    coverage : float32 (m,)
        Share of the weight that rests on something known.
    """

    seeker: Rows
    other: Rows
    score: Floats
    closeness: Floats
    needs_met: Floats
    meets_theirs: Floats
    coverage: Floats


class Pairs:
    """What all pairs are judged by, made once from the columns.

    Parameters
    ----------
    columns : Columns
    settings : Settings
        Weights, caution, and what is usual.
    background : Background
        Closeness is 0 at the model's cosine of unrelated texts, and 1 only for texts that say the same.
    """

    def __init__(self, columns: Columns, settings: Settings, background: Background) -> None:
        n = columns.n
        self.n = n
        self.alive = columns.alive[:n]
        self._texts = columns.profile_vectors[:n]
        self._has_text = columns.has_profile[:n]
        self._unrelated = np.float32(background.unrelated)
        weights = np.array([settings.weights[name] for name in PARTS], np.float64)
        self._weights = (weights / weights.sum()).astype(np.float32)
        self._caution, self._usual = np.float32(settings.caution), np.float32(settings.usual)
        self._needs, self._lends = _needs(columns), _lends(columns)
        self._needy = np.asarray(self._needs.any(axis=1), np.bool_)
        self._known = columns.known[ClaimKind.CAPACITY][:n] | columns.known[ClaimKind.OFFER][:n]
        self._refused = _marked(columns, ClaimKind.RED_LINE, 2)
        self._concern = _marked(columns, ClaimKind.CONCERN, CORE)
        self._asked = np.concatenate(
            [
                self._weights[1] * self._needs,
                self._weights[2] * self._lends,
                FORBIDDEN * self._refused,
                FORBIDDEN * self._concern,
            ],
            axis=1,
        )
        self._given = np.concatenate([self._lends, self._needs, self._concern, self._refused], axis=1)
        self._class = self._has_text + 2 * self._needy + 4 * self._known

    def best(self, start: int, stop: int, count: int) -> tuple[Rows, Rows, Floats]:
        """Return the best others of each living seeker of some rows, on one thread.

        Returns
        -------
        int64 (m,), int64 (m,), float32 (m,)
            Seeker, other and score, by seeker, then best first, then row; fewer than `count` where there are no more.
        """
        rows = np.flatnonzero(self.alive[start:stop]) + start
        rows = rows[np.argsort(self._class[rows], kind="stable")]
        found = [(rows[:0], rows[:0], np.zeros(0, np.float32))]
        with _BLAS.limit(limits=1):
            found += [self._best_of(rows[first : first + SEEKERS], count) for first in range(0, len(rows), SEEKERS)]
        seeker, other, score = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(seeker, kind="stable")
        return seeker[order], other[order], score[order]

    def _best_of(self, rows: Rows, count: int) -> tuple[Rows, Rows, Floats]:
        """Return the best of some rows, which are ordered by class."""
        scaled = self._texts[rows] * (self._weights[0] / (1 - self._unrelated))
        lowest = self._weights[0] * self._unrelated / (1 - self._unrelated)
        classes, begins = np.unique(self._class[rows], return_index=True)
        spans = list(zip(begins, [*begins[1:], len(rows)], strict=True))
        sieve = _Sieve(len(rows), count)
        near, lent = np.empty((2, len(rows), OTHERS), np.float32)
        for start in range(0, self.n, OTHERS):
            part = slice(start, min(start + OTHERS, self.n))
            width = part.stop - start
            one, other = near[:, :width], lent[:, :width]
            np.matmul(scaled, self._texts[part].T, out=one)
            one -= lowest
            np.clip(one, 0, self._weights[0], out=one)
            np.matmul(self._asked[rows], self._given[part].T, out=other)
            one += other
            for kind, (first, last) in zip(classes, spans, strict=True):
                factor, added = self._drawn(int(kind), self._class[part])
                one[first:last] *= factor
                one[first:last] += added
            one[:, ~self.alive[part]] = -np.inf
            inside = (rows >= start) & (rows < part.stop)
            one[np.flatnonzero(inside), rows[inside] - start] = -np.inf
            sieve.take(one, start)
        place, column, score = sieve.left()
        return rows[place], column, score

    def _drawn(self, kind: int, kinds: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return what a sum of weighed values is multiplied by and what is added, for each class of the other side.

        With coverage c, it is sum / c * (1 - caution * (1 - c)) + caution * usual * (1 - c); -inf at no coverage.
        """
        coverage = self._coverage(np.full(8, kind), np.arange(8))
        factor = (1 - self._caution * (1 - coverage)) / np.maximum(coverage, np.float32(1e-6))
        added = self._caution * self._usual * (1 - coverage)
        added[coverage == 0] = -np.inf
        return factor.astype(np.float32)[kinds], added.astype(np.float32)[kinds]

    def _coverage(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        texts = one & other & 1
        needs_met = (one >> 1) & (other >> 2) & 1
        meets = (one >> 2) & (other >> 1) & 1
        share = self._weights[0] * texts + self._weights[1] * needs_met + self._weights[2] * meets
        return np.asarray(share, np.float32)

    def rated(self, seeker: Rows, other: Rows) -> Rated:
        """Say what the scores of some pairs are made of; int64 (m,) each."""
        cosine = np.einsum("ij,ij->i", self._texts[seeker], self._texts[other])
        closeness = np.asarray(np.clip((cosine - self._unrelated) / (1 - self._unrelated), 0, 1), np.float32)
        closeness[~(self._has_text[seeker] & self._has_text[other])] = np.nan
        needs_met = np.einsum("ij,ij->i", self._needs[seeker], self._lends[other])
        needs_met[~(self._needy[seeker] & self._known[other])] = np.nan
        meets = np.einsum("ij,ij->i", self._lends[seeker], self._needs[other])
        meets[~(self._known[seeker] & self._needy[other])] = np.nan
        coverage = self._coverage(self._class[seeker], self._class[other])
        parts = np.nan_to_num(np.stack([closeness, needs_met, meets])) * self._weights[:, None]
        unknown = 1 - coverage
        fit = parts.sum(axis=0) / np.maximum(coverage, np.float32(1e-6))
        score = fit * (1 - self._caution * unknown) + self._caution * self._usual * unknown
        return Rated(seeker, other, score, closeness, needs_met, meets, coverage)


class _Sieve:
    """Keeps the best columns of each row while blocks of columns pass by, from left to right."""

    def __init__(self, rows: int, count: int) -> None:
        self._count = count
        self._least = np.full(rows, -np.inf, np.float32)
        self._found: list[tuple[Rows, Rows, Floats]] = []
        self._many = 0

    def take(self, block: Floats, start: int) -> None:
        """Look at a block of scores whose first column is `start`; float32 (rows, columns)."""
        if np.isneginf(self._least).any() and block.shape[1] >= self._count:
            split = block.shape[1] - self._count
            np.maximum(self._least, np.partition(block, split, axis=1)[:, split], out=self._least)
        row, column = np.nonzero(block >= np.maximum(self._least, BARRED)[:, None])
        self._found.append((row, column + start, block[row, column]))
        self._many += len(row)
        if self._many > UNSORTED * self._count * len(self._least):
            self.left()

    def left(self) -> tuple[Rows, Rows, Floats]:
        """Return row, column and score of what is kept so far, by row, then best first, then column."""
        row, column, score = (np.concatenate(parts) for parts in zip(*self._found, strict=True))
        order = np.lexsort((column, -score, row))
        row, column, score = row[order], column[order], score[order]
        within = np.arange(len(row)) - np.searchsorted(row, np.arange(len(self._least)))[row]
        last = within == self._count - 1
        self._least[row[last]] = score[last]
        kept = within < self._count
        self._found = [(row[kept], column[kept], score[kept])]
        self._many = int(kept.sum())
        return self._found[0]


def _needs(columns: Columns) -> Floats:
    """Return how each organization's needs divide over what can be lent, adding up to 1; float32 (n, codes)."""
    claimed = _claimed(columns, ClaimKind.NEED)
    total = claimed.sum(axis=1, keepdims=True)
    return np.asarray(claimed / np.where(total > 0, total, 1), np.float32)


def _lends(columns: Columns) -> Floats:
    """Return how much each organization has of what can be lent, 0 where none is known; float32 (n, codes)."""
    codes = columns.codes.claims
    lends = np.maximum(_claimed(columns, ClaimKind.OFFER), 0)
    for kind in (ClaimKind.CAPACITY, ClaimKind.ASSET):
        claimed = _claimed(columns, kind)
        for code, row in codes[kind].items():
            at = codes[ClaimKind.OFFER].get(code)
            if at is not None:
                np.maximum(lends[:, at], claimed[:, row], out=lends[:, at])
    return lends


def _claimed(columns: Columns, kind: ClaimKind) -> Floats:
    strengths = np.nan_to_num(STRENGTH[columns.claims[kind][:, : columns.n]])
    return np.ascontiguousarray(strengths.T, np.float32)


def _marked(columns: Columns, kind: ClaimKind, least: int) -> Floats:
    return np.ascontiguousarray((columns.claims[kind][:, : columns.n] >= least).T, np.float32)
