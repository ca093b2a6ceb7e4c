"""From the score of a finding to the share of such findings that were right among labelled texts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matcher.inference.errors import CalibrationError

FILE = Path(__file__).with_name("calibration.json")
KINDS = ("capacity", "concern", "asset", "need", "value")


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve over the log-odds of a score (Platt, 1999)."""

    intercept: float
    slope: float


def calibrated(score: float, curve: Curve) -> float:
    """Return the confidence, 0..1, for a score in 0..1."""
    clipped = min(max(score, 0.01), 0.99)
    return 1.0 / (1.0 + math.exp(-(curve.intercept + curve.slope * math.log(clipped / (1.0 - clipped)))))


@cache
def load_calibration(path: Path = FILE) -> Mapping[str, Curve]:
    """Read the curve of every kind of claim.

    Raises
    ------
    CalibrationError
        When the file is missing or lacks a curve.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return {kind: Curve(float(body[kind]["intercept"]), float(body[kind]["slope"])) for kind in KINDS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CalibrationError(
            f"{path.name} cannot be used: {error}; restore the file that ships with the program"
        ) from error
