"""The learnt weights: how much each feature adds to a score. Kept as JSON beside the code, nothing pickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import MatcherError

Floats = NDArray[np.float64]
LEARNED = Path(__file__).with_name("weights.json")
EMBEDDED = frozenset({"whole", "piece", "each_part"})
"""Features that are cosines: how far they spread depends on the encoder."""


@dataclass(frozen=True)
class Weights:
    """An additive model.

    Attributes
    ----------
    encoder : str
        Key of the encoder that the weights were learnt with.
    weights : mapping of feature to weight
        Never negative: more agreement is never held against a text.
    spreads : mapping of feature to standard deviation
        Over the candidates of one need, mean over the training needs.
    """

    encoder: str
    weights: Mapping[str, float]
    spreads: Mapping[str, float]

    def contributions(self, features: Mapping[str, Floats], encoder: str) -> dict[str, Floats]:
        """Return what each feature adds to the score of each text; float64 (n,) by feature.

        For an encoder other than the one learnt with, cosines are scaled to spread over the texts at hand as they
        did in training.
        """
        added = {}
        for name, weight in self.weights.items():
            values = features[name]
            if encoder != self.encoder and name in EMBEDDED and len(values) > 1 and values.std() > 0:
                values = values / values.std() * self.spreads[name]
            added[name] = np.asarray(weight * values, np.float64)
        return added


@cache
def read_weights(path: Path = LEARNED) -> Weights:
    """Read the weights.

    Raises
    ------
    MatcherError
        When the file is not as `write_weights` writes it.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(name): float(value) for name, value in body["weights"].items()}
        spreads = {str(name): float(value) for name, value in body["spreads"].items()}
        encoder = str(body["encoder"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MatcherError(f"{path.name}: cannot be read ({error}); learn the weights again") from error
    if set(weights) - set(spreads) or min(weights.values(), default=0.0) < 0:
        raise MatcherError(f"{path.name}: every weight needs a spread and may not be negative; learn them again")
    return Weights(encoder, weights, spreads)


def write_weights(learnt: Weights, path: Path = LEARNED) -> None:
    """Write the weights as JSON."""
    body = {
        "encoder": learnt.encoder,
        "weights": {name: round(value, 4) for name, value in learnt.weights.items()},
        "spreads": {name: round(value, 4) for name, value in learnt.spreads.items()},
    }
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
