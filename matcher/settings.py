"""Default weights and thresholds, read from YAML and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from matcher.errors import MatcherError

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Background:
    """Cosines of unrelated and of closely related texts for one embedding model."""

    unrelated: float
    related: float


@dataclass(frozen=True)
class Holdback:
    """How a candidate that is too weak in one thing is held back, however strong in all others.

    Attributes
    ----------
    component : str
        Whose value is looked at; what is unknown is taken to be as usual.
    label : str
        What is said of the points that are taken off.
    enough : float above 0, at most 1
        The value from which on nothing is taken off.
    least : float in 0..1
        The share of the score that is left at a value of 0.
    """

    component: str
    label: str
    enough: float
    least: float

    def kept(self, value: float) -> float:
        """Return the share of the score that is left; 0..1."""
        return min(1.0, self.least + (1 - self.least) * value / self.enough)


@dataclass(frozen=True)
class Settings:
    """What matching assumes unless a brief says otherwise."""

    weights: Mapping[str, float]
    caution: float
    usual: float
    must_strength: float
    holdbacks: tuple[Holdback, ...]
    background: Mapping[str, Background]


def _read(path: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise MatcherError(f"{path.name} must be a mapping")
    return loaded


@cache
def load_settings(folder: Path = FOLDER) -> Settings:
    """Read weights.yaml and defaults.yaml.

    Raises
    ------
    MatcherError
        When a weight is negative, or a threshold is outside 0..1.
    """
    weights = {str(name): float(weight) for name, weight in _read(folder / "weights.yaml").items()}
    body = _read(folder / "defaults.yaml")
    problems = [f"weights.yaml: {name} is negative" for name, weight in weights.items() if weight < 0]
    for field in ("caution", "usual", "must_strength"):
        if not 0 <= float(body[field]) <= 1:
            problems.append(f"defaults.yaml: {field} must be between 0 and 1")
    background = {str(model): Background(**limits) for model, limits in body["background"].items()}
    problems += [
        f"defaults.yaml: {name}: related must exceed unrelated"
        for name, item in background.items()
        if item.related <= item.unrelated
    ]
    holdbacks = tuple(Holdback(str(name), **item) for name, item in body["held_back"].items())
    problems += [
        f"defaults.yaml: held_back: {item.component}: must be a component; enough above 0 up to 1, least 0 to 1"
        for item in holdbacks
        if item.component not in weights or not (0 < item.enough <= 1 and 0 <= item.least <= 1)
    ]
    if problems:
        raise MatcherError("\n".join(problems))
    return Settings(
        weights,
        float(body["caution"]),
        float(body["usual"]),
        float(body["must_strength"]),
        holdbacks,
        background,
    )
