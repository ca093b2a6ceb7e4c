"""Which side a text takes by its meaning: nearness to sentences that are typical of either side of a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.inference.prose import clauses
from matcher.values.stances import Stance

Floats = NDArray[np.float32]


class Encoder(Protocol):
    """What is asked of an embedding model."""

    @property
    def key(self) -> str:
        """Model, weights and precision."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit rows, float32 (len(texts), dimension)."""
        ...


@dataclass(frozen=True)
class Meaning:
    """A text beside the questions.

    Attributes
    ----------
    vector : NDArray, (dimension,)
        Of the whole text, of unit length.
    near : NDArray, (n_questions,)
        Cosine with the nearest typical sentence of either side.
    lean : NDArray, (n_questions,)
        Cosine of the text, seen from the middle between both sides, with the way from the `against` to the `for`
        sentences; of the clause that is nearest to the question.
    clause : NDArray of int, (n_questions,)
        Number of that clause; -1 for the whole text.
    camp : float
        Projection on what tells the `for` sides from the `against` sides over all questions.
    """

    vector: Floats
    near: Floats
    lean: Floats
    clause: NDArray[np.int64]
    camp: float


class MeaningReader:
    """Compares texts with the typical sentences of all questions, encoded once.

    Parameters
    ----------
    encoder : Encoder
    stances : sequence of Stance
    """

    def __init__(self, encoder: Encoder, stances: Sequence[Stance]) -> None:
        self.encoder = encoder
        self.stances = tuple(stances)
        sentences = [sentence for stance in stances for sentence in (*stance.for_says, *stance.against_says)]
        self._rows = encoder.encode(sentences)
        self._bounds: list[tuple[int, int, int]] = []
        at = 0
        for stance in stances:
            middle, high = at + len(stance.for_says), at + len(stance.for_says) + len(stance.against_says)
            self._bounds.append((at, middle, high))
            at = high
        means = [
            (self._rows[low:mid].mean(axis=0), self._rows[mid:high].mean(axis=0)) for low, mid, high in self._bounds
        ]
        ways = np.stack([side_for - side_against for side_for, side_against in means])
        self.directions = _unit(ways)
        self._middles = np.stack([(side_for + side_against) / 2 for side_for, side_against in means])
        self._camp = _unit(ways.mean(axis=0))

    def read(self, texts: Sequence[str]) -> list[Meaning]:
        """Read several texts with one call of the encoder."""
        pieces: list[str] = []
        spans: list[tuple[int, int]] = []
        for text in texts:
            found = clauses(text)
            low = len(pieces)
            pieces += [text, *(text[clause.start : clause.end] for clause in found if len(found) > 1)]
            spans.append((low, len(pieces)))
        rows = self.encoder.encode(pieces)
        return [self._meaning(rows[low:high]) for low, high in spans]

    def _meaning(self, rows: Floats) -> Meaning:
        cosines = rows @ self._rows.T
        sides_for = np.stack([cosines[:, low:middle].max(axis=1) for low, middle, _ in self._bounds], axis=1)
        sides_against = np.stack([cosines[:, middle:high].max(axis=1) for _, middle, high in self._bounds], axis=1)
        near = np.maximum(sides_for, sides_against)
        best = near.argmax(axis=0)
        column = np.arange(near.shape[1])
        seen = _unit(rows[best] - self._middles)
        return Meaning(
            vector=rows[0],
            near=near[best, column],
            lean=np.asarray((seen * self.directions).sum(axis=1), np.float32),
            clause=best - 1,
            camp=float(rows[0] @ self._camp),
        )


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)
