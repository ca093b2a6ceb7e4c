"""Ranking metrics: reciprocal rank, recall and discounted gain, per query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RankingMetrics:
    """How well one ranking finds what it should, each in 0..1."""

    mrr: float
    recall_at_10: float
    recall_at_100: float
    ndcg_at_10: float

    def rounded(self, digits: int = 4) -> dict[str, float]:
        """Return the metrics by name, rounded for printing."""
        return {
            "mrr": round(self.mrr, digits),
            "recall_at_10": round(self.recall_at_10, digits),
            "recall_at_100": round(self.recall_at_100, digits),
            "ndcg_at_10": round(self.ndcg_at_10, digits),
        }


def ranks_of(scores: NDArray[np.floating], relevant: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the ranks of the relevant items, best first.

    Parameters
    ----------
    scores : NDArray, (n_items,)
        Higher is better; equal scores rank in the order of the array.
    relevant : NDArray, (n_relevant,)
        Indices into `scores`.

    Returns
    -------
    NDArray, (n_relevant,)
        Ranks from 1, ascending.
    """
    order = np.argsort(-scores, kind="stable")
    rank = np.empty(len(scores), np.int64)
    rank[order] = np.arange(1, len(scores) + 1)
    return np.sort(rank[relevant])


def ranking_metrics(ranks: NDArray[np.int64]) -> RankingMetrics:
    """Return the metrics of one query from the ranks of its relevant items.

    The discounted gain is binary, with log2 discounts (Järvelin and Kekäläinen, 2002).

    Parameters
    ----------
    ranks : NDArray, (n_relevant,)
        From 1, ascending; at least one.
    """
    gain = float((1.0 / np.log2(1.0 + ranks[ranks <= 10])).sum())
    ideal = float((1.0 / np.log2(1.0 + np.arange(1, min(10, len(ranks)) + 1))).sum())
    return RankingMetrics(
        1.0 / float(ranks[0]), float((ranks <= 10).mean()), float((ranks <= 100).mean()), gain / ideal
    )


def mean_metrics(metrics: Sequence[RankingMetrics]) -> RankingMetrics:
    """Return the mean over queries."""
    return RankingMetrics(*(float(value) for value in np.mean([astuple(one) for one in metrics], axis=0)))
