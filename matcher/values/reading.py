"""One text, read once: which side it takes on which question by its words, and where those words stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.inference.phrases import Phrase
from matcher.inference.prose import Clause, clauses, lower
from matcher.values.cues import Cues
from matcher.values.polarity import Leaning, is_content, leanings, stem
from matcher.values.stances import Stance

UNCUED = 0.5
CUED = 1.0
DIRECT = 1.6
MAX_QUOTE = 320
WITHOUT = ("-free", " free ", " free,", " free.")


@dataclass(frozen=True, slots=True)
class Side:
    """The side that a text takes on a question, by its words.

    Attributes
    ----------
    sign : float
        -1 (against) to 1 (for); 0 when the words do not tell.
    mentions : int
    at : tuple of int
        Character offset of each mention, the weightiest first.
    """

    sign: float
    mentions: int
    at: tuple[int, ...]


@dataclass(frozen=True)
class StanceReading:
    """What the words of a text say.

    Attributes
    ----------
    text : str
    clauses : tuple of Clause
    sides : mapping of question code to Side
        Only the questions that the text mentions.
    words : tuple of Leaning
    stems : mapping of stem to sign
        Content words that are no cues: the sum of their leanings, clipped to -1..1.
    """

    text: str
    clauses: tuple[Clause, ...]
    sides: Mapping[str, Side]
    words: tuple[Leaning, ...]
    stems: Mapping[str, float]

    def quote(self, offset: int) -> str:
        """Return the clause around an offset, verbatim; at most `MAX_QUOTE` characters of it."""
        for clause in self.clauses:
            if clause.start <= offset <= clause.end:
                quoted = self.text[clause.start : clause.end]
                if len(quoted) > MAX_QUOTE:
                    low = max(0, offset - clause.start - MAX_QUOTE // 2)
                    quoted = quoted[low : low + MAX_QUOTE]
                return quoted.strip()
        return self.text.strip()[:MAX_QUOTE]


def read_stances(text: str, stances: Sequence[Stance], cues: Cues) -> StanceReading:
    """Read the sides that a text takes by its words."""
    words = leanings(text, cues)
    lowered = lower(text)
    sides = {stance.code: side for stance in stances if (side := _side(stance, lowered, words)) is not None}
    sums: dict[str, float] = {}
    for word in words:
        if is_content(word.word) and not cues.leaning(word.word) and word.word not in cues.modal:
            key = stem(word.word)
            sums[key] = sums.get(key, 0.0) + word.sign * (CUED if word.cued else UNCUED)
    stems = {key: max(-1.0, min(1.0, total)) for key, total in sums.items()}
    return StanceReading(text, tuple(clauses(text)), sides, words, stems)


def _side(stance: Stance, lowered: str, words: Sequence[Leaning]) -> Side | None:
    starts = {word.start: word for word in words}
    scored: list[tuple[float, int]] = []
    for phrases, direction in ((stance.for_phrases, 1), (stance.against_phrases, -1)):
        for low, _ in _spans(phrases, lowered):
            scored.append((direction * DIRECT * _negated(starts.get(low)), low))
    objects = [(low, high, 1) for low, high in _spans(stance.good, lowered)]
    objects += [(low, high, -1) for low, high in _spans(stance.bad, lowered)]
    taken: list[tuple[int, int]] = []
    for low, high, direction in sorted(objects, key=lambda item: (item[0] - item[1], item[0], -item[2])):
        if any(low < other_high and high > other_low for other_low, other_high in taken):
            continue
        taken.append((low, high))
        word = starts.get(low)
        leaning = (CUED * word.sign if word.cued else UNCUED) if word else UNCUED
        if lowered.startswith(WITHOUT, high):
            leaning = -CUED
        scored.append((direction * leaning, low))
    if not scored:
        return None
    scored.sort(key=lambda item: -abs(item[0]))
    return Side(math.tanh(sum(score for score, _ in scored)), len(scored), tuple(at for _, at in scored))


def _negated(word: Leaning | None) -> int:
    return word.sign if word is not None else 1


def _spans(phrases: Sequence[Phrase], lowered: str) -> set[tuple[int, int]]:
    return {span for phrase in phrases for span in phrase.spans(lowered)}
