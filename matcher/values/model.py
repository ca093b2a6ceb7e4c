"""The learnt weights: a multinomial logistic regression over the features of a pair, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.values.errors import ValueModelError

FILE = Path(__file__).with_name("weights.json")
LABELS = ("aligned", "conflict", "unrelated")
WORDS_ONLY = "words"
WITH_MEANING = "meaning"


@dataclass(frozen=True)
class PairModel:
    """Weights of one model.

    Attributes
    ----------
    features : tuple of str
    means, scales : NDArray, (n_features,)
        By which features are centered and scaled.
    coefficients : NDArray, (3, n_features)
        A row for each of `LABELS`.
    intercepts : NDArray, (3,)
    encoder : str
        Key of the embedding model it was learnt with; empty when it asks for none.
    """

    features: tuple[str, ...]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    encoder: str = ""

    def probabilities(self, features: Mapping[str, float]) -> dict[str, float]:
        """Return the probability of each of `LABELS`; they sum to 1."""
        values = np.array([features[name] for name in self.features])
        logits = self.coefficients @ ((values - self.means) / self.scales) + self.intercepts
        shares = np.exp(logits - logits.max())
        return dict(zip(LABELS, (float(share) for share in shares / shares.sum()), strict=True))

    def to_json(self, digits: int = 5) -> dict[str, object]:
        """Return the model as data for a file."""

        def rounded(values: NDArray[np.float64]) -> list[float]:
            return [round(float(value), digits) for value in values]

        return {
            "encoder": self.encoder,
            "features": list(self.features),
            "means": rounded(self.means),
            "scales": rounded(self.scales),
            "coefficients": {label: rounded(row) for label, row in zip(LABELS, self.coefficients, strict=True)},
            "intercepts": rounded(self.intercepts),
        }


def weights_of(key: str) -> str:
    """Return the model and its weights from the key of an encoder, without the precision."""
    return key.rpartition("/")[0] or key


def _model(body: Mapping[str, object]) -> PairModel:
    def numbers(values: object) -> NDArray[np.float64]:
        found = np.asarray(values, np.float64)
        if not np.isfinite(found).all():
            raise ValueError("a weight is not a number")
        return found

    names = body["features"]
    coefficients = body["coefficients"]
    if not isinstance(names, Sequence) or not isinstance(coefficients, Mapping):
        raise TypeError("features must be a list, and coefficients a mapping of labels")
    model = PairModel(
        features=tuple(str(name) for name in names),
        means=numbers(body["means"]),
        scales=numbers(body["scales"]),
        coefficients=numbers([coefficients[label] for label in LABELS]),
        intercepts=numbers(body["intercepts"]),
        encoder=str(body["encoder"]),
    )
    wanted = len(model.features)
    shapes = (model.means.shape, model.scales.shape, model.coefficients.shape, model.intercepts.shape)
    if shapes != ((wanted,), (wanted,), (len(LABELS), wanted), (len(LABELS),)) or (model.scales <= 0).any():
        raise ValueError("the numbers do not fit the features")
    return model


@cache
def load_models(path: Path = FILE) -> Mapping[str, PairModel]:
    """Read the model for words only and the one for words and meaning.

    Raises
    ------
    ValueModelError
        When the file is missing or is not as it should be.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return {name: _model(body[name]) for name in (WORDS_ONLY, WITH_MEANING)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueModelError(
            f"{path.name} cannot be used: {error}; restore the file that ships with the program, or learn it anew"
        ) from error
