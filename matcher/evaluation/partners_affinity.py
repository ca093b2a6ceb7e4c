"""How much a past engagement speaks for those who took part in it: a learnt weight per past engagement.

An organization's track record is the sum of the weights of its engagements, so that each can be shown as evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from matcher.errors import MatcherError
from matcher.evaluation.partners_text import Floats

FLOOR = 0.01
LOWEST = -40.0
WORD_FEATURES = (
    "words",
    "words_to_best",
    "phrases",
    "phrases_to_best",
    "topics",
    "topics_squared",
    "programme",
    "classification",
    "seeker_took_part",
    "seeker_ties",
    "participants",
    "age",
)
MEANING_FEATURES = ("meaning", "meaning_squared")


@dataclass(frozen=True)
class Affinity:
    """Log-linear weight of a past engagement for a query.

    Parameters
    ----------
    features : names, in order
    means, scales, weights : one per feature
    floor : float
        Added to a track record relative to the query's best before its logarithm is taken.
    """

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    floor: float

    def engagement_weights(self, pairs: Mapping[str, Floats]) -> Floats:
        """Return the weight of each known engagement, float32 (n_queries, k), the best of each query 1."""
        logs = np.zeros_like(pairs[self.features[0]])
        for name, mean, scale, weight in zip(self.features, self.means, self.scales, self.weights, strict=True):
            logs += (pairs[name] - np.float32(mean)) * np.float32(weight / scale)
        logs -= logs.max(axis=1, keepdims=True)
        return np.asarray(np.exp(np.maximum(logs, LOWEST)), np.float32)

    def to_json(self) -> dict[str, Any]:
        """Return a plain mapping that `from_json` reads back."""
        return {
            "features": list(self.features),
            "means": list(self.means),
            "scales": list(self.scales),
            "weights": list(self.weights),
            "floor": self.floor,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Affinity:
        """Read what `to_json` wrote."""
        try:
            columns = [tuple(float(x) for x in body[name]) for name in ("means", "scales", "weights")]
            names = tuple(str(x) for x in body["features"])
            floor = float(body["floor"])
        except (KeyError, TypeError, ValueError) as error:
            raise MatcherError(f"the learnt model is broken: {error!r}; restore or retrain it") from error
        unknown = sorted(set(names) - {*WORD_FEATURES, *MEANING_FEATURES})
        if unknown or any(len(column) != len(names) for column in columns):
            raise MatcherError(f"the learnt model does not fit this version (unknown: {unknown}); retrain it")
        return cls(names, columns[0], columns[1], columns[2], floor)


@dataclass(frozen=True)
class AffinityExamples:
    """One training window: pair features (n_queries, k) each, `took_part` (k, c) and gold candidates per query."""

    pairs: Mapping[str, Floats]
    took_part: csr_matrix
    gold: Sequence[NDArray[np.int64]]


def fit_affinity(
    windows: Sequence[AffinityExamples], *, penalty: float = 1e-3, block: int = 200, steps: int = 30
) -> Affinity:
    """Fit end to end: the softmax over all candidates of the logarithm of their summed weights."""
    names = tuple(windows[0].pairs)
    means, scales = [], []
    for name in names:
        count = sum(window.pairs[name].size for window in windows)
        mean = sum(float(window.pairs[name].sum(dtype=np.float64)) for window in windows) / count
        spread = sum(float(((window.pairs[name] - np.float32(mean)) ** 2).sum(dtype=np.float64)) for window in windows)
        means.append(mean)
        scales.append(float(np.sqrt(spread / count)) + 1e-9)
    queries = sum(len(window.gold) for window in windows)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = parameters[:-2]
        value, gradient = 0.0, np.zeros_like(parameters)
        for window in windows:
            for start in range(0, len(window.gold), block):
                rows = slice(start, min(start + block, len(window.gold)))
                pairs = [window.pairs[name][rows] for name in names]
                part, slope = _block_loss(parameters, scales, pairs, window.took_part, window.gold[rows])
                value += part
                gradient += slope
        gradient /= queries
        gradient[:-2] += 2 * penalty * weights
        return value / queries + penalty * float(weights @ weights), gradient

    begin = np.concatenate([np.full(len(names), 0.3), [0.0, np.log(1e-3)]])
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    weights = tuple(float(x) for x in found[:-2])
    return Affinity(names, tuple(means), tuple(scales), weights, float(np.exp(found[-1])))


def _block_loss(
    parameters: NDArray[np.float64],
    scales: Sequence[float],
    pairs: Sequence[Floats],
    took_part: csr_matrix,
    gold: Sequence[NDArray[np.int64]],
) -> tuple[float, NDArray[np.float64]]:
    """Return loss and gradient; the last two parameters are the logs of the exponent and of the floor.

    The features' means cancel, for each query's weights are relative to its best.
    """
    power, floor = (float(value) for value in np.exp(parameters[-2:]))
    logs = np.zeros_like(pairs[0])
    for weight, scale, values in zip(parameters[:-2], scales, pairs, strict=True):
        logs += values * np.float32(weight / scale)
    logs -= logs.max(axis=1, keepdims=True)
    weights = np.exp(np.maximum(logs, np.float32(LOWEST)))
    totals = np.ascontiguousarray((took_part.T @ weights.T).T)
    best = totals.max(axis=1, keepdims=True)
    relative = totals / best
    wanted = np.zeros_like(relative)
    for row, places in enumerate(gold):
        wanted[row, places] = 1.0
    count = wanted.sum(axis=1, keepdims=True)
    log_relative = np.log(relative + floor)
    logit = power * log_relative
    logit -= logit.max(axis=1, keepdims=True)
    mass = np.exp(logit)
    norm = mass.sum(axis=1, keepdims=True)
    value = -float((wanted * (logit - np.log(norm)) / np.sqrt(count)).sum(dtype=np.float64))
    slope = (count * mass / norm - wanted) / np.sqrt(count)
    by_relative = slope * power / (relative + floor)
    by_total = by_relative / best
    by_total[np.arange(len(best)), totals.argmax(axis=1)] -= (by_relative * relative / best).sum(axis=1)
    by_weight = np.ascontiguousarray((took_part @ by_total.T).T) * weights
    gradient = [float(np.vdot(by_weight, x)) / scale for x, scale in zip(pairs, scales, strict=True)]
    gradient += [float(np.vdot(slope, log_relative)) * power, float(by_relative.sum(dtype=np.float64)) * floor]
    return value, np.asarray(gradient)
