"""Finding vocabulary phrases in a text: folded words, tolerant of plurals and spelling, longest match first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

WORD = re.compile(r"[^\W_][\w\u0300-\u036f]*(?:['\u2019][^\W_]+)*")
GLUE = re.compile(r"[\s\-\u2010-\u2015/'\u2019&.]{0,4}")
UNSAFE_GLUE = re.compile(r"\n\s*\n|\.\s")
MARKS = re.compile(r"[\u0300-\u036f]")
SAME = {"woman": "women", "child": "children", "programme": "program", "centre": "center"}
MAX_PHRASE = 8


@lru_cache(maxsize=20_000)
def _fold_char(char: str) -> str:
    if char in "\u2019\u2018`\u00b4":
        return "'"
    base = MARKS.sub("", unicodedata.normalize("NFKD", char)).lower()
    return base if len(base) == 1 else (char.lower() if len(char.lower()) == 1 else char)


def fold(text: str) -> str:
    """Lower a text and strip accents without changing its length, so that offsets stay valid."""
    return "".join(map(_fold_char, text)) if not text.isascii() else text.lower()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return a form that singular and plural, British and American spelling share."""
    word = MARKS.sub("", fold(word)).removesuffix("'s").rstrip("'")
    if word in SAME:
        return SAME[word]
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 6:
        word = re.sub(r"is(e|ed|er|ing|ation)$", r"iz\1", word)
    if len(word) > 4 and word.endswith("our"):
        word = word[:-3] + "or"
    return SAME.get(word, word)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text: where it stands, as written, and its stem."""

    start: int
    end: int
    raw: str
    stem: str


def tokenize(text: str) -> list[Token]:
    """Split a text into words."""
    return [Token(*match.span(), match.group(), stem(match.group())) for match in WORD.finditer(text)]


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase and the term that it speaks for.

    Attributes
    ----------
    group : str
        The vocabulary: ``lendable``, ``audience``, ``cause``, ``value``, ``concern``, ``sector``, ``place``.
    grade : str
        ``strong`` anywhere; ``weak`` only beside a cue; ``verb`` only where a partner's acts are described.
    written : tuple of str
        The words as the text must write them, where capitals matter; empty otherwise.
    """

    group: str
    code: str
    stems: tuple[str, ...]
    grade: str = "strong"
    written: tuple[str, ...] = ()


def entry(group: str, code: str, phrase: str, grade: str = "strong", *, cased: bool | None = None) -> Entry:
    """Make an entry; a phrase with a capital letter must be written that way unless `cased` says otherwise."""
    words = WORD.findall(phrase)
    exact = (phrase != phrase.lower()) if cased is None else cased
    return Entry(group, code, tuple(map(stem, words)), grade, tuple(words) if exact else ())


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in the text: its tokens (first, last + 1), its place, and the terms it may speak for."""

    first: int
    last: int
    start: int
    end: int
    entries: tuple[Entry, ...]

    @property
    def words(self) -> int:
        """How many words were matched."""
        return self.last - self.first


class PhraseIndex:
    """All phrases of all vocabularies, looked up by their first word."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.by_first: dict[str, list[Entry]] = {}
        for item in dict.fromkeys(entries):
            if item.stems and len(item.stems) <= MAX_PHRASE:
                self.by_first.setdefault(item.stems[0], []).append(item)

    def _at(self, text: str, tokens: Sequence[Token], position: int) -> Iterator[Entry]:
        for item in self.by_first.get(tokens[position].stem, ()):
            end = position + len(item.stems)
            if end > len(tokens) or any(tokens[position + i].stem != word for i, word in enumerate(item.stems)):
                continue
            if item.written and any(tokens[position + i].raw != word for i, word in enumerate(item.written)):
                continue
            if _joined(text, tokens[position:end], item.written):
                yield item

    def find(self, text: str, tokens: Sequence[Token]) -> list[Found]:
        """Return the longest phrases of each group, left to right, without overlaps within a group."""
        found: list[Found] = []
        taken: dict[str, int] = {}
        for position, token in enumerate(tokens):
            best: dict[str, list[Entry]] = {}
            for item in self._at(text, tokens, position):
                if taken.get(item.group, 0) > position:
                    continue
                kept = best.setdefault(item.group, [])
                if not kept or len(item.stems) > len(kept[0].stems):
                    best[item.group] = [item]
                elif len(item.stems) == len(kept[0].stems):
                    kept.append(item)
            for group, kept in best.items():
                last = position + len(kept[0].stems)
                taken[group] = last
                found.append(Found(position, last, token.start, tokens[last - 1].end, tuple(kept)))
        return found


def _joined(text: str, tokens: Sequence[Token], written: tuple[str, ...]) -> bool:
    for left, right in pairwise(tokens):
        between = text[left.end : right.start]
        if not GLUE.fullmatch(between) or (UNSAFE_GLUE.search(between) and not written):
            return False
    return True
