"""A text in pieces that are compared one by one: the whole, its sentences, its clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from matcher.errors import MatcherError
from matcher.reading.sentences import sentences
from matcher.retrieval.facets import Facets, read_facets

CLAUSE = re.compile(r"\s*[;:,\u2013\u2014()]\s+|\s+(?:who|which|that|where|so that|so)\s+")
DANGLING = re.compile(r"(?:\s+(?:in|across|of|for|near|between|from|to|at|around|and|the|,))+(?=\s*(?:[.,;:?!)]|$))")
MIN_CLAUSE_WORDS = 3
EMPTY_WORDS_FILE = Path(__file__).with_name("empty_words.yaml")


@cache
def empty_words(path: Path = EMPTY_WORDS_FILE) -> frozenset[str]:
    """Read the words that carry no meaning.

    Raises
    ------
    MatcherError
        When the file holds no list of words.
    """
    try:
        words = yaml.safe_load(path.read_text(encoding="utf-8"))["words"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise MatcherError(f"{path.name}: needs a list `words` ({error})") from error
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise MatcherError(f"{path.name}: words: must be a list of words; put doubtful ones in quotes")
    return frozenset(words)


@dataclass(frozen=True)
class Passages:
    """A text with its facets and pieces.

    Attributes
    ----------
    sentences : tuple of str
        As written; at least one.
    pieces : tuple of str
        Sentences, then clauses, without place names; at least one.
    piece_sentence : tuple of int
        The sentence that each piece is of.
    """

    facets: Facets
    sentences: tuple[str, ...]
    pieces: tuple[str, ...]
    piece_sentence: tuple[int, ...]


def clauses(sentence: str) -> list[str]:
    """Split a sentence at punctuation and relative pronouns; short remnants are left out."""
    parts = [part.strip(" .,;:!?") for part in CLAUSE.split(sentence)]
    kept = [part for part in parts if len(part.split()) >= MIN_CLAUSE_WORDS]
    return kept if len(parts) > 1 else []


def read_passages(text: str) -> Passages:
    """Take a text apart."""
    facets = read_facets(text)
    spans = [text[item.start : item.end] for item in sentences(text)] or [text]
    pieces: list[str] = []
    owners: list[int] = []
    for number, span in enumerate(spans):
        bare = _bare(span, facets)
        for piece in (bare, *clauses(bare)):
            pieces.append(piece)
            owners.append(number)
    return Passages(facets, tuple(spans), tuple(pieces), tuple(owners))


def _bare(sentence: str, facets: Facets) -> str:
    """Take the place names of a text out of one of its sentences."""
    for name in sorted(facets.place_names, key=len, reverse=True):
        sentence = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", sentence)
    rest = DANGLING.sub("", " ".join(sentence.split())) if facets.place_names else " ".join(sentence.split())
    return rest or sentence or "-"
