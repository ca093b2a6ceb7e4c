"""What inference found about one code, before it becomes a claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kb.organization import ConcernRole
from matcher.inference.reading import Hit


class Span(NamedTuple):
    """Where the words of a finding stand: character offsets, and the clause they are in."""

    start: int
    end: int
    clause: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A code with the words behind it.

    Attributes
    ----------
    code : str
    score : float in 0..1
        One minus the doubt that the hits of different rules leave.
    spans : sequence of Span
        The most telling first.
    role : ConcernRole or None
        Only for concerns.
    """

    code: str
    score: float
    spans: Sequence[Span]
    role: ConcernRole | None = None


def strongest_first(hits: Iterable[Hit]) -> tuple[Span, ...]:
    """Order hits by the weight of their rule, then by where they stand; one per place."""
    ordered = sorted(hits, key=lambda hit: (-hit.rule.weight, hit.start, -hit.end))
    kept: list[Span] = []
    for hit in ordered:
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(Span(hit.start, hit.end, hit.clause))
    return tuple(kept)
