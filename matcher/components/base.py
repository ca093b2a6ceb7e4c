"""What a scoring component is, and the small pieces that several of them share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.columns.layout import FULL, REJECTED
from kb.organization import Claim, ClaimKind, ClaimStatus, Engagement, Organization, Relation
from kb.vocabulary import Term, Vocabulary
from matcher.masks import choose
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

LENT = (ClaimKind.CAPACITY, ClaimKind.ASSET, ClaimKind.OFFER)
"""The kinds of claim that say what an organization has and could lend."""

PER_BYTE = np.float32(1 / (FULL - REJECTED))


@dataclass(frozen=True)
class Profile:
    """An organization with its claims as reasons, made once and used for every brief."""

    organization: Organization
    vocabulary: Vocabulary

    @cached_property
    def reasons(self) -> Mapping[ClaimKind, tuple[tuple[str, Reason], ...]]:
        """Code and reason of every claim that nobody rejected, by kind, strongest first."""
        found: dict[ClaimKind, list[tuple[str, Reason]]] = {}
        for claim in sorted(self.organization.claims, key=lambda item: -item.strength * item.confidence):
            if claim.holds:
                found.setdefault(claim.kind, []).append((claim.code, reason_of(claim, self.vocabulary)))
        return {kind: tuple(reasons) for kind, reasons in found.items()}

    @cached_property
    def lent(self) -> Mapping[str, tuple[Reason, ...]]:
        """What it has and could lend, by code of the capacity or asset."""
        found: dict[str, tuple[Reason, ...]] = {}
        for kind in LENT:
            for code, reason in self.reasons.get(kind, ()):
                found[code] = (*found.get(code, ()), reason)
        return found

    @cached_property
    def concerns(self) -> tuple[tuple[Claim, Reason], ...]:
        """Concerns that nobody rejected, with their reasons, in the order of the profile."""
        claims = self.organization.claims_of(ClaimKind.CONCERN)
        return tuple((claim, reason_of(claim, self.vocabulary)) for claim in claims)

    @cached_property
    def seat(self) -> tuple[Reason, ...]:
        """Where it has its seat, as a reason; empty when that is unknown."""
        country = self.organization.country
        if not country:
            return ()
        known = self.vocabulary.places.get(country)
        return (self._of_profile("Seat", f"Has its seat in {known.label if known else country}."),)

    @cached_property
    def words(self) -> tuple[Reason, ...]:
        """The beginning of its own words, as a reason; empty when there are none."""
        words = self.organization.mission or self.organization.description
        return (self._of_profile("In its profile", words[:300]),) if words else ()

    def _of_profile(self, about: str, text: str) -> Reason:
        source = self.organization.text_source
        status = ClaimStatus.STATED if source and source.row else ClaimStatus.UNVERIFIED
        return Reason(about, text, status, source.name if source else "", source.url if source else "")


@dataclass(frozen=True)
class Facts:
    """What is known about one ranked candidate, for its explanation.

    Attributes
    ----------
    profile : Profile
    engagements : tuple of (Engagement, float)
        Its engagements nearest to the brief, with their relevance in 0..1.
    relations : tuple of Relation
        Relations to the seeker.
    shared_partners : tuple of str
        Names of organizations that both sides worked with.
    """

    profile: Profile
    engagements: tuple[tuple[Engagement, float], ...] = ()
    relations: tuple[Relation, ...] = ()
    shared_partners: tuple[str, ...] = ()

    @property
    def organization(self) -> Organization:
        """The candidate."""
        return self.profile.organization


class Component(Protocol):
    """One reason why an organization could be the right partner.

    The class docstring is the user's documentation. `reads_texts` says whether its value depends on how close texts
    are; it must never fall when they are closer.
    """

    name: str
    label: str
    reads_texts: bool

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


def claim_reasons(profile: Profile, kind: ClaimKind, codes: Collection[str]) -> tuple[Reason, ...]:
    """Return the claims of a kind with one of the codes as reasons, strongest first."""
    return tuple([reason for code, reason in profile.reasons.get(kind, ()) if code in codes])


def strongest(scored: Scored, kind: ClaimKind, codes: Sequence[str]) -> Floats:
    """Return the highest strength among several codes, 0 where none is known; float32 (n,)."""
    return strength_of([scored.strength_bytes(kind, code) for code in codes])


def strength_of(claimed: Sequence[NDArray[np.uint8]]) -> Floats:
    """Return the highest strength among several rows of strength bytes, 0 where none is known; float32 (n,)."""
    best = claimed[0]
    for column in claimed[1:]:
        best = np.maximum(best, column)
    return np.multiply(best - (best >= REJECTED), PER_BYTE, dtype=np.float32)


def term_match(
    scored: Scored, kind: ClaimKind, wanted: Sequence[str], terms: Mapping[str, Term], broader_share: float
) -> Floats:
    """Return half the best, half the mean over the wanted terms, 0..1; float32 (n,).

    A narrower term counts in full, a broader one by `broader_share`.
    """
    vocabulary = scored.query.vocabulary
    best = np.zeros(scored.n, np.float32)
    total = np.zeros(scored.n, np.float32)
    for code in wanted:
        match = strongest(scored, kind, sorted(vocabulary.narrower(terms, code)))
        if broader := vocabulary.broader(terms, code):
            above = strongest(scored, kind, broader)
            above *= np.float32(broader_share)
            np.maximum(match, above, out=match)
        np.maximum(best, match, out=best)
        total += match
    total *= np.float32(1 / max(1, len(wanted)))
    best += total
    best *= np.float32(0.5)
    return best


def related_codes(vocabulary: Vocabulary, wanted: Iterable[str], terms: Mapping[str, Term]) -> frozenset[str]:
    """Return the wanted terms with those below and above them."""
    found = [vocabulary.narrower(terms, code).union(vocabulary.broader(terms, code)) for code in wanted]
    return frozenset().union(*found)


def known(scored: Scored, kind: ClaimKind) -> NDArray[np.bool_]:
    """Return where anything of a kind is known; bool (n,)."""
    return np.asarray(scored.columns.known[kind][scored.rows])


def unknown_to_nan(values: Floats, is_known: NDArray[np.bool_]) -> Floats:
    """Put NaN where nothing is known."""
    return choose(is_known, values, np.nan)
