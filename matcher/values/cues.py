"""Cue words: which way a writer leans toward what stands near them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from matcher.values.errors import StanceError

FILE = Path(__file__).with_name("cues.yaml")
LISTS = (
    "negation",
    "against",
    "toward",
    "measure",
    "bad_predicate",
    "good_predicate",
    "modal",
    "break",
    "joint",
    "pronoun",
)


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words, some of them open at the end."""

    whole: frozenset[str]
    stems: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        """Return whether a lowered word is one of them."""
        return word in self.whole or (bool(self.stems) and "-" not in word and word.startswith(self.stems))


@dataclass(frozen=True)
class Cues:
    """The lists of `cues.yaml`; see there for what each means."""

    negation: Words
    against: Words
    toward: Words
    measure: Words
    bad_predicate: Words
    good_predicate: Words
    modal: Words
    breaks: Words
    joint: Words
    pronoun: Words
    against_with: Mapping[str, str]
    opposite: tuple[tuple[Words, Words], ...]

    def leaning(self, word: str) -> bool:
        """Return whether a word leans either way."""
        return word in self.against or word in self.toward


def _words(entries: list[str]) -> Words:
    for entry in entries:
        if not isinstance(entry, str) or not re.fullmatch(r"[a-z'&][\w'&\-]*\*?", entry):
            raise StanceError(f"{FILE.name}: {entry!r} is not a lower-case word, with or without a star at its end")
    whole = frozenset(entry for entry in entries if not entry.endswith("*"))
    return Words(whole, tuple(entry[:-1] for entry in entries if entry.endswith("*")))


@cache
def load_cues(path: Path = FILE) -> Cues:
    """Read the cue words.

    Raises
    ------
    StanceError
        When the file is missing, lacks a list, or holds something that is not a word.
    """
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        lists = {name if name != "break" else "breaks": _words(body[name]) for name in LISTS}
        opposite = tuple((_words(one.split("|")), _words(other.split("|"))) for one, other in body["opposite"])
        pairs = {str(word): str(second) for word, second in body["against_with"].items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StanceError(f"{path.name} cannot be used: {error}") from error
    return Cues(**lists, against_with=pairs, opposite=opposite)
