"""A text made ready for reading: its words, phrases and scoped sentences, and the quotes taken from it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from matcher.inference.phrases import Phrase
from matcher.reading.phrases import Found, Token, fold, tokenize
from matcher.reading.places import is_place
from matcher.reading.rules import ReadingRules
from matcher.reading.sentences import Reading, read_sentences

MAX_QUOTE = 200
BULLET_MARKS = " \t\r\n-*•,;"
CLAUSE_END = re.compile(r"[,;:()\u2013\u2014\n]")


class Scan:
    """A brief's text with everything that the reading rules find in it."""

    def __init__(self, text: str, rules: ReadingRules) -> None:
        self.text = text
        self.rules = rules
        self.folded = fold(text)
        self.tokens: list[Token] = tokenize(text)
        self.readings = list(read_sentences(text, self.folded, rules.cues))
        self._token_starts = [token.start for token in self.tokens]
        self._starts = [reading.sentence.start for reading in self.readings]

    @cached_property
    def found(self) -> list[Found]:
        """Phrases in the order of the text, without names that are no places here."""
        capitals = any(token.raw[0].isupper() for token in self.tokens)
        kept = []
        for item in self.rules.index.find(self.text, self.tokens):
            place = item.entries[0].group == "place"
            if place and not is_place(self.text, self.tokens, item, self.rules.places, capitals=capitals):
                continue
            kept.append(item)
        return kept

    def reading_at(self, start: int) -> Reading:
        """Return the sentence that a character offset lies in."""
        return self.readings[max(0, bisect_right(self._starts, start) - 1)]

    def has(self, sign: str, start: int, end: int) -> bool:
        """Tell whether one of a sign's phrases stands between two offsets."""
        return stands(self.rules.signs[sign], self.folded[max(0, start) : max(0, end)])

    def words_in(self, low: int, high: int) -> list[Token]:
        """Return the words that start between two offsets."""
        return self.tokens[bisect_left(self._token_starts, low) : bisect_left(self._token_starts, high)]

    def words_before(self, found: Found, count: int) -> list[str]:
        """Return the stems of the words before a phrase, within its sentence."""
        start = self.reading_at(found.start).sentence.start
        return [token.stem for token in self.tokens[max(0, found.first - count) : found.first] if token.start >= start]

    def quote(self, start: int, end: int, low: int, high: int) -> str:
        """Return the words around `start`..`end`, verbatim, within `low`..`high` and short enough to show."""
        if high - low > MAX_QUOTE:
            left = [match.end() for match in CLAUSE_END.finditer(self.text, low, start)]
            right = CLAUSE_END.search(self.text, end, high)
            low = left[-1] if left else low
            high = right.start() if right else high
        if high - low > MAX_QUOTE:
            low, high = max(low, start - MAX_QUOTE // 2), min(high, end + MAX_QUOTE // 2)
            while low < start and low > 0 and self.text[low - 1].isalnum():
                low += 1
            while high > end and high < len(self.text) and self.text[high].isalnum():
                high -= 1
        return self.text[low:high].strip(BULLET_MARKS)

    def sentence_text(self, reading: Reading) -> str:
        """Return a sentence, verbatim."""
        return self.text[reading.sentence.start : reading.sentence.end]


def stands(phrases: tuple[Phrase, ...], folded: str) -> bool:
    """Tell whether one of the phrases stands in a folded text."""
    return any(True for phrase in phrases for _ in phrase.spans(folded))
