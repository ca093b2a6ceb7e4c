"""What a text needs, offers, owns and refuses: the readings that depend on the cue that governs them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from kb.vocabulary import Vocabulary
from matcher.reading.draft import Recognized, Refused
from matcher.reading.phrases import Found, stem
from matcher.reading.scanning import Scan
from matcher.reading.sentences import Reading, Scope

PURPOSE = re.compile(r"\b(?:to|so that|in order to|because|which will|that will)\b")
RESTART = re.compile(r"(?:,|\band\b|\bor\b|\bplus\b|\bas well as\b)\s+(?:also\s+)?(?:a|an|some|someone|for)\b")
DETERMINERS = frozenset({"a", "an", "any", "some", "another", "only", "one", "or", "more", "other", "no", "of", "all"})
BARE_NO = frozenset(
    {"no", "never", "and", "or", "nor", "please", "whatsoever", "any", "all", "the", "not", "a", "kind"}
)
PLAIN = frozenset({"private", "local", "large", "big", "small", "national", "international", "global", "commercial"})
MAX_EXTRA_WORDS = 2
OUR = stem("our")
WORLD = "world"
Role = Literal["need", "offer", "own", "red_line", "none"]


@dataclass(frozen=True)
class Placed:
    """A phrase with the part that it plays in its sentence."""

    found: Found
    reading: Reading
    scope: Scope | None
    role: Role
    quote: str


class Lending:
    """Assigns every phrase of a scan its role, and reads needs, offers, owned capacities and red lines."""

    def __init__(self, scan: Scan, vocabulary: Vocabulary) -> None:
        self.scan = scan
        self.vocabulary = vocabulary
        self._concerns = [item for item in scan.found if item.entries[0].group == "concern"]
        self._bare_sentences: dict[int, bool] = {}
        self._concern_starts = [item.start for item in self._concerns]
        self.is_list = "." not in scan.text.strip().rstrip(".") and not any(item.scopes for item in scan.readings)
        self.placed = [self._place(item) for item in scan.found]
        self._around: dict[int, list[Placed]] = {}
        for placed in self.placed:
            for position in range(placed.found.first, placed.found.last):
                self._around.setdefault(position, []).append(placed)

    def _place(self, found: Found) -> Placed:
        reading = self.scan.reading_at(found.start)
        scope = reading.scope_at(found.start)
        role = self._role(scope, reading) if scope else "none"
        low, high = reading.sentence.start, reading.sentence.end
        if scope and found.entries[0].group in {"lendable", "concern", "sector"}:
            low, high = min(scope.start, scope.cue.start), max(scope.end, scope.cue.end)
            low = max(low, reading.sentence.start)
            high = min(high, reading.sentence.end)
        return Placed(found, reading, scope, role, self.scan.quote(found.start, found.end, low, high))

    def _role(self, scope: Scope, reading: Reading) -> Role:
        if scope.name in {"need", "offer", "own"}:
            return "need" if scope.name == "need" else ("offer" if scope.name == "offer" else "own")
        start, end = reading.sentence.start, reading.sentence.end
        concerned = bool(self._concerns_in(scope.start, scope.end))
        if scope.name == "red_line":
            told = self.scan.has("partner", start, end) or self.scan.has("industry", start, end)
            return "red_line" if told or self._carried(scope, reading) else "none"
        if scope.name == "absence" and concerned:
            near = self.scan.has("industry", start, scope.end)
            return "red_line" if near or self._bare(reading) else "none"
        if scope.name == "absence":
            lacks = self.scan.has("seeker_lacks", start, scope.end)
            told = any(cue.name in {"need", "own", "offer"} and cue.end <= scope.start for cue in reading.cues)
            negative_own = scope.cue.end - scope.cue.start > 0 and self._says(scope, {"no", "without", "nor", "never"})
            return "need" if negative_own and (lacks or told) else "none"
        return "none"

    def _concerns_in(self, low: int, high: int) -> list[Found]:
        starts = self._concern_starts
        return self._concerns[bisect_left(starts, low) : bisect_left(starts, high)]

    def _says(self, scope: Scope, words: set[str]) -> bool:
        return self.scan.folded[scope.cue.start : scope.cue.end].strip() in words

    def _carried(self, scope: Scope, reading: Reading) -> bool:
        return scope.cue.end <= reading.sentence.start or self._bare(reading)

    def _bare(self, reading: Reading) -> bool:
        """Tell whether a sentence says little more than no to some concerns: "No tobacco, no alcohol."."""
        low, high = reading.sentence.start, reading.sentence.end
        if low not in self._bare_sentences:
            self._bare_sentences[low] = self._says_little_more(low, high)
        return self._bare_sentences[low]

    def _says_little_more(self, low: int, high: int) -> bool:
        spans = [(item.start, item.end) for item in self._concerns_in(low, high)]
        words = self.scan.words_in(low, high)
        extra = [
            word
            for word in words
            if word.stem not in BARE_NO and not any(start <= word.start < end for start, end in spans)
        ]
        return len(extra) <= MAX_EXTRA_WORDS

    def lent(self, role: Role) -> Iterator[Recognized]:
        """Yield the capacities and assets with a role (need, offer, own)."""
        earlier: dict[tuple[int, int], bool] = {}
        for item in self.placed:
            if item.found.entries[0].group != "lendable" or self._misplaced(item):
                continue
            grade = self._best_grade(item)
            if grade is None:
                continue
            if self._mine(item) and grade == "strong":
                if role == "own":
                    yield from self._recognized(item, "offer", 0.55)
                continue
            scope = item.scope
            if self.is_list and role == "need" and grade == "strong":
                yield from self._recognized(item, "need", 0.4)
            if scope is None or item.role != role:
                continue
            restarts = len(RESTART.findall(self.scan.folded[scope.start : item.found.start]))
            key = (scope.cue.start, restarts)
            purpose = self._in_purpose(item, scope)
            if role == "need" and purpose and earlier.get(key):
                continue
            if grade == "verb" and not (purpose or self._capability(item, scope)):
                continue
            earlier[key] = earlier.get(key, False) or not purpose
            confidence = 0.6 if grade == "verb" else (0.9 if item.found.words > 1 else 0.8)
            yield from self._recognized(item, "need" if role == "need" else "offer", confidence)

    def _misplaced(self, item: Placed) -> bool:
        """Tell whether the word is used in another sense: "supply chain" inside a longer cause, say."""
        return any(
            (other.found.entries[0].group == "concern" and other.role == "red_line")
            or (other.found.entries[0].group == "cause" and other.found.words > item.found.words)
            for other in self._around[item.found.first]
            if other is not item
        )

    @staticmethod
    def _best_grade(item: Placed) -> str | None:
        grades = {entry.grade for entry in item.found.entries}
        return "strong" if "strong" in grades else ("verb" if "verb" in grades else None)

    def _mine(self, item: Placed) -> bool:
        """Tell whether "our" stands before the words: "someone to answer our helpline" asks for no helpline."""
        before = self.scan.words_before(item.found, 3)
        alone = not {"own", "without", "no"} & set(before)
        return OUR in before and alone and item.role in {"need", "own", "none"}

    def _in_purpose(self, item: Placed, scope: Scope) -> bool:
        words = self.scan.folded[scope.start : item.found.start]
        purposes = [match.start() for match in PURPOSE.finditer(words)]
        restarts = [match.end() for match in RESTART.finditer(words)]
        return bool(purposes) and (not restarts or restarts[-1] < purposes[0] or restarts[-1] < purposes[-1])

    def _capability(self, item: Placed, scope: Scope) -> bool:
        start = min(scope.cue.start, scope.start)
        return self.scan.has("capability", start, item.found.start)

    def _recognized(self, item: Placed, kind: Literal["need", "offer"], confidence: float) -> Iterator[Recognized]:
        must, importance = False, 0.6
        if kind == "need" and item.scope:
            colored = {
                name: item.reading.colored(name, item.found.start, item.scope) for name in ("must", "urgent", "nice")
            }
            must = colored["must"] and not colored["nice"]
            importance = 1.0 if must else (0.3 if colored["nice"] else (0.8 if colored["urgent"] else 0.6))
        if kind == "offer" and item.scope and self.scan.folded[item.scope.cue.start : item.scope.cue.end] == "we have":
            confidence = min(confidence, 0.45)
        codes = {entry.code for entry in item.found.entries if entry.grade != "weak"}
        for code in sorted(codes):
            yield Recognized(
                kind=kind,
                code=code,
                label=self.vocabulary.lendable[code].label,
                quote=item.quote,
                must=must,
                importance=importance,
                confidence=round(confidence / len(codes) ** 0.5, 2),
            )

    def refused(self) -> Iterator[Recognized]:
        """Yield the concerns, sectors and countries that a text refuses in a partner."""
        for item in self.placed:
            group = item.found.entries[0].group
            if item.role != "red_line" or group not in {"concern", "sector", "place"}:
                continue
            for entry in item.found.entries:
                if entry.grade == "weak":
                    continue
                made = self.refusal(item, group, entry.code)
                if made:
                    yield made

    def refusal(self, item: Placed, group: str, code: str) -> Recognized | None:
        """Return the red line that a concern, sector or country makes here; None when it makes none."""
        blank = Recognized("red_line", code, code, item.quote, confidence=0.85)
        if group == "concern":
            strong = item.scope is not None and item.scope.name == "red_line"
            return self._labelled(blank, "concern", self.vocabulary.concerns[code].label, 0.9 if strong else 0.8)
        scope = item.scope
        if scope is None:
            return None
        if group == "place":
            if code == WORLD or not self._refuses_place(item, scope):
                return None
            return self._labelled(blank, "country", self.vocabulary.places[code].label, 0.7)
        concerned = self._concerns_in(scope.start, scope.end)
        return None if concerned else self._labelled(blank, "sector", self.vocabulary.sectors[code], 0.65)

    def _refuses_place(self, item: Placed, scope: Scope) -> bool:
        return self.scan.has("from_there", scope.cue.start, item.found.start) or self._cue_is_exception(scope)

    def _cue_is_exception(self, scope: Scope) -> bool:
        return self.scan.folded[scope.cue.start : scope.cue.end].startswith(("except", "with the exception"))

    @staticmethod
    def _labelled(item: Recognized, refused: Refused, label: str, confidence: float) -> Recognized:
        return replace(item, refused=refused, label=label, confidence=confidence)

    def wanted_sectors(self) -> Iterator[Recognized]:
        """Yield the sectors that a partner is wanted from."""
        for item in self.placed:
            if item.found.entries[0].group != "sector" or item.role == "red_line" or self._nested(item):
                continue
            before = self.scan.words_before(item.found, 3)
            head = not before or before[-1] in DETERMINERS | PLAIN
            start = item.reading.sentence.start
            only = "only" in before or self.scan.has("only", max(start, item.found.start - 40), item.found.start)
            asked = item.role == "need" and head and DETERMINERS & set(before) and item.scope is not None
            if asked and item.scope and self._in_purpose(item, item.scope):
                continue
            if not asked and not (only and item.role in {"need", "none"} and item.scope is None):
                continue
            for entry in item.found.entries:
                label = self.vocabulary.sectors[entry.code]
                yield Recognized("sector", entry.code, label, item.quote, confidence=0.8 if only else 0.6)

    def _nested(self, item: Placed) -> bool:
        return any(
            other.found.words > item.found.words
            and other.found.first <= item.found.first
            and item.found.last <= other.found.last
            for other in self._around[item.found.first]
        )
