"""What a scoring component is, and the small pieces that several of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.organization import Claim, ClaimKind, Engagement, Organization, Relation
from kb.vocabulary import Term, Vocabulary
from matcher.query import Floats, Query, Scored
from matcher.results import Reason


@dataclass(frozen=True)
class Facts:
    """What is known about one ranked candidate, for its explanation.

    Attributes
    ----------
    engagements : tuple of (Engagement, float)
        Its engagements nearest to the brief, with their relevance in 0..1.
    relations : tuple of Relation
        Relations to the seeker.
    shared_partners : tuple of str
        Names of organizations that both sides worked with.
    """

    organization: Organization
    engagements: tuple[tuple[Engagement, float], ...] = ()
    relations: tuple[Relation, ...] = ()
    shared_partners: tuple[str, ...] = ()

    @cached_property
    def by_kind(self) -> Mapping[ClaimKind, tuple[Claim, ...]]:
        """Claims that nobody rejected, by kind, strongest first."""
        found: dict[ClaimKind, list[Claim]] = {}
        for claim in sorted(self.organization.claims, key=lambda item: -item.strength * item.confidence):
            if claim.holds:
                found.setdefault(claim.kind, []).append(claim)
        return {kind: tuple(claims) for kind, claims in found.items()}


class Component(Protocol):
    """One reason why an organization could be the right partner.

    The class docstring is the user's documentation.
    """

    name: str
    label: str

    def asked(self, query: Query) -> bool:
        """Whether the brief gives this component anything to judge by."""
        ...

    def score(self, scored: Scored) -> Floats:
        """Return 0..1 for every organization, NaN where it cannot judge; float32 (n,)."""
        ...

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return the evidence for one organization."""
        ...


def reason_of(claim: Claim, vocabulary: Vocabulary, about: str = "") -> Reason:
    """Turn a claim into a reason with its first evidence."""
    first = claim.evidence[0] if claim.evidence else None
    return Reason(
        about=about or vocabulary.label(claim.kind, claim.code),
        text=first.text if first else "",
        verbatim=bool(first and first.verbatim),
        status=claim.status,
        source=claim.source.name,
        url=claim.source.url,
        observed_on=claim.observed_on,
        strength=claim.strength,
    )


def claim_reasons(facts: Facts, kind: ClaimKind, codes: Iterable[str], vocabulary: Vocabulary) -> tuple[Reason, ...]:
    """Return the claims of a kind with one of the codes, strongest first."""
    wanted = set(codes)
    return tuple(reason_of(claim, vocabulary) for claim in facts.by_kind.get(kind, ()) if claim.code in wanted)


def strongest(columns: Columns, kind: ClaimKind, codes: Sequence[str]) -> Floats:
    """Return the highest strength among several codes, 0 where none is known; float32 (n,)."""
    rows = [columns.codes.claims[kind][code] for code in codes]
    best = columns.claims[kind][rows[0], : columns.n]
    for row in rows[1:]:
        best = np.maximum(best, columns.claims[kind][row, : columns.n])
    return np.asarray((np.maximum(best, 1) - np.float32(1)) / np.float32(254), np.float32)


def term_match(
    scored: Scored, kind: ClaimKind, wanted: Sequence[str], terms: Mapping[str, Term], broader_share: float
) -> Floats:
    """Return half the best, half the mean over the wanted terms, 0..1; float32 (n,).

    A narrower term counts in full, a broader one by `broader_share`.
    """
    vocabulary, columns = scored.query.vocabulary, scored.columns
    best = np.zeros(columns.n, np.float32)
    total = np.zeros(columns.n, np.float32)
    for code in wanted:
        match = strongest(columns, kind, sorted(vocabulary.narrower(terms, code)))
        if broader := vocabulary.broader(terms, code):
            match = np.maximum(match, np.float32(broader_share) * strongest(columns, kind, broader))
        best = np.maximum(best, match)
        total += match
    return np.asarray((best + total / max(1, len(wanted))) / 2, np.float32)


def related_codes(vocabulary: Vocabulary, wanted: Iterable[str], terms: Mapping[str, Term]) -> set[str]:
    """Return the wanted terms with those below and above them."""
    codes: set[str] = set()
    for code in wanted:
        codes |= vocabulary.narrower(terms, code) | set(vocabulary.broader(terms, code))
    return codes


def known(columns: Columns, kind: ClaimKind) -> NDArray[np.bool_]:
    """Return where anything of a kind is known; bool (n,)."""
    return columns.known[kind][: columns.n]


def unknown_to_nan(values: Floats, is_known: NDArray[np.bool_]) -> Floats:
    """Put NaN where nothing is known."""
    return np.where(is_known, values, np.float32(np.nan)).astype(np.float32)
