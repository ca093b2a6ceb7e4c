"""The judge of mentions: two logistic regressions over named features, one for presence, one for the role."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matcher.inference.errors import JudgeError

FILE = Path(__file__).with_name("judge.json")
LIKELY = 0.5
"""Least likelihood at which a concern is claimed, and called a main business: more likely than not."""


@dataclass(frozen=True)
class Regression:
    """A logistic regression; features without a weight count for nothing."""

    intercept: float
    weights: Mapping[str, float]

    def likelihood(self, features: Mapping[str, float]) -> float:
        """Return a likelihood in 0..1."""
        score = self.intercept + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1.0 / (1.0 + math.exp(-min(max(score, -30.0), 30.0)))


@dataclass(frozen=True)
class Judge:
    """What is learnt from labelled mentions.

    Attributes
    ----------
    present : Regression
        Whether the organization deals in what is mentioned,
    core : Regression
        and, if it does, whether as a main business.
    """

    present: Regression
    core: Regression

    def presence(self, features: Mapping[str, float]) -> float | None:
        """Return how likely a concern is, or None when that does not suffice for a claim."""
        likelihood = self.present.likelihood(features)
        return likelihood if likelihood >= LIKELY else None

    def is_core(self, features: Mapping[str, float]) -> bool:
        """Tell a main business; what the rules call minor and the text adds with "also" is none."""
        added = bool(features.get("aside")) and not features.get("rule core")
        return not added and self.core.likelihood(features) >= LIKELY

    def save(self, path: Path) -> None:
        """Write the weights as JSON, sorted by name."""
        body = {
            name: {
                "intercept": round(regression.intercept, 4),
                "weights": {key: round(regression.weights[key], 4) for key in sorted(regression.weights)},
            }
            for name, regression in (("present", self.present), ("core", self.core))
        }
        path.write_text(json.dumps(body, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


@cache
def load_judge(path: Path = FILE) -> Judge:
    """Read the weights.

    Raises
    ------
    JudgeError
        When the file is missing or is not as `Judge.save` writes it.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Judge(_regression(body["present"]), _regression(body["core"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JudgeError(
            f"{path.name} cannot be used: {error}; restore the file that ships with the program"
        ) from error


def _regression(body: Mapping[str, object]) -> Regression:
    weights = body["weights"]
    if not isinstance(weights, dict):
        raise TypeError("`weights` must be a mapping of feature to number")
    intercept = body["intercept"]
    if not isinstance(intercept, int | float):
        raise TypeError("`intercept` must be a number")
    return Regression(float(intercept), {str(name): float(value) for name, value in weights.items()})
