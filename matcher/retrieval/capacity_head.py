"""Which capacity a phrase speaks of, read from its vector: a linear head over the encoder, fitted on frames."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from kb.columns.vectors import TextEncoder
from kb.vocabulary import load_vocabulary
from matcher.errors import MatcherError

Floats = NDArray[np.float64]
FOLDER = Path(__file__).parent
FRAMES = FOLDER / "capacity_frames.yaml"
LEARNED = FOLDER / "capacity_head.json"
PER_FRAME = 8
FITTED_PER_FRAME = 2
DIGITS = 3
RIDGE_C = 1.0
FIELDS = {"frames", "subjects", "wrappers"}


@dataclass(frozen=True)
class CapacityHead:
    """A softmax over the capacities.

    Attributes
    ----------
    encoder : str
        Key of the encoder whose vectors it reads.
    codes : tuple of str
    weights : float64 (n_codes, dimension)
    bias : float64 (n_codes,)
    """

    encoder: str
    codes: tuple[str, ...]
    weights: Floats
    bias: Floats

    def shares(self, vectors: NDArray[np.float32]) -> Floats:
        """Return how likely each vector speaks of each capacity; float64 (n, n_codes), rows add up to 1."""
        logits = vectors.astype(np.float64) @ self.weights.T + self.bias
        raised = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


@cache
def load_frames(path: Path = FRAMES) -> Mapping[str, Any]:
    """Read and check the frames.

    Raises
    ------
    MatcherError
        With one line per problem.
    """
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MatcherError(f"{path.name}: {error}") from error
    if not isinstance(body, dict) or set(body) != FIELDS:
        raise MatcherError(f"{path.name}: needs exactly the fields {', '.join(sorted(FIELDS))}")
    known = load_vocabulary().capacities
    problems = [f"{path.name}: frames: {code} is not a capacity" for code in body["frames"] if code not in known]
    problems += [f"{path.name}: frames: {code} has no frames" for code in known if not body["frames"].get(code)]
    problems += [
        f"{path.name}: {frame!r} must hold one {{}}"
        for frame in (*(frame for listed in body["frames"].values() for frame in listed), *body["wrappers"])
        if str(frame).count("{}") != 1
    ]
    if problems:
        raise MatcherError("\n".join(problems))
    return body


def framed(frames: Mapping[str, Any], per_frame: int = PER_FRAME) -> tuple[list[str], list[str]]:
    """Return phrases and their capacities: every frame with several subjects, in turn."""
    subjects, wrappers = frames["subjects"], frames["wrappers"]
    texts, codes = [], []
    step = 0
    for code, listed in frames["frames"].items():
        for frame in listed:
            for _ in range(per_frame):
                texts.append(wrappers[step % len(wrappers)].format(frame.format(subjects[step * 7 % len(subjects)])))
                codes.append(code)
                step += 1
    return texts, codes


def fit_head(encoder: TextEncoder, frames: Mapping[str, Any] | None = None, per_frame: int = PER_FRAME) -> CapacityHead:
    """Fit the head for an encoder."""
    from sklearn.linear_model import LogisticRegression

    texts, codes = framed(frames or load_frames(), per_frame)
    model = LogisticRegression(C=RIDGE_C, class_weight="balanced", max_iter=1000)
    model.fit(encoder.encode(texts).astype(np.float64), codes)
    return CapacityHead(
        encoder_name(encoder), tuple(map(str, model.classes_)), np.asarray(model.coef_), np.asarray(model.intercept_)
    )


def encoder_name(encoder: TextEncoder) -> str:
    """Return an encoder's key without its precision, which changes vectors hardly at all."""
    return encoder.key.rsplit("/", 1)[0]


def write_head(head: CapacityHead, path: Path = LEARNED) -> None:
    """Write a head as JSON."""
    body = {
        "encoder": head.encoder,
        "bias": dict(zip(head.codes, np.round(head.bias, DIGITS).tolist(), strict=True)),
        "weights": dict(zip(head.codes, np.round(head.weights, DIGITS).tolist(), strict=True)),
    }
    path.write_text(json.dumps(body, separators=(",", ":")) + "\n", encoding="utf-8")


@cache
def read_head(path: Path = LEARNED) -> CapacityHead:
    """Read a head from JSON.

    Raises
    ------
    MatcherError
        When the file is not as `write_head` writes it.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        codes = tuple(body["weights"])
        weights = np.asarray([body["weights"][code] for code in codes], np.float64)
        bias = np.asarray([body["bias"][code] for code in codes], np.float64)
        return CapacityHead(str(body["encoder"]), codes, weights, bias)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MatcherError(f"{path.name}: cannot be read ({error}); fit the capacity head again") from error


def head_for(encoder: TextEncoder) -> CapacityHead:
    """Return the head for an encoder: the one that is stored, or one fitted now where the model is another."""
    stored = read_head()
    return stored if stored.encoder == encoder_name(encoder) else fit_head(encoder, per_frame=FITTED_PER_FRAME)
