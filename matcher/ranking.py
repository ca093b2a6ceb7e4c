"""Ranking: columns and weights in, order out. Pure; nothing here reads a database or a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.components import COMPONENTS, Component
from matcher.errors import MatcherError
from matcher.query import Floats, Scored


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
        As used.
    """

    score: Floats
    coverage: Floats
    weights: NDArray[np.float64]
    caution: Caution


def score_components(scored: Scored, components: Sequence[Component] = COMPONENTS) -> Scores:
    """Let every component that the brief asks for judge all organizations at once."""
    asked = tuple(component for component in components if component.asked(scored.query))
    values = np.empty((len(asked), scored.columns.n), np.float32)
    for row, component in enumerate(asked):
        values[row] = component.score(scored)
    return Scores(asked, values)


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


def weigh(scores: Scores, weights: Mapping[str, float], caution: Caution) -> Weighted:
    """Combine component values: the mean of what is known, drawn towards the usual by what is not.

    With value s, weight w and A the assessed components::

        coverage = sum_A w
        fit = sum_A w s / coverage
        score = fit + caution.share * (1 - coverage) * (caution.usual - fit)

    so that with full caution an unknown counts as the usual value, and with none its weight is redistributed.
    """
    shares = share_weights(scores.components, weights)
    total = np.zeros(scores.values.shape[1], np.float32)
    coverage = np.zeros_like(total)
    for share, values in zip(shares.astype(np.float32), scores.values, strict=True):
        known = ~np.isnan(values)
        np.add(total, share * values, out=total, where=known)
        np.add(coverage, share, out=coverage, where=known)
    fit = total / np.where(coverage > 0, coverage, 1)
    drawn = np.float32(caution.share) * (1 - coverage)
    score = np.asarray(fit + drawn * (np.float32(caution.usual) - fit), np.float32)
    return Weighted(score, coverage, shares, caution)


def weigh_one(values: Sequence[float | None], shares: Sequence[float], caution: Caution) -> tuple[list[float], float]:
    """Weigh one organization exactly; returns each component's points (0..100) and the thin-evidence points.

    The points and the thin-evidence points add up to the score. Thin evidence takes away from a good fit,
    and gives a little to a bad one.
    """
    coverage = sum(share for value, share in zip(values, shares, strict=True) if value is not None)
    if coverage <= 0:
        return [0.0] * len(values), 100 * caution.share * caution.usual
    points = [
        0.0 if value is None else 100 * share / coverage * value for value, share in zip(values, shares, strict=True)
    ]
    return points, caution.share * (1 - coverage) * (100 * caution.usual - sum(points))


def top(score: Floats, allowed: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """Return the rows of the best allowed scores, best first; ties go to the lower row. Exact."""
    ranked = np.where(allowed, score, -np.inf)
    count = min(count, int(allowed.sum()))
    if count <= 0:
        return np.zeros(0, np.int64)
    if count < len(ranked):
        threshold = np.partition(ranked, len(ranked) - count)[len(ranked) - count]
        rows = np.flatnonzero(ranked >= threshold)
    else:
        rows = np.flatnonzero(allowed)
    order = np.lexsort((rows, -ranked[rows]))
    return np.asarray(rows[order][:count], np.int64)


def diversify(
    rows: NDArray[np.int64], score: Floats, similarity: Floats, diversity: float, count: int
) -> NDArray[np.int64]:
    """Reorder by maximal marginal relevance: score less what is alike to those already chosen.

    Parameters
    ----------
    rows : int64 (m,)
        Candidates, best first.
    score : float32 (m,)
    similarity : float32 (m, m)
        0..1.
    diversity : float in 0..1

    Source: Carbonell and Goldstein, "The use of MMR", SIGIR 1998.
    """
    remaining = list(range(len(rows)))
    chosen: list[int] = []
    closest = np.zeros(len(rows), np.float32)
    while remaining and len(chosen) < count:
        gain = (1 - diversity) * score[remaining] - diversity * closest[remaining]
        best = remaining.pop(int(np.argmax(gain)))
        chosen.append(best)
        closest = np.maximum(closest, similarity[:, best])
    return rows[chosen]
