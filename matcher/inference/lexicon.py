"""Causes, audiences and places: the vocabularies' own words, looked up in a text word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb.organization import ClaimKind
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.inference.errors import PatternError
from matcher.inference.findings import Finding, Span
from matcher.inference.prose import lower
from matcher.inference.reading import Reading

WORD = re.compile(r"[^\W_]+(?:['\u2019.\-/][^\W_]+)*")
KINDS = (ClaimKind.CAUSE, ClaimKind.AUDIENCE, ClaimKind.PLACE)
THROUGH = {
    ClaimKind.CAUSE: frozenset({"uses"}),
    ClaimKind.AUDIENCE: frozenset({"customers", "uses", "other_industries"}),
    ClaimKind.PLACE: frozenset({"customers", "uses", "other_industries", "founding"}),
}
MIN_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A vocabulary word that stands in a text."""

    kind: ClaimKind
    code: str
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """Words and the codes they stand for.

    Attributes
    ----------
    words : mapping of words (lower case, one space between) to (kind, code) pairs
    unless : mapping of a word to phrases beside which it means something else
    first_words : mapping of a first word to the most words in any entry that begins with it
    """

    words: Mapping[str, tuple[tuple[ClaimKind, str], ...]]
    unless: Mapping[str, tuple[str, ...]]
    first_words: Mapping[str, int]

    def mentions(self, reading: Reading) -> Iterator[Mention]:
        """Yield every mention that no guard masks, the longest first where several begin."""
        found = [(match.group(), match.start(), match.end()) for match in WORD.finditer(reading.lowered)]
        shouting = reading.text == reading.text.upper()
        index = 0
        while index < len(found):
            size = self._longest_at(found, index)
            if size:
                words = " ".join(word for word, _, _ in found[index : index + size])
                start, end = found[index][1], found[index + size - 1][2]
                for kind, code in self.words[words]:
                    named = kind is not ClaimKind.PLACE or code == "world" or shouting or reading.text[start].isupper()
                    if named and not self._otherwise(words, reading) and not reading.masked(start, end, THROUGH[kind]):
                        yield Mention(kind, code, start, end)
            index += size or 1

    def _longest_at(self, found: list[tuple[str, int, int]], index: int) -> int:
        longest = min(self.first_words.get(found[index][0], 0), len(found) - index)
        for size in range(longest, 0, -1):
            if " ".join(word for word, _, _ in found[index : index + size]) in self.words:
                return size
        return 0

    def _otherwise(self, words: str, reading: Reading) -> bool:
        return any(other in reading.lowered for other in self.unless.get(words, ()))


def lexicon_findings(reading: Reading, lexicon: Lexicon) -> list[tuple[ClaimKind, Finding]]:
    """Gather the mentions of a text by kind and code."""
    spans: dict[tuple[ClaimKind, str], list[Span]] = {}
    for mention in lexicon.mentions(reading):
        span = Span(mention.start, mention.end, reading.clause_at(mention.start))
        spans.setdefault((mention.kind, mention.code), []).append(span)
    return [(kind, Finding(code, 1.0, tuple(found))) for (kind, code), found in spans.items()]


def _entry(words: str) -> str:
    return " ".join(match.group() for match in WORD.finditer(lower(words)))


def _listed(vocabulary: Vocabulary, kind: ClaimKind, also: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for code, term in vocabulary.terms(kind).items():
        for words in (term.label, *term.synonyms, *also.get(code, ())):
            yield code, _entry(words)


def load_lexicon(path: Path) -> Lexicon:
    """Build the lexicon from the vocabularies and what a file says about looking them up.

    Raises
    ------
    PatternError
        When the file is not as it should be.
    """
    vocabulary = load_vocabulary()
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        leave_out, also, unless = body["leave_out"], body["also"], body["unless"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise PatternError(f"{path.name}: needs leave_out, also and unless ({error})") from error
    problems = [
        f"{path.name}: also: {kind.value} {code} is not in the vocabulary"
        for kind in KINDS
        for code in also.get(kind.value, {})
        if code not in vocabulary.terms(kind)
    ]
    if problems:
        raise PatternError("\n".join(problems))
    words: dict[str, tuple[tuple[ClaimKind, str], ...]] = {}
    for kind in KINDS:
        dropped = {_entry(word) for word in leave_out.get(kind.value, ())}
        kept = {_entry(word) for listed in also.get(kind.value, {}).values() for word in listed}
        for code, entry in _listed(vocabulary, kind, also.get(kind.value, {})):
            if len(entry) > MIN_LETTERS - 1 and (entry in kept or entry not in dropped):
                pairs = words.get(entry, ())
                words[entry] = pairs if (kind, code) in pairs else (*pairs, (kind, code))
    return Lexicon(
        words=words,
        unless={_entry(word): tuple(lower(other) for other in others) for word, others in unless.items()},
        first_words=_first_words(words),
    )


def _first_words(entries: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for entry in entries:
        first, size = entry.split()[0], len(entry.split())
        longest[first] = max(size, longest.get(first, 0))
    return longest
