"""Every mention of a concern in a reading, with what speaks for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.inference.phrases import Phrase
from matcher.inference.reading import Reading
from matcher.inference.rules import Rule

MOST = 40
WORD = "word"


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that may name a concern.

    Attributes
    ----------
    start, end : int
        Character offsets.
    clause : int
    part : str
        The part of the rule that hit, or ``word``.
    against : frozenset of str
        Names of guards that cover it, and ``not``, ``clause_not``, ``text_not``, ``near``, ``speaker``
        for what the rule itself excludes; empty when the rule holds.
    """

    start: int
    end: int
    clause: int
    part: str
    against: frozenset[str]


def mentions(reading: Reading, rules: Sequence[Rule], words: Sequence[Phrase]) -> list[Mention]:
    """Gather what the rules and the words of one concern hit, at most `MOST` of each."""
    if not reading.clauses:
        return []
    found = [mention for rule in rules for mention in _of_rule(reading, rule)][:MOST]
    for phrase in words:
        for start, end in phrase.spans(reading.lowered):
            if len(found) >= 2 * MOST:
                return found
            if all(end <= other.start or other.end <= start for other in found):
                against = frozenset(name for low, high, name in reading.masks if low <= start < high and low < end)
                found.append(Mention(start, end, reading.clause_at(start), WORD, against))
    return found


def _of_rule(reading: Reading, rule: Rule) -> Iterator[Mention]:
    whole: set[str] = set()
    vetoes: list[tuple[int, int]] | None = None
    for count, (start, end) in enumerate(span for phrase in rule.any for span in phrase.spans(reading.lowered)):
        if count >= MOST:
            return
        if vetoes is None:
            vetoes = [span for veto in rule.not_ for span in veto.spans(reading.lowered)]
            whole = _of_text(reading, rule)
        index = reading.clause_at(start)
        clause = reading.clauses[index]
        against = set(whole)
        against.update(
            name
            for low, high, name in reading.masks
            if name not in rule.through and low <= start < high and low < end
        )
        if any(low < end and start < high for low, high in vetoes):
            against.add("not")
        if reading.stands(rule.clause_not, clause):
            against.add("clause_not")
        if rule.near and not reading.stands(rule.near, clause):
            against.add("near")
        yield Mention(start, end, index, rule.part, frozenset(against))


def _of_text(reading: Reading, rule: Rule) -> set[str]:
    found: set[str] = set()
    if rule.speaker != "any" and reading.speaker not in {rule.speaker, "any"}:
        found.add("speaker")
    if any(True for phrase in rule.text_not for _ in phrase.spans(reading.lowered)):
        found.add("text_not")
    return found
