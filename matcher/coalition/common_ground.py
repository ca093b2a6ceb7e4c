"""Common ground: what two or more organizations share, quoted from each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.organization import Claim, ClaimKind, Organization
from kb.vocabulary import Vocabulary
from matcher.components.base import reason_of
from matcher.results import Reason

SHARED_KINDS = (ClaimKind.CAUSE, ClaimKind.VALUE, ClaimKind.AUDIENCE, ClaimKind.PLACE)


@dataclass(frozen=True)
class Shared:
    """One cause, value, audience or place that at least two share.

    Attributes
    ----------
    by : tuple of (str, Reason)
        Id and evidence of everyone who has it.
    everyone : bool
    """

    kind: ClaimKind
    code: str
    label: str
    by: tuple[tuple[str, Reason], ...]
    everyone: bool


@dataclass(frozen=True)
class CommonGround:
    """What is shared, by most first; and whose causes, values or audiences are not known at all."""

    shared: tuple[Shared, ...]
    unknown: tuple[str, ...]

    def of(self, kind: ClaimKind) -> tuple[Shared, ...]:
        """Return what is shared of one kind."""
        return tuple(item for item in self.shared if item.kind is kind)


def find_common_ground(
    organizations: Sequence[Organization], vocabulary: Vocabulary, places: Sequence[str] = ()
) -> CommonGround:
    """Find what at least two of the organizations have in common.

    Parameters
    ----------
    places : sequence of str
        Countries or regions that matter; a wider area that an organization works in counts for each of them. Without
        any, only places that are named alike are shared.
    """
    found = []
    for kind in (ClaimKind.CAUSE, ClaimKind.VALUE, ClaimKind.AUDIENCE):
        by_code: dict[str, dict[str, Claim]] = {}
        for organization in organizations:
            for claim in sorted(organization.claims_of(kind), key=lambda item: -item.strength * item.confidence):
                by_code.setdefault(claim.code, {}).setdefault(organization.id, claim)
        found += [_shared(kind, code, held, organizations, vocabulary) for code, held in by_code.items()]
    found += [
        _shared(ClaimKind.PLACE, code, held, organizations, vocabulary)
        for code, held in _places(organizations, vocabulary, places).items()
    ]
    order = {kind: rank for rank, kind in enumerate(SHARED_KINDS)}
    shared = sorted((item for item in found if len(item.by) > 1), key=lambda item: (order[item.kind], -len(item.by)))
    unknown = tuple(
        f"{organization.name}: {_PLURAL[kind]} not known"
        for organization in organizations
        for kind in SHARED_KINDS
        if not organization.claims_of(kind)
    )
    return CommonGround(tuple(shared), unknown)


_PLURAL = {
    ClaimKind.CAUSE: "causes",
    ClaimKind.VALUE: "values",
    ClaimKind.AUDIENCE: "audiences",
    ClaimKind.PLACE: "places",
}


def _shared(
    kind: ClaimKind,
    code: str,
    held: dict[str, Claim],
    organizations: Sequence[Organization],
    vocabulary: Vocabulary,
) -> Shared:
    by = tuple((key, reason_of(claim, vocabulary)) for key, claim in held.items())
    return Shared(kind, code, vocabulary.label(kind, code), by, len(by) == len(organizations))


def _places(
    organizations: Sequence[Organization], vocabulary: Vocabulary, places: Sequence[str]
) -> dict[str, dict[str, Claim]]:
    wanted = list(places) or list(
        dict.fromkeys(claim.code for item in organizations for claim in item.claims_of(ClaimKind.PLACE))
    )
    found: dict[str, dict[str, Claim]] = {}
    for place in wanted:
        for organization in organizations:
            claims = [
                claim
                for claim in organization.claims_of(ClaimKind.PLACE)
                if claim.code == place or (places and _within(place, claim.code, vocabulary))
            ]
            if claims:
                best = min(claims, key=lambda claim: len(vocabulary.places[claim.code].countries))
                found.setdefault(place, {})[organization.id] = best
    return found


def _within(place: str, wider: str, vocabulary: Vocabulary) -> bool:
    return wider in vocabulary.places and vocabulary.places[place].countries <= vocabulary.places[wider].countries
