"""Grounds: the facts behind a judgement, in words that quote their source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from kb.casework.findings import Ground
from kb.neighbourhood import Joined
from kb.organization import Claim, ClaimStatus, ConcernRole, Organization, Relation, Source
from kb.vocabulary import load_vocabulary
from matcher.vetting.conditions import Listed
from matcher.vetting.facts import Context
from matcher.vetting.judgement import Match
from matcher.vetting.screening import Hit

YEAR = 365.25
ROLES = {ConcernRole.CORE: "a main business", ConcernRole.MINOR: "a side line", None: "how large a part is not known"}
REASONS_SHOWN = 3


def identity_label(field: str, code: str) -> str:
    """Return the words for a code of an identity field."""
    vocabulary = load_vocabulary()
    if field == "sector":
        return vocabulary.sectors.get(code, code)
    if field == "country":
        return vocabulary.places[code].label if code in vocabulary.places else code
    terms = vocabulary.kinds if field == "kind" else vocabulary.industries
    return terms[code].label if code in terms else code


def profile_source(organization: Organization) -> Source:
    """Return where an organization's identity comes from."""
    return organization.text_source or Source(name="Profile in the knowledge base", row=organization.id)


def claim_grounds(claim: Claim, label: str) -> Iterator[Ground]:
    """Yield a concern claim's quoted words, or the claim itself when it quotes none; then its revenue share."""
    words = [(item.text, item.verbatim) for item in claim.evidence if item.text]
    words = words or [(f"{label}: {ROLES[claim.role]}.", False)]
    if claim.revenue_share is not None:
        words.append((f"{label}: {claim.revenue_share:.1%} of revenue.", False))
    for text, verbatim in words:
        yield Ground(
            text=text, verbatim=verbatim, status=claim.status, source=claim.source, observed_on=claim.observed_on
        )


def relation_ground(relation: Relation, other: str, organizations: Mapping[str, Organization]) -> Ground:
    """Return a relation's quoted words, or the relation itself when it quotes none."""
    quoted = relation.evidence[0] if relation.evidence and relation.evidence[0].text else None
    names = [
        organizations[key].name if key in organizations else key for key in (relation.subject_id, relation.object_id)
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


def engagement_ground(joined: Joined, other: str) -> Ground:
    """Return that both took part in an engagement."""
    return Ground(
        text=f"Both took part in: {joined.title}",
        status=joined.status,
        source=joined.source,
        observed_on=joined.start_date,
        organization_id=other,
    )


def hit_fits(condition: Listed, hit: Hit, context: Context) -> bool:
    """Return whether a watchlist hit is of the kind that a condition asks for."""
    entity, today = hit.entity, context.today
    if condition.level not in (None, hit.level) or (condition.lists and entity.list_code not in condition.lists):
        return False
    if condition.in_force is not None and entity.in_force(today) is not condition.in_force:
        return False
    if condition.ended_within_years is None:
        return True
    earliest = today - timedelta(days=condition.ended_within_years * YEAR)
    return entity.end is not None and earliest <= entity.end < today


def hit_status(hit: Hit) -> ClaimStatus:
    """Return how firmly a hit is known: by a name alone it waits for a person."""
    return ClaimStatus.UNVERIFIED if hit.level == "strong" else ClaimStatus.INFERRED


def hit_match(hit: Hit) -> Match:
    """Return a watchlist hit as a match, quoting the entry."""
    entity = hit.entity
    dates = " to ".join(str(day) for day in (entity.start, entity.end) if day)
    about = "; ".join(part for part in (entity.programme, entity.measure, entity.grounds, dates) if part)
    why = " ".join(reason.text for reason in hit.reasons[:REASONS_SHOWN])
    level = f"{hit.level} hit, {hit.score:.2f}"
    ground = Ground(
        text=f"{hit.listed_name} stands on the list{f' ({about})' if about else ''}: {level}. {why}"[:4_000],
        status=hit_status(hit),
        source=Source(name=entity.list_code, row=(entity.locator or entity.entity_id)[:500]),
        observed_on=entity.start,
    )
    related = f"{hit.listed_name} ({entity.list_code})"
    return Match(f"{entity.list_code}:{entity.entity_id}", (ground,), hit_status(hit), related=related)
