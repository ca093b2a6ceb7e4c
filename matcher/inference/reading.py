"""One text, read once: its clauses, what is masked in it, and where phrases hit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from matcher.inference.phrases import Phrase
from matcher.inference.prose import Clause, clauses, lower
from matcher.inference.rules import Guard, Rule

COMPANY_NAME = re.compile(
    r"(?:(?:[A-Z0-9][\w&'’.\-]*|of|de|do|da|and|y|&|e|the|ve|und|et|\([A-Z]\w*\)),?\s+){1,9}"
    r"(?:Inc|Ltd|Limited|Corp|Corporation|Company|Co|PLC|Plc|plc|S\.?A\.?|AG|N\.?V\.?|Tbk|Berhad|Bhd|AB|ASA|A/S|SE|"
    r"Oyj|SpA|S\.p\.A|Holdings|Group|GmbH|KGaA|LLC|L\.P|LP|Sirketi|Trust)\b\.?"
)
MAX_QUOTE = 320
MARGIN = 130


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule hit, and in which clause of the text."""

    rule: Rule
    start: int
    end: int
    clause: int


class Reading:
    """A text with its clauses and masks; built once, asked by every rule.

    Parameters
    ----------
    text : str
    name : str
        The organization's name; what its name says is no evidence of what it does.
    guards : iterable of Guard
    """

    def __init__(self, text: str, name: str, guards: Iterable[Guard]) -> None:
        self.text = text
        self.lowered = _without_names(text, lower(text), name)
        self.clauses = clauses(text)
        self.masks = [mask for guard in guards for mask in self._masks(guard)]

    def _masks(self, guard: Guard) -> Iterator[tuple[int, int, str]]:
        for phrase in guard.phrases:
            for start, end in phrase.spans(self.lowered):
                clause = self.clauses[self.clause_at(start)]
                if guard.masks == "phrase":
                    yield start, end, guard.name
                else:
                    yield (clause.start if guard.masks == "clause" else start), max(clause.end, end), guard.name

    def clause_at(self, position: int) -> int:
        """Return the index of the clause that a character offset lies in."""
        for index, clause in enumerate(self.clauses):
            if position < clause.end:
                return index
        return len(self.clauses) - 1

    def masked(self, start: int, end: int, through: frozenset[str] = frozenset()) -> bool:
        """Tell whether a guard that is not among `through` covers the start of a span."""
        return any(low <= start < high and low < end and name not in through for low, high, name in self.masks)

    def stands(self, phrases: Iterable[Phrase], clause: Clause) -> bool:
        """Tell whether one of the phrases stands within a clause."""
        within = self.lowered[clause.start : clause.end]
        return any(True for phrase in phrases for _ in phrase.spans(within))

    def hits(self, rule: Rule) -> Iterator[Hit]:
        """Yield the hits of a rule that nothing speaks against."""
        if not self.clauses:
            return
        vetoes: list[tuple[int, int]] | None = None
        settled: dict[int, bool] = {}
        for phrase in rule.any:
            for start, end in phrase.spans(self.lowered):
                if self.masked(start, end, rule.through):
                    continue
                if vetoes is None:
                    vetoes = [span for veto in rule.not_ for span in veto.spans(self.lowered)]
                if any(low < end and start < high for low, high in vetoes):
                    continue
                index = self.clause_at(start)
                if index not in settled:
                    clause = self.clauses[index]
                    settled[index] = not self.stands(rule.clause_not, clause) and (
                        not rule.near or self.stands(rule.near, clause)
                    )
                if settled[index]:
                    yield Hit(rule, start, end, index)

    def quote(self, start: int, end: int) -> str:
        """Return the words around a span: its clause, or as much of it as a reader needs."""
        clause = self.clauses[self.clause_at(start)]
        low, high = min(clause.start, start), max(clause.end, end)
        if high - low > MAX_QUOTE:
            low, high = max(low, start - MARGIN), min(high, end + MARGIN)
            while low < start and low > 0 and self.text[low - 1].isalnum():
                low += 1
            while high > end and high < len(self.text) and self.text[high].isalnum():
                high -= 1
        return self.text[low:high].strip()


def _without_names(text: str, lowered: str, name: str) -> str:
    """Blank out company names and the organization's own, keeping every offset."""
    spans = [match.span() for match in COMPANY_NAME.finditer(text)] if text != text.upper() else []
    own = lower(name.strip())
    if len(own) > 3:
        start = lowered.find(own)
        while start >= 0:
            spans.append((start, start + len(own)))
            start = lowered.find(own, start + len(own))
    for low, high in spans:
        lowered = lowered[:low] + "\0" * (high - low) + lowered[high:]
    return lowered
