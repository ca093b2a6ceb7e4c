"""The facts that policies are held against: an organization with its ties and its watchlist hits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, Self

from kb.brief import Brief
from kb.knowledge_base import KnowledgeBase
from kb.neighbourhood import Companion, Joined, neighbourhood
from kb.organization import Claim, ClaimKind, ClaimStatus, Organization, Relation
from matcher.vetting.conditions import MOST_STEPS, TIES
from matcher.vetting.screening import Hit

Hits = Mapping[str, Sequence[Hit]]
"""Watchlist hits by organization. An empty sequence was screened without a hit; a missing id was not screened."""


@dataclass(frozen=True)
class Context:
    """Who is looking, and on which terms. What is None was not said.

    Attributes
    ----------
    regulates : frozenset of str or None
        Industries that the seeker regulates.
    today : datetime.date
        The day on which list entries must be in force.
    """

    seeker_id: str | None = None
    sector: str | None = None
    kind: str | None = None
    regulates: frozenset[str] | None = None
    exclusivity: bool | None = None
    endorsement: bool | None = None
    title: str = ""
    today: date = field(default_factory=date.today)

    @classmethod
    def of(cls, brief: Brief, seeker: Organization | None = None, today: date | None = None) -> Self:
        """Read a brief; what the seeker's profile says fills what the brief leaves open."""
        own = {claim.code for claim in seeker.claims_of(ClaimKind.REGULATES)} if seeker else set()
        regulates = own | set(brief.seeker.regulates)
        kind = brief.seeker.kind or (seeker.kind if seeker else None)
        sector = brief.seeker.sector or (seeker.sector if seeker else None)
        unsaid = not regulates and (kind == "regulator" or (kind is None and sector in (None, "public")))
        return cls(
            seeker_id=seeker.id if seeker else brief.seeker.organization_id,
            sector=sector,
            kind=kind,
            regulates=None if unsaid else frozenset(regulates),
            exclusivity=brief.exclusivity,
            endorsement=brief.endorsement,
            title=brief.title,
            today=today or date.today(),
        )


@dataclass(frozen=True)
class Surroundings:
    """What a whole batch of facts shares."""

    organizations: Mapping[str, Organization]
    relations: Mapping[str, tuple[Relation, ...]]
    engagements: Mapping[str, tuple[Joined, ...]]
    companions: Mapping[str, Companion]
    hits: Hits | None
    screened: frozenset[str] | None

    @classmethod
    def of(
        cls,
        organizations: Iterable[Organization],
        relations: Iterable[Relation] = (),
        hits: Hits | None = None,
        screened: Collection[str] | None = None,
        engagements: Mapping[str, tuple[Joined, ...]] | None = None,
        companions: Mapping[str, Companion] | None = None,
    ) -> Self:
        """Index relations by both of their sides."""
        sides: defaultdict[str, tuple[Relation, ...]] = defaultdict(tuple)
        for relation in relations:
            sides[relation.subject_id] += (relation,)
            sides[relation.object_id] += (relation,)
        known = {organization.id: organization for organization in organizations}
        lists = None if screened is None else frozenset(screened)
        return cls(known, dict(sides), engagements or {}, companions or {}, hits, lists)


@dataclass(frozen=True)
class VettingFacts:
    """One organization in its surroundings."""

    organization: Organization
    surroundings: Surroundings = field(repr=False)

    @cached_property
    def concerns(self) -> Mapping[str, tuple[Claim, ...]]:
        """Concern claims that hold, by code."""
        return held_concerns(self.organization.claims)

    @property
    def is_profiled(self) -> bool:
        """Whether anything beyond places is known of it, so that a missing concern says something."""
        return any(claim.kind is not ClaimKind.PLACE for claim in self.organization.claims)

    @property
    def hits(self) -> Sequence[Hit] | None:
        """Watchlist hits; None when it was not screened."""
        hits = self.surroundings.hits
        return None if hits is None else hits.get(self.organization.id)

    def of(self, organization_id: str) -> VettingFacts | None:
        """Return the facts about a neighbour, None when it is not in the surroundings."""
        other = self.surroundings.organizations.get(organization_id)
        return None if other is None else VettingFacts(other, self.surroundings)

    def tied(self, tie_name: str, organization_id: str | None = None) -> list[tuple[str, Relation]]:
        """Return those one tie away from it, or from another, with the relation to each."""
        tie, here = TIES[tie_name], organization_id or self.organization.id
        found: list[tuple[str, Relation]] = []
        for relation in self.surroundings.relations.get(here, ()):
            if relation.kind is not tie.relation:
                continue
            side: Literal["subject", "object"] = "object" if relation.subject_id == here else "subject"
            if tie.other_is in (side, "either"):
                found.append((relation.object_id if side == "object" else relation.subject_id, relation))
        return found


def held_concerns(claims: Iterable[Claim]) -> dict[str, tuple[Claim, ...]]:
    """Return concern claims by code; where a person rejected a concern, only a person's confirmation holds."""
    by_code: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.kind is ClaimKind.CONCERN:
            by_code[claim.code].append(claim)
    held = {}
    for code, listed in by_code.items():
        rejected = any(claim.status is ClaimStatus.REJECTED for claim in listed)
        kept = tuple(claim for claim in listed if not rejected or claim.status is ClaimStatus.CONFIRMED)
        if kept:
            held[code] = kept
    return held


def hits_by_id(ids: Iterable[str], hits: Iterable[Hit]) -> dict[str, tuple[Hit, ...]]:
    """Group hits, with an empty entry for everybody who was screened without one."""
    grouped: dict[str, tuple[Hit, ...]] = dict.fromkeys(ids, ())
    for hit in hits:
        grouped[hit.subject_id] = (*grouped.get(hit.subject_id, ()), hit)
    return grouped


def gather_facts(
    kb: KnowledgeBase,
    ids: Sequence[str],
    hits: Hits | None = None,
    screened: Collection[str] | None = None,
) -> dict[str, VettingFacts]:
    """Return the facts about organizations, read in bulk; unknown ids are left out.

    Parameters
    ----------
    hits : mapping of str to sequence of Hit, optional
        None when nobody was screened; see `Hits`.
    screened : collection of str, optional
        Codes of the watchlists that are fit to say that somebody is not listed: leave stale ones out.
    """
    asked = kb.get_many(ids)
    around = neighbourhood(kb, [organization.id for organization in asked], MOST_STEPS)
    sides = {side for relation in around.relations for side in (relation.subject_id, relation.object_id)}
    others = kb.get_many(sorted(sides - {organization.id for organization in asked}))
    surroundings = Surroundings.of(
        (*asked, *others), around.relations, hits, screened, around.engagements, around.companions
    )
    return {organization.id: VettingFacts(organization, surroundings) for organization in asked}
