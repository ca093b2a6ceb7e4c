"""Which side a text takes by its meaning: nearness to sentences that are typical of either side of a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.values.camp import CampReader
from matcher.values.cues import Cues
from matcher.values.polarity import leanings
from matcher.values.reading import StanceReading
from matcher.values.stances import Stance

Floats = NDArray[np.float32]
PULL = 10.0
ATTENTION = 20.0


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
    pull : NDArray, (n_questions,)
        How much nearer the sentences of the `for` side are than those of the `against` side, the nearest weighing
        most; of that clause.
    clause : NDArray of int, (n_questions,)
        Number of that clause; -1 for the whole text.
    camp : NDArray, (n_questions,)
        What the sentences of each question add to the estimate of the camp; the sum, about -1..1, is the estimate.
    shares : NDArray, (n_questions, 2)
        How the attention of the whole text is divided over the `for` and the `against` sides; sums to 1.
    """

    vector: Floats
    near: Floats
    lean: Floats
    pull: Floats
    clause: NDArray[np.int64]
    camp: Floats
    shares: Floats


class MeaningReader:
    """Compares texts with the typical sentences of all questions, encoded once.

    Parameters
    ----------
    encoder : Encoder
    stances : sequence of Stance
    cues : Cues
    """

    def __init__(self, encoder: Encoder, stances: Sequence[Stance], cues: Cues) -> None:
        self.encoder = encoder
        self.stances = tuple(stances)
        sides = [says for stance in stances for says in (stance.for_says, stance.against_says)]
        sentences = [sentence for says in sides for sentence in says]
        self._rows = encoder.encode(sentences)
        self._sizes = np.array([len(says) for says in sides])
        self._starts = np.concatenate([[0], np.cumsum(self._sizes)[:-1]])
        self.turns = np.array([-1.0 if stance.turned else 1.0 for stance in stances], np.float32)
        means = (np.add.reduceat(self._rows, self._starts, axis=0) / self._sizes[:, None]).reshape(len(stances), 2, -1)
        self.directions = _unit(means[:, 0] - means[:, 1])
        self._middles = means.mean(axis=1)
        camps = np.repeat(np.stack([self.turns, -self.turns], axis=1).ravel(), self._sizes)
        self._camp = CampReader(self._rows, [leanings(sentence, cues) for sentence in sentences], camps)

    def read(self, readings: Sequence[StanceReading]) -> list[Meaning]:
        """Read several texts with one call of the encoder."""
        if not readings:
            return []
        pieces: list[str] = []
        spans: list[tuple[int, int]] = []
        for reading in readings:
            text, found = reading.text, reading.clauses
            low = len(pieces)
            pieces += [text, *(text[clause.start : clause.end] for clause in found if len(found) > 1)]
            spans.append((low, len(pieces)))
        rows = self.encoder.encode(pieces)
        parts = self._camp.parts(rows[[low for low, _ in spans]], [reading.words for reading in readings])
        camps = np.add.reduceat(parts, self._starts, axis=1).reshape(len(readings), -1, 2).sum(axis=2)
        return [self._meaning(rows[low:high], camp) for (low, high), camp in zip(spans, camps, strict=True)]

    def _meaning(self, rows: Floats, camp: Floats) -> Meaning:
        cosines = rows @ self._rows.T
        shape = (len(rows), len(self.stances), 2)
        near = np.maximum.reduceat(cosines, self._starts, axis=1).reshape(shape).max(axis=2)
        best = near.argmax(axis=0)
        column = np.arange(near.shape[1])
        drawn = np.add.reduceat(np.exp(PULL * cosines), self._starts, axis=1) / self._sizes
        pulls = np.log(drawn).reshape(shape)
        shares = np.exp(ATTENTION * (cosines[0] - cosines[0].max()))
        return Meaning(
            vector=rows[0],
            near=near[best, column],
            lean=np.asarray((_unit(rows[best] - self._middles) * self.directions).sum(axis=1), np.float32),
            pull=(pulls[..., 0] - pulls[..., 1])[best, column],
            clause=best - 1,
            camp=camp,
            shares=(np.add.reduceat(shares, self._starts) / shares.sum()).reshape(-1, 2),
        )


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)
