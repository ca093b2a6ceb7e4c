"""The two sides of an exchange, each as what it has, wants and pursues, with evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from kb.brief import Brief
from kb.organization import Claim, ClaimKind, ClaimStatus, Organization
from kb.vocabulary import Term, Vocabulary
from matcher.components.base import reason_of
from matcher.results import Reason

LENT_KINDS = (ClaimKind.CAPACITY, ClaimKind.ASSET, ClaimKind.OFFER)
"""The kinds of claim that say what an organization has and could lend."""

OFFERED = 0.6
"""How much of a thing a brief that offers it is taken to have, unless the profile says more ("substantial")."""


@dataclass(frozen=True)
class Item:
    """One thing that a party has, wants, pursues or oversees.

    Attributes
    ----------
    strength : float in 0..1
        How much of it there is; for a want, how important it is.
    offered : bool
        The party said that it would lend it. False means that it has it, and nobody knows whether it would.
    text : str
        The brief's own words for it; empty when there are none.
    """

    code: str
    label: str
    strength: float
    offered: bool = False
    text: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Party:
    """One side of an exchange.

    Attributes
    ----------
    key : str
        The organization's id; ``brief:<id>`` for a seeker that is not in the knowledge base.
    has : tuple of Item
        What it may give. For a seeker what the brief offers, for others what they are known to have.
    held_back : tuple of Item
        What a seeker is known to have, and neither offers nor asks for.
    has_known, wants_known : bool
        Whether anything is known of the kind; an empty tuple alone would not tell.
    lacks : tuple of str
        Codes that a person has rejected: known not to be there.
    """

    key: str
    name: str
    sector: str | None = None
    kind: str | None = None
    industry: str | None = None
    has: tuple[Item, ...] = ()
    held_back: tuple[Item, ...] = ()
    wants: tuple[Item, ...] = ()
    causes: tuple[Item, ...] = ()
    regulates: tuple[Item, ...] = ()
    lacks: tuple[str, ...] = ()
    has_known: bool = False
    wants_known: bool = False

    def item(self, code: str) -> Item | None:
        """Return what it has under a code."""
        return next((item for item in self.has if item.code == code), None)


def party_of(organization: Organization, vocabulary: Vocabulary, met: Mapping[str, float] | None = None) -> Party:
    """Describe an organization as one side of an exchange.

    Parameters
    ----------
    met : mapping of code to float in 0..1, optional
        How far it meets needs of the brief, place and words considered; replaces the claims' strength.
    """
    has = _items(organization, LENT_KINDS, vocabulary)
    given = met or {}
    return Party(
        key=organization.id,
        name=organization.name,
        sector=organization.sector,
        kind=organization.kind,
        industry=organization.industry,
        has=_sorted(replace(item, strength=given.get(item.code, item.strength)) for item in has),
        wants=_items(organization, (ClaimKind.NEED,), vocabulary),
        causes=_items(organization, (ClaimKind.CAUSE,), vocabulary),
        regulates=_items(organization, (ClaimKind.REGULATES,), vocabulary),
        lacks=_ruled_out(organization, {item.code for item in has}),
        has_known=any(organization.claims_of(kind) for kind in LENT_KINDS),
        wants_known=bool(organization.claims_of(ClaimKind.NEED)),
    )


def _ruled_out(organization: Organization, held: Collection[str]) -> tuple[str, ...]:
    rejected = {claim.code for claim in organization.claims if claim.kind in LENT_KINDS and not claim.holds}
    return tuple(sorted(rejected - set(held)))


def seeking_party(brief: Brief, vocabulary: Vocabulary, organization: Organization | None = None) -> Party:
    """Describe the seeker: what the brief needs, offers and is for, with what its profile shows of it."""
    own = party_of(organization, vocabulary) if organization else Party(f"brief:{brief.id}", brief.seeker.name)
    held = {item.code: item for item in own.has}
    offers = [
        _asked(brief, vocabulary.lendable, offer.code, offer.text, held.get(offer.code), OFFERED)
        for offer in brief.offers
    ]
    offered, needed = {offer.code for offer in brief.offers}, {need.code for need in brief.needs}
    oversees = {item.code: item for item in own.regulates}
    for code in brief.seeker.regulates:
        oversees.setdefault(code, _asked(brief, vocabulary.industries, code, "", None, 1.0))
    return replace(
        own,
        name=brief.seeker.name or own.name or "The seeker",
        sector=brief.seeker.sector or own.sector,
        kind=brief.seeker.kind or own.kind,
        has=_sorted(replace(item, offered=True) for item in offers),
        held_back=tuple(item for item in own.has if item.code not in {*offered, *needed}),
        wants=_sorted(
            _asked(brief, vocabulary.lendable, need.code, need.text, None, need.importance) for need in brief.needs
        ),
        causes=tuple(_asked(brief, vocabulary.causes, code, "", None, 1.0) for code in brief.causes),
        regulates=tuple(oversees.values()),
        has_known=own.has_known or bool(offers),
        wants_known=bool(brief.needs),
    )


def brief_reason(brief: Brief, about: str, text: str, strength: float | None = None) -> Reason:
    """Return a line of the brief as a reason; it is stated by the seeker."""
    return Reason(about, text, ClaimStatus.STATED, f"Brief: {brief.title}", verbatim=bool(text), strength=strength)


def _asked(brief: Brief, terms: Mapping[str, Term], code: str, text: str, held: Item | None, strength: float) -> Item:
    said = brief_reason(brief, terms[code].label, text or brief.behaviour, strength)
    more = held.reasons if held else ()
    return Item(code, terms[code].label, max(strength, held.strength if held else 0), text=text, reasons=(said, *more))


def _items(organization: Organization, kinds: Iterable[ClaimKind], vocabulary: Vocabulary) -> tuple[Item, ...]:
    found: dict[str, list[Claim]] = {}
    for kind in kinds:
        for claim in organization.claims_of(kind):
            if claim.code in vocabulary.terms(kind):
                found.setdefault(claim.code, []).append(claim)
    return _sorted(
        Item(
            code,
            vocabulary.label(claims[0].kind, code),
            max(claim.strength * claim.confidence for claim in claims),
            any(claim.kind is ClaimKind.OFFER for claim in claims),
            reasons=tuple(
                reason_of(claim, vocabulary)
                for claim in sorted(claims, key=lambda item: -item.strength * item.confidence)
            ),
        )
        for code, claims in found.items()
    )


def _sorted(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (-item.strength, item.code)))
