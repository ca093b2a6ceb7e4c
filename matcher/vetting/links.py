"""Those around an organization: owners, funders, members, companions in engagements, and the steps to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kb.casework.findings import Ground
from kb.organization import ClaimStatus, Organization, Relation
from kb.vocabulary import load_vocabulary
from matcher.vetting.conditions import TIES
from matcher.vetting.facts import VettingFacts
from matcher.vetting.judgement import Match, weakest


def others(name: str, facts: VettingFacts) -> Iterator[tuple[VettingFacts | None, tuple[Ground, ...]]]:
    """Yield those at the other end of a tie, with a ground for each step; firmly known chains come first."""
    start = facts.organization.id
    reached: set[str] = set()
    for firm in (True, False):
        seen, frontier = {start}, [(start, ())]
        while frontier:
            grown: list[tuple[str, tuple[Ground, ...]]] = []
            for here, steps in frontier:
                for key, relation in facts.tied(name, here):
                    if key in seen or (firm and relation.status is ClaimStatus.INFERRED):
                        continue
                    seen.add(key)
                    trail = (*steps, relation_ground(relation, key, facts))
                    grown.append((key, trail))
                    if key not in reached:
                        reached.add(key)
                        yield facts.of(key), trail
            frontier = grown if TIES[name].chain else []  # type: ignore[assignment]


def relation_ground(relation: Relation, other: str, facts: VettingFacts) -> Ground:
    """Return the ground for one step from an organization to another."""
    quoted = relation.evidence[0] if relation.evidence and relation.evidence[0].text else None
    names = [
        found.name if (found := facts.surroundings.organizations.get(key)) else key
        for key in (relation.subject_id, relation.object_id)
    ]
    label = load_vocabulary().relations[relation.kind.value].label.lower()
    return Ground(
        text=quoted.text if quoted else f"{names[0]}: {label} {names[1]}.",
        verbatim=quoted.verbatim if quoted else False,
        status=relation.status,
        source=relation.source,
        observed_on=relation.observed_on,
        organization_id=other,
    )


def engaged(facts: VettingFacts) -> Iterator[tuple[VettingFacts | None, tuple[Ground, ...]]]:
    """Yield those with a concern that took part in the same engagements; None for an engagement without such."""
    around = facts.surroundings
    for joined in around.engagements.get(facts.organization.id, ()):
        others = [key for key in joined.companions if key != facts.organization.id]
        if not others:
            yield None, ()
        for key in others:
            companion = around.companions[key]
            other = Organization.model_construct(
                id=key, name=companion.name, claims=companion.concerns, text_source=None
            )
            ground = Ground(
                text=f"Both took part in: {joined.title}",
                status=joined.status,
                source=joined.source,
                observed_on=joined.start_date,
                organization_id=key,
            )
            yield VettingFacts(other, around), (ground,)


def through(other: Organization, steps: tuple[Ground, ...], matches: tuple[Match, ...]) -> Iterator[Match]:
    """Say of an organization what holds of another, with the steps from one to the other."""
    for match in matches or (Match(),):
        about = f"{other.id}:{match.about}" if match.about else other.id
        told = (
            ground if ground.organization_id else ground.model_copy(update={"organization_id": other.id})
            for ground in match.grounds
        )
        basis = weakest((match.basis, *(step.status for step in steps)))
        related = f"{other.name} ({match.related})" if match.related else other.name
        yield replace(match, about=about, grounds=(*steps, *told), basis=basis, related=related)
