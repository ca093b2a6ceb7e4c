"""What inference found about one code, before it becomes a claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.organization import ConcernRole
from matcher.inference.reading import Hit


@dataclass(frozen=True, slots=True)
class Finding:
    """A code with the hits behind it.

    Attributes
    ----------
    code : str
    score : float in 0..1
        One minus the doubt that the hits of different rules leave.
    hits : tuple of Hit
        Strongest first.
    role : ConcernRole or None
        Only for concerns.
    """

    code: str
    score: float
    hits: tuple[Hit, ...]
    role: ConcernRole | None = None


def strongest_first(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Order hits by the weight of their rule, then by where they stand; one per place."""
    ordered = sorted(hits, key=lambda hit: (-hit.rule.weight, hit.start, -hit.end))
    kept: list[Hit] = []
    for hit in ordered:
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return tuple(kept)
