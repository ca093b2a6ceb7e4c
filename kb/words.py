"""Texts as words, the same way on every engine.

What counts as a word, and which words are equal, follows SQLite's tokenizer ``unicode61 remove_diacritics 2``: runs of
letters, numbers and private characters, in lower case, Latin letters without their accents. It knows Unicode 6.1, so
what was added since (emoji, mostly) is part of a word there and divides words here.
"""

from __future__ import annotations

import re
import unicodedata

MARKS = frozenset(
    (*range(0x300, 0x305), *range(0x306, 0x30D), 0x30F, 0x311, 0x31B, *range(0x323, 0x329), 0x32D, 0x32E, 0x330, 0x331)
)
"""Combining accents: part of the word that they stand in, and left out of it."""
SAME = {
    "\u00b5": "\u03bc", "\u017f": "s", "\u1e9b": "s", "\u03c2": "\u03c3", "\u03d0": "\u03b2", "\u03d1": "\u03b8",
    "\u03d5": "\u03c6", "\u03d6": "\u03c0", "\u03f0": "\u03ba", "\u03f1": "\u03c1", "\u03f5": "\u03b5",
    "\u1fbe": "\u03b9", "\u01e0": "\u01e1", "\u01e1": "\u01e1",
}  # fmt: skip
"""Letters that are another one in lower case beside the usual ones."""
WORD = re.compile(r"\S+")
LONGEST = 400
"""Characters of a word that count."""


class _Folding(dict[int, str]):
    """What each character becomes, found when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


def _folded(letter: str) -> str:
    if ord(letter) in MARKS:
        return ""
    category = unicodedata.category(letter)
    if category[0] not in "LN" and category != "Co":
        return " "
    if letter in SAME:
        return SAME[letter]
    lower = letter.lower()[:1]
    base = unicodedata.normalize("NFD", lower)[0]
    return base if base.isascii() else lower


_FOLDING = _Folding()


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, as they are compared."""
    return [word[:LONGEST] for word in WORD.findall(text.translate(_FOLDING))]
