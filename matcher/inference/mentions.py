"""Every mention of a concern in a reading, with what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.inference.reading import Hit, Reading
from matcher.inference.rules import Rule

MOST = 40
HINT = "hint"


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that may name a concern.

    Attributes
    ----------
    start, end : int
        Character offsets.
    clause : int
    rule : Rule
    against : frozenset of str
        Names of guards that cover it, and ``not``, ``clause_not``, ``text_not``, ``near``, ``speaker`` for what the
        rule itself excludes; empty when the rule holds.
    """

    start: int
    end: int
    clause: int
    rule: Rule
    against: frozenset[str]


def mentions(reading: Reading, rules: Sequence[Rule]) -> list[Mention]:
    """Gather what the rules of one concern hit, at most `MOST` times each; hints only where no other rule holds."""
    if not reading.clauses:
        return []
    found = [mention for rule in rules if rule.part != HINT for mention in _of_rule(reading, rule)]
    if any(not mention.against for mention in found):
        return found
    taken = [(mention.start, mention.end) for mention in found]
    return found + [
        hint
        for rule in rules
        if rule.part == HINT
        for hint in _of_rule(reading, rule)
        if all(hint.end <= low or high <= hint.start for low, high in taken)
    ]


def hits_of(found: Sequence[Mention]) -> list[Hit]:
    """Return the hits of rules that nothing speaks against."""
    return [
        Hit(mention.rule, mention.start, mention.end, mention.clause)
        for mention in found
        if not mention.against and mention.rule.part != HINT
    ]


def _of_rule(reading: Reading, rule: Rule) -> Iterator[Mention]:
    whole: frozenset[str] | None = None
    vetoes: list[tuple[int, int]] = []
    of_clause: dict[int, set[str]] = {}
    for count, (start, end) in enumerate(span for phrase in rule.any for span in phrase.spans(reading.lowered)):
        if count >= MOST:
            return
        if whole is None:
            vetoes = [span for veto in rule.not_ for span in veto.spans(reading.lowered)]
            whole = _of_text(reading, rule)
        index = reading.clause_at(start)
        if index not in of_clause:
            of_clause[index] = _of_clause(reading, rule, index)
        against = {*whole, *of_clause[index]}
        against.update(
            name for low, high, name in reading.masks if name not in rule.through and low <= start < high and low < end
        )
        if any(low < end and start < high for low, high in vetoes):
            against.add("not")
        yield Mention(start, end, index, rule, frozenset(against))


def _of_clause(reading: Reading, rule: Rule, index: int) -> set[str]:
    clause = reading.clauses[index]
    found = set()
    if reading.stands(rule.clause_not, clause):
        found.add("clause_not")
    if rule.near and not reading.stands(rule.near, clause):
        found.add("near")
    return found


def _of_text(reading: Reading, rule: Rule) -> frozenset[str]:
    found = set()
    if rule.speaker != "any" and reading.speaker not in {rule.speaker, "any"}:
        found.add("speaker")
    if any(True for phrase in rule.text_not for _ in phrase.spans(reading.lowered)):
        found.add("text_not")
    return frozenset(found)
