"""Whether two texts stand for the same values, for opposed ones, or for different matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from matcher.values.cues import load_cues
from matcher.values.features import Pair, blinded, pair_features, standing
from matcher.values.meaning import Encoder, Meaning, MeaningReader
from matcher.values.model import WITH_MEANING, WORDS_ONLY, PairModel, load_models, weights_of
from matcher.values.reading import StanceReading, read_stances
from matcher.values.stances import Stance, load_stances

READERS_KEPT = 2
MIN_NEAR = 0.35


@dataclass(frozen=True, slots=True)
class ValueComparison:
    """What comparing two texts shows.

    Attributes
    ----------
    label : str
        ``aligned``, ``conflict`` or ``unrelated``.
    conflict, aligned : float
        Probabilities, 0..1; what is left of 1 is the probability of ``unrelated``.
    principles : tuple of str
        The principles at stake: codes of the values vocabulary, or of a question in `stances/`. Empty when
        the texts are unrelated or bear on no known question.
    question : str
        Both sides of the question in words; empty like `principles`.
    quote_a, quote_b : str
        The words that it rests on, verbatim; empty when the texts are unrelated.
    """

    label: str
    conflict: float
    aligned: float
    principles: tuple[str, ...] = ()
    question: str = ""
    quote_a: str = ""
    quote_b: str = ""


UNRELATED = ValueComparison("unrelated", 0.0, 0.0)


@dataclass(frozen=True)
class _Read:
    words: StanceReading
    meaning: Meaning | None


class ValueComparer:
    """Compares texts; holds what is read once.

    Parameters
    ----------
    encoder : Encoder or None
        Without one, texts are compared by words alone, which sees less; so they are with an encoder that the
        weights were not learnt with, because its cosines are on another scale.
    stances : sequence of Stance or None
        The questions; those of the program by default.
    model : PairModel or None
        The weights; those of the program by default.
    """

    def __init__(
        self,
        encoder: Encoder | None = None,
        stances: Sequence[Stance] | None = None,
        model: PairModel | None = None,
    ) -> None:
        self.stances = tuple(load_stances() if stances is None else stances)
        self.cues = load_cues()
        self.codes = tuple(stance.code for stance in self.stances)
        if model is None:
            with_meaning = load_models()[WITH_MEANING]
            known = encoder is not None and weights_of(encoder.key) == weights_of(with_meaning.encoder)
            model = with_meaning if known else load_models()[WORDS_ONLY]
        self.model = model
        self.reader = MeaningReader(encoder, self.stances, self.cues) if encoder is not None and model.encoder else None

    def pairs(self, texts: Sequence[tuple[str, str]]) -> list[Pair]:
        """Read both texts of every pair; each text once."""
        distinct = list(dict.fromkeys(text for pair in texts for text in pair))
        readings = [read_stances(text, self.stances, self.cues) for text in distinct]
        meanings: Sequence[Meaning | None] = self.reader.read(readings) if self.reader else [None] * len(distinct)
        read = {
            text: _Read(reading, meaning) for text, reading, meaning in zip(distinct, readings, meanings, strict=True)
        }
        return [Pair(read[a].words, read[b].words, read[a].meaning, read[b].meaning) for a, b in texts]

    def features(self, pair: Pair) -> dict[str, float]:
        """Return the features of a pair as read."""
        if self.reader is None:
            return pair_features(pair, self.cues, self.codes)
        return pair_features(pair, self.cues, self.codes, self.reader.directions, self.reader.turns)

    def features_blinded(self, pair: Pair) -> dict[str, float]:
        """Return the features of a pair as if the questions that it bears on were unknown."""
        blind, kept = blinded(pair, self.codes)
        codes, rows = [self.codes[index] for index in kept], list(kept)
        if self.reader is None:
            return pair_features(blind, self.cues, codes)
        return pair_features(blind, self.cues, codes, self.reader.directions[rows], self.reader.turns[rows])

    def compare(self, texts: Sequence[tuple[str, str]]) -> list[ValueComparison]:
        """Compare many pairs; the texts are encoded together."""
        worded = [(a, b) for a, b in texts if _says_something(a) and _says_something(b)]
        found = iter([self._compare(pair) for pair in self.pairs(worded)])
        return [next(found) if _says_something(a) and _says_something(b) else UNRELATED for a, b in texts]

    def _compare(self, pair: Pair) -> ValueComparison:
        chances = self.model.probabilities(self.features(pair))
        label = max(chances, key=lambda name: chances[name])
        if label == "unrelated":
            return ValueComparison(label, chances["conflict"], chances["aligned"])
        stake = self._at_stake(pair, label)
        if stake is None:
            quotes = (_quote(pair.a, None, None), _quote(pair.b, None, None))
            return ValueComparison(label, chances["conflict"], chances["aligned"], (), "", *quotes)
        index, principles = stake
        return ValueComparison(
            label=label,
            conflict=chances["conflict"],
            aligned=chances["aligned"],
            principles=principles,
            question=self.stances[index].label,
            quote_a=_quote(pair.a, self.codes[index], _clause(pair.meaning_a, index)),
            quote_b=_quote(pair.b, self.codes[index], _clause(pair.meaning_b, index)),
        )

    def _at_stake(self, pair: Pair, label: str) -> tuple[int, tuple[str, ...]] | None:
        """Return the question that both texts are about, and the principles of the sides that they take."""
        stand = standing(pair, self.codes, self.reader.turns if self.reader else None)
        known = np.array([self._bears_on(pair, index) for index in range(len(self.codes))])
        if not known.any():
            return None
        products = stand.signs_a * stand.signs_b
        fitting = known & ((products < 0) if label == "conflict" else (products > 0))
        index = int(np.where(fitting if fitting.any() else known, stand.weights, -1.0).argmax())
        signs = (float(stand.signs_a[index]), float(stand.signs_b[index]))
        if label == "conflict" and signs[0] * signs[1] >= 0:
            signs = (1.0, -1.0)
        elif label == "aligned":
            signs = (sum(signs),) * 2
        return index, self.stances[index].principles(sorted(signs, reverse=True))

    def _bears_on(self, pair: Pair, index: int) -> bool:
        code = self.codes[index]
        if code in pair.a.sides and code in pair.b.sides:
            return True
        if pair.meaning_a is None or pair.meaning_b is None:
            return False
        mentioned = code in pair.a.sides or code in pair.b.sides
        near = min(float(pair.meaning_a.near[index]), float(pair.meaning_b.near[index]))
        return near >= (MIN_NEAR if mentioned else MIN_NEAR + 0.1)


def compare_values(text_a: str, text_b: str, encoder: Encoder | None = None) -> ValueComparison:
    """Compare the values that two texts stand for.

    Likeness is no alignment: texts in conflict are mostly about the same matter, in the same words.

    Parameters
    ----------
    text_a, text_b : str
        What each organization says of itself; in English.
    encoder : Encoder or None
        Without one, or with one that the weights were not learnt with, texts are compared by words alone.

    Returns
    -------
    ValueComparison
        ``unrelated`` when either text says nothing.
    """
    return _comparer(_ByKey(encoder)).compare([(text_a, text_b)])[0]


@dataclass(frozen=True)
class _ByKey:
    """An encoder that equals another of the same key."""

    encoder: Encoder | None = field(compare=False)
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.encoder.key if self.encoder is not None else "")


@lru_cache(maxsize=READERS_KEPT)
def _comparer(wanted: _ByKey) -> ValueComparer:
    return ValueComparer(wanted.encoder)


def _clause(meaning: Meaning | None, index: int) -> int | None:
    return None if meaning is None else int(meaning.clause[index])


def _says_something(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _quote(reading: StanceReading, code: str | None, clause: int | None) -> str:
    side = reading.sides.get(code) if code is not None else None
    if side is not None:
        return reading.quote(side.at[0])
    if clause is not None and 0 <= clause < len(reading.clauses):
        return reading.quote(reading.clauses[clause].start)
    return reading.quote(next((at for at, char in enumerate(reading.text) if not char.isspace()), 0))
