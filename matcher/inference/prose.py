"""Reading a text: same-length lowering, clauses, the language it is written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

ABBREVIATION = re.compile(
    r"(?:\b(?:inc|ltd|co|corp|llc|plc|st|no|dr|mr|mrs|ms|jr|vs|etc|approx|dept|bros|mfg|pt|s\.a|n\.v|a\.s|s\.p\.a|"
    r"u\.s|u\.k|e\.g|i\.e|c\.v|pvt)|\b[a-z])$"
)
STARTER = re.compile(
    r"(?:The|It|Its|In|As|Further|Additionally|This|They|Their|We|Our|Moreover|However|These|Through|With|For|Also)\b"
)
BOUNDARY = re.compile(r"[.!?]+[\"\u201d\u2019)]*(?=\s+[^\sa-z])|[;•\n]+|\s-\s")
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
MIN_WORDS = 8
MIN_ENGLISH = 0.09
MAX_FOREIGN_SCRIPT = 0.3


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text between full stops, semicolons, bullets or line breaks."""

    start: int
    end: int
    sentence: int


def lower(text: str) -> str:
    """Lower a text without changing its length, so that offsets stay valid."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def clauses(text: str) -> list[Clause]:
    """Split a text; `sentence` counts full stops and line breaks, not semicolons."""
    found: list[Clause] = []
    start = sentence = 0
    for match in BOUNDARY.finditer(text):
        ends_sentence = text[match.start()] != ";"
        if text[match.start()] == ".":
            before = text[max(start, match.start() - 12) : match.start()].lower()
            if ABBREVIATION.search(before) and not STARTER.match(text, match.end() + 1):
                continue
        if text[start : match.start()].strip():
            found.append(Clause(start, match.start(), sentence))
            sentence += ends_sentence
        start = match.end()
    if text[start:].strip():
        found.append(Clause(start, len(text), sentence))
    return found


def language(text: str, function_words: Mapping[str, frozenset[str]]) -> str:
    """Guess the language from its function words.

    Parameters
    ----------
    text : str
    function_words : mapping of language code to words
        Must hold ``en``.

    Returns
    -------
    str
        A language code; ``en`` when the text is too short to tell; ``other`` for other scripts and
        for languages without a word list.
    """
    letters = [char for char in text if char.isalpha()]
    if letters and sum(char > "\u024f" for char in letters) / len(letters) > MAX_FOREIGN_SCRIPT:
        return "other"
    words = [word.lower() for word in WORD.findall(text[:3000])]
    if len(words) < MIN_WORDS:
        return "en"
    shares = {code: sum(word in known for word in words) / len(words) for code, known in function_words.items()}
    best = max(shares, key=lambda code: shares[code])
    if best != "en" and shares[best] > 1.5 * shares["en"] and shares[best] > MIN_ENGLISH:
        return best
    return "en" if shares["en"] >= MIN_ENGLISH or shares["en"] >= shares[best] else "other"
