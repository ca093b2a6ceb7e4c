"""What was learnt from labelled texts, as plain JSON: confidence curves, and weights over an encoder's vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.inference.errors import LearntWeightsError

FILE = Path(__file__).with_name("learnt.json")
KINDS = ("capacity", "concern")


class TextEncoder(Protocol):
    """Anything that turns texts into unit rows."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Return float32, shape (len(texts), dimension)."""
        ...


@dataclass(frozen=True)
class Learnt:
    """Learnt numbers.

    Attributes
    ----------
    calibration : mapping of claim kind to intercept and slope of its confidence curve
    codes : sequence of str
        Capacities that have weights; empty when the learnt layer is not used.
    weights : float32 array, shape (len(codes), dimension)
    bias, slope : float32 arrays, shape (len(codes),)
        Log-odds of a code are ``weights @ vector + bias + slope * log-odds of the pattern score``.
    """

    calibration: Mapping[str, Mapping[str, float]]
    codes: Sequence[str] = ()
    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32), repr=False)
    bias: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32), repr=False)
    slope: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32), repr=False)

    def vectors(self, encoder: TextEncoder | None, texts: list[str]) -> NDArray[np.float32] | None:
        """Encode texts when there are weights for vectors; None otherwise.

        Raises
        ------
        LearntWeightsError
            When the vectors do not have the length that the weights were learnt on.
        """
        if encoder is None or not self.codes:
            return None
        rows = encoder.encode(texts)
        if rows.shape[1] != self.weights.shape[1]:
            raise LearntWeightsError(
                f"the weights were learnt on vectors of length {self.weights.shape[1]}, the encoder returns"
                f" {rows.shape[1]}; infer without an encoder, or with the model named in {FILE.name}"
            )
        return rows

    def scores(self, vector: NDArray[np.float32], scores: Mapping[str, float]) -> dict[str, float]:
        """Return the pattern scores (0..1 by code), moved by what the vector says."""
        moved = dict(scores)
        for row, code in enumerate(self.codes):
            if code in moved:
                score = min(max(moved[code], 0.01), 0.99)
                odds = self.weights[row] @ vector + self.bias[row] + self.slope[row] * np.log(score / (1.0 - score))
                moved[code] = float(1.0 / (1.0 + np.exp(-odds)))
        return moved


def _parse(body: Any) -> Learnt:
    calibration = {kind: {part: float(body["calibration"][kind][part]) for part in ("intercept", "slope")} for kind in KINDS}
    layer = body.get("capacities")
    if layer is None:
        return Learnt(calibration)
    codes = list(layer["codes"])
    weights = np.array(layer["weights"], np.float32).reshape(len(codes), -1)
    return Learnt(calibration, codes, weights, np.array(layer["bias"], np.float32), np.array(layer["slope"], np.float32))


@cache
def load_learnt(path: Path = FILE) -> Learnt:
    """Read learnt numbers.

    Raises
    ------
    LearntWeightsError
        When the file is missing or not what `Learnt` needs.
    """
    try:
        return _parse(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LearntWeightsError(f"{path.name} cannot be used: {error}") from error
