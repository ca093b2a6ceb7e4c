"""Learning the weights from needs whose right organizations are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from matcher.errors import TooLittleDataError
from matcher.retrieval.weights import Weights

Floats = NDArray[np.float64]
PENALTY = 0.01
START = 0.3
WORDS = "tfidf"
UNUSED = 1e-3


@dataclass(frozen=True)
class LabelledNeed:
    """A need compared with every organization, and the positions of those that answer it.

    Attributes
    ----------
    features : mapping of str to float64 (n_texts,)
    right : tuple of int
    """

    features: Mapping[str, Floats]
    right: tuple[int, ...]

    def without_echoes(self) -> LabelledNeed:
        """Return the need among texts that share fewer of its words than the right ones do.

        Near misses that repeat a need's words are rare outside a hard set; learning from such sets alone would
        teach that likeness of topic means nothing.
        """
        words = self.features[WORDS]
        limit = max(words[place] for place in self.right)
        kept = [place for place in range(len(words)) if place in self.right or words[place] <= limit]
        features = {name: values[kept] for name, values in self.features.items()}
        return LabelledNeed(features, tuple(kept.index(place) for place in self.right))


def learn(needs: Sequence[LabelledNeed], encoder: str, penalty: float = PENALTY) -> Weights:
    """Learn weights that let the right organization win, by the softmax over the candidates of each need.

    Parameters
    ----------
    needs : sequence of LabelledNeed
        Each is learnt from twice: as it is, and without echoes.

    Raises
    ------
    TooLittleDataError
        Without needs.
    """
    if not needs:
        raise TooLittleDataError("the weights cannot be learnt without a need whose right organizations are known")
    names = list(needs[0].features)
    stacked = [np.stack([need.features[name] for name in names], axis=1) for need in needs]
    spreads = np.mean([rows.std(axis=0) for rows in stacked], axis=0)
    scale = np.where(spreads > 0, spreads, 1.0)
    cases = [
        (np.stack([case.features[name] for name in names], axis=1) / scale, list(case.right))
        for need in needs
        for case in (need, need.without_echoes())
    ]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros(len(names))
        for rows, right in cases:
            scores = rows @ weights
            raised = np.exp(scores - scores.max())
            target = np.zeros(len(scores))
            target[right] = raised[right] / raised[right].sum()
            total -= float(np.log(raised[right].sum() / raised.sum()))
            slope += rows.T @ (raised / raised.sum() - target)
        gradient = slope / len(cases) + 2 * penalty * weights
        return total / len(cases) + penalty * float(weights @ weights), gradient

    found = minimize(loss, np.full(len(names), START), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(names))
    kept = [place for place, weight in enumerate(found.x) if weight > UNUSED]
    return Weights(
        encoder,
        {names[place]: float(found.x[place] / scale[place]) for place in kept},
        {names[place]: float(spreads[place]) for place in kept},
    )
