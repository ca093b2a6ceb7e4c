"""What surrounds a mention: the words right beside it, the list it stands in, the business that a text opens with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from matcher.inference.mentions import HINT, Mention
from matcher.inference.phrases import Phrase
from matcher.inference.reading import Reading

Roles = Mapping[str, tuple[Phrase, ...]]

NEIGHBOUR, KIND, LISTS = "neighbour_", "kind_", ("list_sectors", "list_goods")
NEXT = re.compile(r"[\s\"'\u2019)]*(?P<mark>[,.;:(]|$)?(?P<word>[a-z][a-z\-]*)?")
BEFORE = re.compile(r"(?P<two>(?:[a-z][a-z\-]* )?(?P<word>[a-z][a-z\-]*))[\s\"'\u2018(]*$")
START = re.compile(r"(?P<mark>[,.;:]|^)[\s\"'\u2018(]*$")
AROUND, OPENING = 160, 260
MOST = 8
STEPS = 4


def beside(reading: Reading, code: str, mention: Mention, roles: Roles) -> Iterator[str]:
    """Name the kinds of words right before and right after a mention."""
    clause = reading.clauses[mention.clause]
    before = _before(reading.lowered[clause.start : mention.start], roles)
    after = _after(reading.lowered[mention.end : clause.end], roles)
    part = HINT if mention.rule.part == HINT else "rule"
    for name in (f"next={after}", f"beside={before}/{after}"):
        yield from (name, f"{name} {part}", f"{name} of {code}")
    yield f"previous={before}"


def listed(reading: Reading, code: str, mention: Mention, roles: Roles) -> dict[str, float]:
    """Count how many industries, and how many goods of a shop, a mention stands among; 1.0 means `MOST` or more."""
    clause = reading.clauses[mention.clause]
    around = reading.lowered[
        max(clause.start, mention.start - AROUND) : min(clause.end, max(mention.end, mention.start) + AROUND)
    ]
    found: dict[str, float] = {}
    for name in LISTS:
        words = {around[low:high] for phrase in roles[name] for low, high in phrase.spans(around)}
        share = min(len(words), MOST) / MOST
        found |= {name: share, f"{name} of {code}": share, f"{name}={int(share * STEPS)} of {code}": 1.0}
    return found


def opening(reading: Reading, code: str, mentions: Sequence[Mention], roles: Roles) -> Iterator[str]:
    """Name the kinds of business that the first words of a text tell of."""
    first = reading.clauses[0]
    text = reading.lowered[first.start : min(first.end, first.start + OPENING)]
    part = HINT if any(mention.rule.part == HINT for mention in mentions) else "rule"
    for name, phrases in roles.items():
        if name.startswith(KIND) and any(True for phrase in phrases for _ in phrase.spans(text)):
            yield from (name, f"{name} of {code}", f"{name} {part} of {code}")


def _after(text: str, roles: Roles) -> str:
    found = NEXT.match(text)
    if found is None or (found["mark"] is None and found["word"] is None):
        return "other"
    if found["mark"] is not None:
        return "comma" if found["mark"] == "," else "end"
    return _kind(roles, found["word"])


def _before(text: str, roles: Roles) -> str:
    mark = START.search(text)
    if mark is not None:
        return "comma" if mark["mark"] == "," else "start"
    found = BEFORE.search(text)
    return _kind(roles, found["two"], found["word"]) if found else "other"


def _kind(roles: Roles, *words: str) -> str:
    for name, phrases in roles.items():
        if name.startswith(NEIGHBOUR) and any(phrase.regex.fullmatch(word) for phrase in phrases for word in words):
            return name.removeprefix(NEIGHBOUR)
    return "word"
