"""Ranking: columns and weights in, order out. Pure; nothing here reads a database or a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from matcher.components import COMPONENTS, Component
from matcher.errors import MatcherError
from matcher.masks import choose
from matcher.query import Scored
from matcher.settings import Holdback
from matcher.similarity import Floats


@dataclass(frozen=True)
class Scores:
    """Component values for every organization, before weighting.

    Attributes
    ----------
    components : tuple of Component
        Those that the brief asks for.
    values : float32 (components, n)
        0..1, NaN where not assessed.
    """

    components: tuple[Component, ...]
    values: Floats

    def taken(self, places: NDArray[np.int64]) -> Scores:
        """Return the same for some of the rows."""
        return Scores(self.components, self.values[:, places])

    def place(self, name: str) -> int | None:
        """Return the row of a component's values, None when the brief does not ask for it."""
        return next((row for row, component in enumerate(self.components) if component.name == name), None)


@dataclass(frozen=True)
class Caution:
    """How thin evidence is treated.

    Attributes
    ----------
    share : float in 0..1
        0 redistributes the weight of what is unknown; 1 counts it as usual.
    usual : float in 0..1
        The value that a component has for an organization picked at random.
    """

    share: float
    usual: float


@dataclass(frozen=True)
class Weighted:
    """Scores under weights.

    Attributes
    ----------
    score : float32 (n,)
        0..1.
    coverage : float32 (n,)
        Share of the weight that could be assessed.
    weights : float64 (components,)
        Adding up to 1.
    caution : Caution
    holdbacks : tuple of Holdback
        As used.
    """

    score: Floats
    coverage: Floats
    weights: NDArray[np.float64]
    caution: Caution
    holdbacks: tuple[Holdback, ...]

    def taken(self, places: NDArray[np.int64]) -> Weighted:
        """Return the same for some of the rows."""
        return replace(self, score=self.score[places], coverage=self.coverage[places])


def score_components(scored: Scored, components: Sequence[Component] = COMPONENTS) -> Scores:
    """Let every component that the brief asks for judge all organizations at once."""
    asked = tuple(component for component in components if component.asked(scored.query))
    values = np.empty((len(asked), scored.n), np.float32)
    for row, component in enumerate(asked):
        values[row] = component.score(scored)
    return Scores(asked, values)


def score_again(scored: Scored, bounds: Scores) -> Scores:
    """Return the true values at the rows of `scored`, given values over all rows that bound them from above.

    Only the components that read texts judge again; of the others the bounds are the true values.
    """
    values = bounds.values[:, scored.rows].copy()
    for row, component in enumerate(bounds.components):
        if component.reads_texts:
            values[row] = component.score(scored)
    return Scores(bounds.components, values)


def share_weights(components: Sequence[Component], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Scale the weights of the components that are asked for to add up to 1.

    Raises
    ------
    MatcherError
        When they are all zero.
    """
    chosen = np.array([weights.get(component.name, 0.0) for component in components], np.float64)
    if not len(chosen) or chosen.sum() <= 0:
        raise MatcherError("every weight that the brief asks for is zero; raise at least one")
    return np.asarray(chosen / chosen.sum(), np.float64)


def weigh(
    scores: Scores, weights: Mapping[str, float], caution: Caution, holdbacks: Sequence[Holdback] = ()
) -> Weighted:
    """Combine component values: the mean of what is known, drawn towards the usual, held back where little is met.

    With value s, weight w and A the assessed components::

        coverage = sum_A w
        fit = sum_A w s / coverage
        drawn = fit + caution.share * (1 - coverage) * (caution.usual - fit)
        score = drawn * holdback.kept(s), for each holdback in turn

    so that with full caution an unknown counts as the usual value, and with none its weight is redistributed.
    The score never falls when a value rises.
    """
    shares = share_weights(scores.components, weights)
    score, coverage = np.zeros((2, scores.values.shape[1]), np.float32)
    for share, values in zip(shares.astype(np.float32), scores.values, strict=True):
        is_known = values == values  # NaN is not
        score += choose(is_known, share * values, 0)
        coverage += np.multiply(is_known, share, dtype=np.float32)
    unassessed = 1 - coverage
    # With fit = score / coverage: fit * (1 - share * unassessed) + share * usual * unassessed.
    score *= (1 - np.float32(caution.share) * unassessed) / np.maximum(coverage, np.float32(1e-6))
    score += np.float32(caution.share * caution.usual) * unassessed
    for holdback in holdbacks:
        place = scores.place(holdback.component)
        if place is not None:
            kept = scores.values[place] * np.float32((1 - holdback.least) / holdback.enough)
            kept += np.float32(holdback.least)
            kept = choose(np.isnan(kept), holdback.kept(caution.usual), kept)
            score *= np.minimum(kept, 1, out=kept)
    return Weighted(score, coverage, shares, caution, tuple(holdbacks))


@dataclass(frozen=True)
class Points:
    """One organization weighed exactly, in points of 0..100. All of them add up to the score.

    Attributes
    ----------
    components : tuple of float
        What each component adds; 0 when not assessed.
    thin_evidence : float
        Takes away from a good fit of which little is known, and gives a little to a bad one.
    held_back : tuple of (Holdback, float)
        What each holdback takes off; never above 0.
    """

    components: tuple[float, ...]
    thin_evidence: float
    held_back: tuple[tuple[Holdback, float], ...]

    @property
    def score(self) -> float:
        """The sum."""
        return sum(self.components) + self.thin_evidence + sum(points for _, points in self.held_back)


def weigh_one(
    names: Sequence[str],
    values: Sequence[float | None],
    shares: Sequence[float],
    caution: Caution,
    holdbacks: Sequence[Holdback] = (),
) -> Points:
    """Weigh one organization exactly, given the names, values and weights of the components."""
    coverage = sum([share for value, share in zip(values, shares, strict=True) if value is not None])
    each = 100 / coverage if coverage > 0 else 0.0
    points = tuple(
        [0.0 if value is None else each * share * value for value, share in zip(values, shares, strict=True)]
    )
    thin = caution.share * (1 - coverage) * (100 * caution.usual - sum(points))
    left, taken_off = sum(points) + thin, []
    for holdback in holdbacks:
        if holdback.component in names:
            value = values[names.index(holdback.component)]
            loss = left * (holdback.kept(caution.usual if value is None else value) - 1)
            taken_off.append((holdback, loss))
            left += loss
    return Points(points, thin, tuple(taken_off))


def top(score: Floats, allowed: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """Return the rows of the best allowed scores, best first; ties go to the lower row. Exact."""
    rows = np.flatnonzero(allowed)
    if count <= 0:
        return rows[:0]
    ranked = score[rows]
    if count < len(rows):
        reach = ranked >= np.partition(ranked, len(ranked) - count)[len(ranked) - count]
        rows, ranked = rows[reach], ranked[reach]
    return np.asarray(rows[np.lexsort((rows, -ranked))][:count], np.int64)


def likeness(columns: Columns, rows: NDArray[np.int64]) -> Floats:
    """Return how alike organizations are: their texts, their sector, their industry; float32 (m, m) in 0..1."""
    vectors = columns.profile_vectors[rows]
    alike = np.clip(vectors @ vectors.T, 0, 1) * np.float32(0.5)
    for column in (columns.sector, columns.industry):
        same = column[rows][:, None] == column[rows][None, :]
        alike = alike + np.float32(0.25) * (same & (column[rows] > 0)[:, None])
    return np.asarray(alike, np.float32)


def diversify(score: Floats, similarity: Floats, diversity: float, count: int) -> NDArray[np.int64]:
    """Reorder by maximal marginal relevance: score less what is alike to those already chosen; returns places.

    Parameters
    ----------
    score : float32 (m,)
        Best first.
    similarity : float32 (m, m)
        0..1.
    diversity : float in 0..1

    Source: Carbonell and Goldstein, "The use of MMR", SIGIR 1998.
    """
    remaining = list(range(len(score)))
    chosen: list[int] = []
    closest = np.zeros(len(score), np.float32)
    while remaining and len(chosen) < count:
        gain = (1 - diversity) * score[remaining] - diversity * closest[remaining]
        best = remaining.pop(int(np.argmax(gain)))
        chosen.append(best)
        closest = np.maximum(closest, similarity[:, best])
    return np.array(chosen, np.int64)
