"""What a text is about: its causes, audiences, places and values, and the behaviour to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from kb.vocabulary import Term, Vocabulary
from matcher.reading.draft import Kind, Recognized
from matcher.reading.lending import OUR, Lending, Placed
from matcher.reading.phrases import fold, stem
from matcher.reading.scanning import Scan, stands
from matcher.reading.sentences import Reading

MAX_BEHAVIOUR = 600
MAYBE = 0.45
THEIRS = frozenset(map(stem, ("their", "her", "his")))
Subject = Literal["cause", "audience", "value", "place"]


class Subjects:
    """Reads what a brief is about, outside its red lines."""

    def __init__(self, scan: Scan, lending: Lending, vocabulary: Vocabulary) -> None:
        self.scan = scan
        self.vocabulary = vocabulary
        self.placed = [item for item in lending.placed if item.role != "red_line"]
        self.refused_places = {
            (item.found.start, entry.code)
            for item in lending.placed
            if item.role == "red_line"
            for entry in item.found.entries
            if entry.group == "place" and lending.refusal(item, "place", entry.code)
        }
        self.red_places = [
            item for item in lending.placed if item.role == "red_line" and item.found.entries[0].group == "place"
        ]
        self.notes: list[str] = []
        self._groups: dict[int, set[str]] = {}
        for item in self.placed:
            self._groups.setdefault(item.reading.sentence.start, set()).add(item.found.entries[0].group)

    def _of(self, group: Subject) -> Iterator[Placed]:
        return (item for item in self.placed if item.found.entries[0].group == group)

    def _make(self, kind: Kind, code: str, item: Placed, confidence: float) -> Recognized:
        terms: Mapping[Kind, Mapping[str, Term]] = {
            "cause": self.vocabulary.causes,
            "audience": self.vocabulary.audiences,
            "value": self.vocabulary.values,
        }
        label = self.vocabulary.places[code].label if kind == "place" else terms[kind][code].label
        return Recognized(kind, code, label, item.quote, confidence=confidence)

    def causes(self) -> list[Recognized]:
        """Return the causes; a phrase that two causes share goes with the one named elsewhere."""
        stated = {item.found.start for item in self._of("value") if self._states_values(item)}
        items = [item for item in self._of("cause") if item.found.start not in stated]
        named = {
            item.found.entries[0].code
            for item in items
            if len({entry.code for entry in item.found.entries}) == 1 and item.found.entries[0].grade == "strong"
        }
        found = []
        for item in items:
            phrase = fold(self.scan.text[item.found.start : item.found.end])
            strong = sorted({entry.code for entry in item.found.entries if entry.grade == "strong"})
            weak = sorted({entry.code for entry in item.found.entries} - set(strong))
            if len(strong) > 1 and phrase not in self.scan.rules.jointly:
                chosen = [code for code in strong if code in named]
                if not chosen:
                    labels = " or ".join(self.vocabulary.causes[code].label for code in strong)
                    self.notes.append(f"“{self.scan.text[item.found.start : item.found.end]}” may mean {labels}.")
                strong = chosen or strong
            confidence = 0.9 if item.found.words > 1 else 0.8
            confidence = confidence if len(strong) < 2 else 0.55
            found += [self._make("cause", code, item, confidence) for code in strong]
            found += [self._make("cause", code, item, 0.45) for code in weak]
        return self._narrowest(found, self.vocabulary.causes)

    def _narrowest(self, found: list[Recognized], terms: Mapping[str, Term]) -> list[Recognized]:
        """Drop weak broad terms, and fields as a whole, where a term below them is recognized."""
        codes = {item.code for item in found}
        above = {broader for code in codes for broader in self.vocabulary.broader(terms, code)}
        return [item for item in found if not (item.code in above and terms[item.code].broader is None)]

    def implied_causes(self, audiences: Iterable[Recognized], causes: Iterable[Recognized]) -> Iterator[Recognized]:
        """Yield the cause that an audience implies when the text names no cause."""
        if any(item.confidence > 0.5 for item in causes):
            return
        for item in audiences:
            code = self.scan.rules.implied.get(item.code)
            if code:
                yield Recognized("cause", code, self.vocabulary.causes[code].label, item.quote, confidence=0.6)

    def audiences(self) -> list[Recognized]:
        """Return the audiences; people named as helpers or channels are left to the needs."""
        found = []
        taken = {place for item in self.placed if _taken(item) for place in range(item.found.first, item.found.last)}
        lent = {item.found.first for item in self.placed if _taken(item)}
        for item in self._of("audience"):
            grades = {entry.code: entry.grade for entry in item.found.entries}
            start = item.reading.sentence.start
            for code, grade in grades.items():
                helper = code == "intermediaries" or "intermediaries" in self.vocabulary.broader(
                    self.vocabulary.audiences, code
                )
                aimed = self.scan.has("audience", max(start, item.found.start - 60), item.found.start)
                if OUR in self.scan.words_before(item.found, 2) and (helper or code == "workers"):
                    continue
                if helper and item.role in {"need", "offer", "own"}:
                    continue
                if item.found.first in taken or item.found.last in lent:
                    continue
                if grade == "weak" and (helper or code == "workers") and not aimed:
                    continue
                theirs = THEIRS & set(self.scan.words_before(item.found, 2))
                confidence = 0.45 if grade == "weak" or theirs else (0.85 if aimed or item.found.words > 1 else 0.75)
                found.append(self._make("audience", code, item, confidence))
        kept = self._narrowest(found, self.vocabulary.audiences)
        broad = {"general_public", "intermediaries"}
        sure = [item for item in kept if item.code not in broad and item.confidence > MAYBE]
        return sure or kept

    def values(self) -> list[Recognized]:
        """Return the values; common words count only beside a phrase such as "we believe in"."""
        causes = {(item.found.first, item.found.last) for item in self._of("cause")}
        found = []
        for item in self._of("value"):
            stated = self._states_values(item)
            for entry in item.found.entries:
                if not stated and (entry.grade == "weak" or (item.found.first, item.found.last) in causes):
                    continue
                found.append(self._make("value", entry.code, item, 0.8 if stated else 0.6))
        return found

    def _states_values(self, item: Placed) -> bool:
        return self.scan.has("value", item.reading.sentence.start, item.reading.sentence.end)

    def places(self) -> list[Recognized]:
        """Return countries and regions; a region around a named country is left out, with a note."""
        rules, found = self.scan.rules.places, list[Recognized]()
        items = [*self._of("place"), *self.red_places]
        codes = {entry.code for item in items for entry in item.found.entries}
        for item in sorted(items, key=lambda item: item.found.start):
            name = self.scan.text[item.found.start : item.found.end]
            for entry in item.found.entries:
                code = entry.code
                if (item.found.start, code) in self.refused_places:
                    continue
                state = rules.state_of.get(fold(name))
                if state:
                    code = state if state in codes else code
                    read = self.vocabulary.places[code].label
                    self.notes.append(f"“{name}” is read as {read if code == state else f'the country {read}'}.")
                found.append(self._make("place", code, item, 0.6 if state else 0.9))
        countries = {item.code for item in found if self.vocabulary.places[item.code].countries == {item.code}}
        return [item for item in found if item.code in countries or not self._surrounds(item, countries)]

    def _surrounds(self, region: Recognized, countries: set[str]) -> bool:
        inside = self.vocabulary.places[region.code].countries & countries
        if inside:
            named = ", ".join(sorted(self.vocabulary.places[code].label for code in inside))
            self.notes.append(f"{region.label} is left out because {named} is named; add it if all of it is meant.")
        return bool(inside)

    def behaviour(self) -> str:
        """Return the sentence that best states the behaviour to change; empty when none does."""
        points = [(self._points(reading), -index) for index, reading in enumerate(self.scan.readings)]
        best, place = max(points, default=(0.0, 0))
        if best < self.scan.rules.behaviour_threshold:
            return ""
        return self.scan.sentence_text(self.scan.readings[-place])[:MAX_BEHAVIOUR].strip()

    def _points(self, reading: Reading) -> float:
        low, high = reading.sentence.start, reading.sentence.end
        words = self.scan.folded[low:high]
        total = sum(points for phrase, points in self.scan.rules.behaviour if stands((phrase,), words))
        if total:
            groups = self._groups.get(low, set())
            total += 1.5 * ("cause" in groups) + ("audience" in groups)
        taken = {cue.name.removesuffix("_before") for cue in reading.cues} & {"need", "offer", "own", "red_line"}
        return total - 2.5 * len(taken)


def _taken(item: Placed) -> bool:
    """Tell whether the words speak of what is lent, or are part of a cause such as "child marriage"."""
    group = item.found.entries[0].group
    return (group == "lendable" and item.role != "none") or (group == "cause" and item.found.words > 1)
