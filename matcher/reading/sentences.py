"""Sentences of a brief, and what each stretch of them is about: a need, an offer, something owned or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from matcher.inference.phrases import Phrase

BULLET = r"[ \t]*(?:[-*•\u2013·◦▪]|\(?\d{1,2}[.)]|\(?[a-z]\))[ \t]+"
END = re.compile(rf"[.!?]+[\"\u201d\u2019')]*(?=\s+[^\sa-z])|[.!?]+\s*$|\n\s*\n|\n(?={BULLET})|[;•]")
HEADING = re.compile(r"\n(?=[ \t]*[^\n]{2,60}:[ \t]*(?:\n|$))|(?<=:)[ \t]*\n")
SHORT_LINE = re.compile(r"(?:^|(?<=\n))([^\n]{1,60})\n(?=[ \t]*[A-Z])")
ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|mr|mrs|ms|dr|st|approx|no|vs|etc|inc|ltd|u\.s|u\.k|prof)|\b[A-Za-z])$", re.I
)
IS_BULLET = re.compile(BULLET)
CONTINUES = frozenset({"need", "offer", "own", "red_line", "not_need"})
ASIDE_BEFORE = re.compile(r"(?<!\band)(?<!\bbut)[,(\u2013\u2014]\s*$")
ASIDE_AFTER = re.compile(r"\s*(?:[,.;)\u2013\u2014]|$)")
MAX_HEADING = 6
MAX_SENTENCE = 1500
COLON = "_colon"
COLORS = ("must", "urgent", "nice")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or list item.

    Attributes
    ----------
    item : bool
        A list item.
    opens : bool
        It ends with a colon.
    line : bool
        A short line without a full stop: a heading, or an item of a list without bullets.
    joined : bool
        It continues the sentence before, after a semicolon.
    """

    start: int
    end: int
    item: bool
    opens: bool
    line: bool
    joined: bool


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue in the text."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scope:
    """A stretch of a sentence that a cue governs."""

    name: str
    start: int
    end: int
    cue: Cue


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence with its scopes and with the cues that color needs."""

    sentence: Sentence
    scopes: tuple[Scope, ...]
    cues: tuple[Cue, ...]

    def scope_at(self, start: int) -> Scope | None:
        """Return the scope that a character offset lies in."""
        return next((scope for scope in self.scopes if scope.start <= start < scope.end), None)

    def colored(self, name: str, start: int, scope: Scope) -> bool:
        """Tell whether a cue such as ``must`` colors what stands at an offset of a scope."""
        ahead = [cue for cue in self.cues if cue.name in COLORS and cue.end <= start]
        if ahead and ahead[-1].name == name and scope.cue.start - 40 <= ahead[-1].start:
            return True
        behind = [cue for cue in self.cues if cue.start >= start and cue.name in {f"{name}_before", f"{name}_aside"}]
        closed = [cue for cue in self.cues if start <= cue.start and cue.name in {"breaker", "need", "offer", "own"}]
        return bool(behind) and not any(cue.start < behind[0].start for cue in closed)


def sentences(text: str) -> list[Sentence]:
    """Split a text at full stops, semicolons, blank lines, list items and headings."""
    cuts = {0, len(text)}
    for match in END.finditer(text):
        before = text[max(0, match.start() - 8) : match.start()]
        if text[match.start()] == "." and match.end() < len(text) and ABBREVIATION.search(before):
            continue
        cuts.add(match.end())
    for pattern in (HEADING, SHORT_LINE):
        cuts.update(match.end() for match in pattern.finditer(text))
    found = []
    for start, end in _bounded(text, sorted(cuts)):
        piece = text[start:end]
        if not piece.strip():
            continue
        item = bool(IS_BULLET.match(piece.lstrip("\n")))
        low = start + len(piece) - len(piece.lstrip())
        high = end - (len(piece) - len(piece.rstrip()))
        words = text[low:high].split()
        line = not item and len(words) <= MAX_HEADING and piece.endswith("\n") and words[-1][-1] not in ".!?;,"
        found.append(Sentence(low, high, item, words[-1].endswith(":"), line, text[max(0, start - 1) : start] == ";"))
    return found


def _bounded(text: str, cuts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches between cuts, none longer than `MAX_SENTENCE`: reading is quadratic within one."""
    for start, end in pairwise(cuts):
        while end - start > MAX_SENTENCE:
            space = text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
            cut = space + 1 if space > 0 else start + MAX_SENTENCE
            yield start, cut
            start = cut
        yield start, end


def all_cues(folded: str, cues: Mapping[str, Iterable[Phrase]]) -> list[Cue]:
    """Find every cue; where two overlap the longer one counts."""
    found = [
        Cue(name.removesuffix(COLON), start, end)
        for name, phrases in cues.items()
        for phrase in phrases
        for start, end in phrase.spans(folded)
        if not name.endswith(COLON) or folded[end : end + 2].lstrip().startswith(":")
    ]
    colors = {cue for cue in found if _color(cue)}
    asides = (_aside(folded, cue) for cue in _apart(colors))
    return sorted([*_apart(cue for cue in found if cue not in colors), *asides], key=lambda cue: cue.start)


def _color(cue: Cue) -> bool:
    return cue.name.removesuffix("_before").removesuffix("_aside") in COLORS


def _aside(folded: str, cue: Cue) -> Cue:
    """Mark a remark between commas, which colors what stands before it: "clinics, essential, and ..."."""
    enclosed = ASIDE_BEFORE.search(folded, max(0, cue.start - 6), cue.start) and ASIDE_AFTER.match(folded, cue.end)
    return Cue(f"{cue.name}_aside", cue.start, cue.end) if enclosed and cue.name in COLORS else cue


def _apart(cues: Iterable[Cue]) -> list[Cue]:
    ordered = sorted(cues, key=lambda cue: (cue.start, -cue.end))
    kept: list[Cue] = []
    for cue in ordered:
        if kept and cue.start < kept[-1].end:
            if cue.end - cue.start > kept[-1].end - kept[-1].start:
                kept[-1] = cue
            continue
        kept.append(cue)
    return kept


def read_sentences(text: str, folded: str, cues: Mapping[str, Iterable[Phrase]]) -> Iterator[Reading]:
    """Yield every sentence with its scopes; a heading's cue carries over to the list below it."""
    found = all_cues(folded, cues)
    position = 0
    carried: Cue | None = None
    for sentence in sentences(text):
        while position < len(found) and found[position].start < sentence.start:
            position += 1
        inside = []
        while position < len(found) and found[position].start < sentence.end:
            if found[position].end <= sentence.end:
                inside.append(found[position])
            position += 1
        spoken = next((cue for cue in reversed(inside) if cue.name in CONTINUES), None)
        fresh = spoken is not None or (
            sentence.line and text[max(0, sentence.start - 20) : sentence.start].rstrip(" \t").endswith("\n\n")
        )
        if fresh and not sentence.item:
            carried = None
        scopes = tuple(_scopes(sentence, inside, text, carried))
        yield Reading(sentence, scopes, tuple(inside))
        if sentence.opens or (sentence.line and fresh) or (spoken and ":" in text[spoken.end : sentence.end]):
            carried = spoken
        elif not (sentence.item or sentence.line or sentence.joined):
            carried = None


def _scopes(sentence: Sentence, cues: list[Cue], text: str, carried: Cue | None) -> Iterator[Scope]:
    opened: tuple[Cue, int] | None = (carried, sentence.start) if carried else None
    boundary = sentence.start
    for cue in cues:
        if _color(cue):
            continue
        if cue.name.endswith("_before"):
            start = boundary
            if opened:
                start = max(opened[1], text.rfind(",", opened[1], cue.start) + 1)
                if start == opened[1] and opened[0].name in CONTINUES and opened[0] is not carried:
                    yield Scope(opened[0].name, opened[1], cue.start, opened[0])
                    boundary, opened = cue.end, None
                    continue
                yield Scope(opened[0].name, opened[1], start, opened[0])
            yield Scope(cue.name.removesuffix("_before"), start, cue.start, cue)
            opened, boundary = None, cue.end
            continue
        if opened:
            yield Scope(opened[0].name, opened[1], cue.start, opened[0])
        opened = None if cue.name == "breaker" else (cue, cue.end)
        boundary = cue.end
    if opened:
        yield Scope(opened[0].name, opened[1], sentence.end, opened[0])
