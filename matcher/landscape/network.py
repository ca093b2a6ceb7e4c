"""Who has worked with whom: engagements taken part in together, and lasting relations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from kb.columns import Columns
from kb.columns.layout import RELATION_CODES
from kb.organization import ClaimKind
from matcher.landscape.holding import holds

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Tie:
    """What joins two organizations.

    Attributes
    ----------
    one, other : int
        Rows; `one` is the smaller.
    engagements : tuple of int
        Numbers of the engagements that both took part in, ascending.
    relations : tuple of (int, str, int)
        Row of the subject, code of the relation, row of the object.
    weight : float
        One for every relation, and for every engagement the less, the more took part in it.
    """

    one: int
    other: int
    engagements: tuple[int, ...]
    relations: tuple[tuple[int, str, int], ...]
    weight: float


@dataclass(frozen=True)
class Network:
    """Organizations and what joins them.

    Attributes
    ----------
    rows : tuple of int
        The strongest tied first; the one asked for leads where there is one.
    ties : tuple of Tie
        The strongest first.
    tied : int
        How many have such a tie, whether shown or not.
    considered : int
        How many were looked at.
    """

    rows: tuple[int, ...]
    ties: tuple[Tie, ...]
    tied: int
    considered: int


def around(columns: Columns, row: int, most: int, without: Collection[int] = ()) -> Network:
    """Return the network around one organization: those it is tied to, and their ties with each other.

    Parameters
    ----------
    most : int
        How many others are shown.
    without : collection of int
        Numbers of engagements that do not count, such as those that somebody rejected.
    """
    weights = _Weights(columns, without)
    near = weights.to(row)
    near[row] = 0
    near[: columns.n][~columns.alive[: columns.n]] = 0
    others = _strongest(near, most)
    shown = np.concatenate([[row], others])
    return Network(
        tuple(shown.tolist()), weights.ties(shown), int((near > 0).sum()), int(columns.alive[: columns.n].sum())
    )


def best_tied(columns: Columns) -> int | None:
    """Return the row of whoever is a side of the most engagements and relations, None when nobody is of any."""
    sides = np.concatenate([columns.participant, columns.subject, columns.object_])
    return int(np.bincount(sides).argmax()) if len(sides) else None


def within_cause(columns: Columns, causes: Collection[str], most: int, without: Collection[int] = ()) -> Network:
    """Return the network among the organizations that are known for any of several causes.

    Parameters
    ----------
    causes : collection of str
        A cause with those below it.
    most : int
        How many are shown: those with the most ties among themselves.
    without : collection of int
        Numbers of engagements that do not count.
    """
    holders = np.flatnonzero(holds(columns, ClaimKind.CAUSE, causes) & columns.alive[: columns.n])
    weights = _Weights(columns, without)
    degree = np.zeros(columns.n)
    degree[holders] = weights.degree_among(holders)
    shown = _strongest(degree, most)
    return Network(tuple(shown.tolist()), weights.ties(shown), int((degree > 0).sum()), len(holders))


def _strongest(weight: NDArray[np.float64], most: int) -> Integers:
    order = np.argsort(-weight, kind="stable")[:most]
    return np.asarray(order[weight[order] > 0], np.int64)


class _Weights:
    """Who took part in what, and the relations, ready for questions."""

    def __init__(self, columns: Columns, without: Collection[int]) -> None:
        self._columns = columns
        barred = np.isin(columns.engagement_numbers, list(without))
        kept = ~barred[columns.engagement]
        shape = (columns.n, max(1, len(columns.engagement_numbers)))
        pairs = (columns.participant[kept], columns.engagement[kept])
        taken: csr_matrix = coo_matrix((np.ones(int(kept.sum())), pairs), shape=shape).tocsr()
        taken.data[:] = 1
        others = np.maximum(np.asarray(taken.sum(axis=0)).ravel() - 1, 1)
        self._taken = taken
        self._shared = taken.multiply(1 / others).tocsr()
        related = (columns.subject, columns.object_)
        self._related: csr_matrix = coo_matrix(
            (np.ones(len(columns.subject)), related), shape=(columns.n, columns.n)
        ).tocsr()

    def to(self, row: int) -> NDArray[np.float64]:
        """Return how strongly everybody is tied to one organization; float64 (n,)."""
        joint = (self._shared[[row]] @ self._taken.T).toarray().ravel()
        related = self._related[[row]].toarray().ravel() + self._related[:, [row]].toarray().ravel()
        return np.asarray(joint + related, np.float64)

    def among(self, rows: Integers) -> csr_matrix:
        """Return how strongly some organizations are tied to each other; sparse float64 (rows, rows)."""
        related = self._related[rows][:, rows]
        tied = self._shared[rows] @ self._taken[rows].T + related + related.T
        tied.setdiag(0)
        tied.eliminate_zeros()
        return tied.tocsr()

    def degree_among(self, rows: Integers) -> NDArray[np.float64]:
        """Return the sum of each one's ties to the others; float64 (rows,)."""
        return np.asarray(self.among(rows).sum(axis=1), np.float64).ravel()

    def ties(self, rows: Integers) -> tuple[Tie, ...]:
        """Return all ties among some organizations, the strongest first."""
        tied = coo_matrix(self.among(np.sort(rows)))
        ordered = np.sort(rows).tolist()
        relations = self._relations_among(ordered)
        found = [
            self._tie(ordered[one], ordered[other], float(weight), relations)
            for one, other, weight in zip(tied.row.tolist(), tied.col.tolist(), tied.data.tolist(), strict=True)
            if one < other
        ]
        return tuple(sorted(found, key=lambda tie: (-tie.weight, tie.one, tie.other)))

    def _tie(
        self, one: int, other: int, weight: float, relations: dict[tuple[int, int], list[tuple[int, str, int]]]
    ) -> Tie:
        joint = np.intersect1d(self._taken[[one]].indices, self._taken[[other]].indices)
        numbers = self._columns.engagement_numbers[joint].tolist()
        return Tie(one, other, tuple(numbers), tuple(relations.get((one, other), ())), weight)

    def _relations_among(self, rows: Sequence[int]) -> dict[tuple[int, int], list[tuple[int, str, int]]]:
        columns = self._columns
        inside = np.isin(columns.subject, rows) & np.isin(columns.object_, rows)
        found: dict[tuple[int, int], list[tuple[int, str, int]]] = {}
        for at in np.flatnonzero(inside):
            subject, object_ = int(columns.subject[at]), int(columns.object_[at])
            relation = (subject, RELATION_CODES[int(columns.relation[at])], object_)
            found.setdefault((min(subject, object_), max(subject, object_)), []).append(relation)
        return found
