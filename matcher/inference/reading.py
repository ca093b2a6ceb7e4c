"""One text, read once: its clauses, what is masked in it, and where phrases hit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from matcher.inference.phrases import Phrase
from matcher.inference.prose import Clause, clauses, lower
from matcher.inference.rules import Guard, Rule
from matcher.inference.speaker import is_investor, speaker_of

COMPANY_NAME = re.compile(
    r"(?:(?:[A-Z0-9][\w&'\u2019.\-]*|of|de|do|da|and|y|&|e|the|ve|und|et|\([A-Z]\w*\)),?\s+){1,9}"
    r"(?:Inc|Ltd|Limited|Corp|Corporation|Company|Co|PLC|Plc|plc|S\.?A\.?|AG|N\.?V\.?|Tbk|Berhad|Bhd|AB|ASA|A/S|SE|"
    r"Oyj|SpA|S\.p\.A|Holdings|Group|GmbH|KGaA|LLC|L\.P|LP|Sirketi|Trust)\b\.?"
)
MAX_QUOTE = 320
MARGIN = 130
MIN_NAME = 5


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
        self.speaker = speaker_of(self.lowered)
        self.masks = [mask for guard in guards for mask in self._masks(guard)]

    @cached_property
    def investor(self) -> bool:
        """Whether the text is about a firm that puts money into others."""
        return is_investor(self.lowered)

    def _masks(self, guard: Guard) -> Iterator[tuple[int, int, str]]:
        for phrase in guard.phrases:
            for start, end in phrase.spans(self.lowered):
                clause = self.clauses[self.clause_at(start)]
                if guard.masks == "phrase":
                    yield start, end, guard.name
                else:
                    last = self._sentence_end(clause) if guard.masks == "sentence" else clause.end
                    yield start, max(last, end), guard.name

    def _sentence_end(self, clause: Clause) -> int:
        return max(other.end for other in self.clauses if other.sentence == clause.sentence)

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
        if not self.clauses or not (rule.speaker == "any" or self.speaker in {rule.speaker, "any"}):
            return
        if any(True for phrase in rule.text_not for _ in phrase.spans(self.lowered)):
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


def _folded(text: str) -> str:
    """Strip accents, keeping the length."""
    return "".join(unicodedata.normalize("NFD", char)[0] for char in text)


def _own_name(lowered: str, name: str) -> list[tuple[int, int]]:
    """Find the longest beginning of a name that stands in the text, wherever it does."""
    words = re.findall(r"[\w&'\u2019.\-]+", _folded(lower(name)))
    folded = _folded(lowered)
    for count in range(len(words), 0, -1):
        if count == 1 and (len(words) > 2 or len(words[0]) < MIN_NAME):
            break
        pattern = r"[\s,.()\-]*".join(re.escape(word) for word in words[:count])
        if spans := [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", folded)]:
            return spans
    return []


def _without_names(text: str, lowered: str, name: str) -> str:
    """Blank out company names and the organization's own, keeping every offset."""
    spans = [match.span() for match in COMPANY_NAME.finditer(text)] if text != text.upper() else []
    spans += _own_name(lowered, name)
    for low, high in spans:
        lowered = lowered[:low] + "\0" * (high - low) + lowered[high:]
    return lowered
