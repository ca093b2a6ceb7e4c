"""Who is best, exactly, comparing the texts of only those who could be among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.observing import stage
from matcher.query import Query, Scored
from matcher.ranking import Scores, Weighted, score_again, score_components, top
from matcher.similarity import Floats

Mask = NDArray[np.bool_]
Weigh = Callable[[Scores], Weighted]

FIRST_GUESS = 60
"""How many rows beyond those wanted are judged before it is known what must be reached."""
ROUNDING = np.float32(1e-5)
"""More than float32 sums of a few terms in 0..1 can differ by their order."""
MOST_SHARE = 0.5
"""From which share of the rows on comparing every text in turn is quicker than picking them."""


@dataclass(frozen=True)
class Judged:
    """Some organizations with their true values.

    Attributes
    ----------
    rows : int64 (m,)
    scored : Scored
    scores : Scores
    weighted : Weighted
        Each over these rows, in their order.
    """

    rows: NDArray[np.int64]
    scored: Scored
    scores: Scores
    weighted: Weighted

    def taken(self, places: NDArray[np.int64]) -> Judged:
        """Return some of them, by their place, in that order."""
        return Judged(
            self.rows[places], self.scored.taken(places), self.scores.taken(places), self.weighted.taken(places)
        )


class Prepared:
    """A brief scored over all organizations, before weights and filters; keep it while only those change.

    Parameters
    ----------
    query : Query
    columns : Columns

    Attributes
    ----------
    bounds : Scores
        What every organization could reach at most; the true values where no text is read.
    """

    def __init__(self, query: Query, columns: Columns) -> None:
        self.query = query
        self.columns = columns
        self.change = columns.last_change
        self.at_most = Scored.at_most(query, columns)
        self.bounds = score_components(self.at_most)
        self._some = self.at_most.at(np.zeros(0, np.int64))
        self._some_scores = score_again(self._some, self.bounds)

    @cached_property
    def scored(self) -> Scored:
        """All rows, every text compared."""
        return self.at_most.everywhere()

    @cached_property
    def scores(self) -> Scores:
        """The true values of all rows."""
        return score_again(self.scored, self.bounds)

    def best(self, weigh: Weigh, wanted: Sequence[tuple[Mask, int]]) -> list[Judged]:
        """Return the exact best of several masks, each best first.

        Rows are judged that reach, at their most, what the last of the wanted truly has. All others have less, so
        the answer is the same as if all had been judged.

        Parameters
        ----------
        weigh : callable
            Weighs values of any rows.
        wanted : sequence of (bool (n,), int)
            Which rows are asked for, and how many of the best.
        """
        with stage("guess"):
            bound = weigh(self.bounds).score
            self._judge(*(top(bound, mask, count + FIRST_GUESS) for mask, count in wanted))
            reach = self._reach(weigh, bound, wanted)
        with stage("compare"):
            self._judge(reach)
        weighted = weigh(self._some_scores)
        return [self._head(weighted, mask, count) for mask, count in wanted]

    def _reach(self, weigh: Weigh, bound: Floats, wanted: Sequence[tuple[Mask, int]]) -> NDArray[np.int64]:
        """Return the rows whose bound is no less than the true score of the last of those wanted, as far as judged."""
        weighted = weigh(self._some_scores)
        reach = np.zeros(self.columns.n, np.bool_)
        for mask, count in wanted:
            reach |= mask & (bound >= self._last(weighted, mask, count) - ROUNDING)
        return np.flatnonzero(reach)

    def at(self, weigh: Weigh, rows: Sequence[int]) -> Judged:
        """Return some rows with their true values, in the order given."""
        self._judge(np.array(rows, np.int64))
        return self._pick(weigh(self._some_scores), np.array(rows, np.int64))

    def standing(self, weigh: Weigh, allowed: Mask, row: int) -> tuple[int, float] | None:
        """Return rank and score (0..100) of a row among those allowed; None when it is not."""
        if not allowed[row]:
            return None
        bound = weigh(self.bounds)
        score = self.at(weigh, [row]).weighted.score[0]
        above = np.flatnonzero(allowed & (bound.score >= score - ROUNDING))
        better = self.at(weigh, above.tolist()).weighted.score > score
        return 1 + int(better.sum()), 100 * float(score)

    @property
    def _rows(self) -> NDArray[np.int64]:
        rows = self._some.rows
        return np.arange(rows.stop) if isinstance(rows, slice) else rows

    def _places(self) -> NDArray[np.int64]:
        places = np.full(self.columns.n, -1)
        places[self._rows] = np.arange(len(self._rows))
        return places

    def _judge(self, *found: NDArray[np.int64]) -> None:
        """Compare all texts of some rows."""
        new = np.zeros(self.columns.n, np.bool_)
        for rows in found:
            new[rows] = True
        new[self._some.rows] = False
        rows = np.flatnonzero(new)
        if isinstance(self._some.rows, slice) or not len(rows):
            return
        if len(rows) + self._some.n > MOST_SHARE * self.columns.n:
            self._some, self._some_scores = self.scored, self.scores
        else:
            self._some = self._some.joined(rows)
            self._some_scores = score_again(self._some, self.bounds)

    def _last(self, weighted: Weighted, mask: Mask, count: int) -> np.float32:
        scores = weighted.score[mask[self._rows]]
        return np.float32(np.partition(scores, len(scores) - count)[-count]) if len(scores) >= count else np.float32(0)

    def _head(self, weighted: Weighted, mask: Mask, count: int) -> Judged:
        rows = self._rows
        at = np.flatnonzero(mask[rows] & (weighted.score >= self._last(weighted, mask, count)))
        return self._pick(weighted, rows[at[np.lexsort((rows[at], -weighted.score[at]))][:count]])

    def _pick(self, weighted: Weighted, rows: NDArray[np.int64]) -> Judged:
        places = self._places()[rows]
        scored = self.at_most.at(rows) if isinstance(self._some.rows, slice) else self._some.taken(places)
        return Judged(rows, scored, self._some_scores.taken(places), weighted.taken(places))
