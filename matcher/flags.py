"""Flags: what to look into before any approach. They stand beside the score and never change it."""

from __future__ import annotations

from kb.organization import ClaimKind, ClaimStatus, ConcernRole, Organization
from matcher.components.base import reason_of
from matcher.components.value_alignment import conflicts, stood_for
from matcher.query import Query
from matcher.results import Flag


def flags_of(query: Query, organization: Organization) -> tuple[Flag, ...]:
    """Return concerns, opposed principles and regulatory ties of a candidate, gravest first."""
    vocabulary = query.vocabulary
    found = []
    for claim in organization.claims_of(ClaimKind.CONCERN):
        core = claim.role is ConcernRole.CORE
        label = vocabulary.concerns[claim.code].label
        words = "a main business" if core else "a side line, or supplies the industry"
        unverified = " Not yet verified." if claim.status is ClaimStatus.UNVERIFIED else ""
        found.append(
            Flag(
                code=claim.code,
                title=label,
                severity="escalate" if core else "caution",
                text=f"{label}: {words}.{unverified}",
                reasons=(reason_of(claim, vocabulary),),
            )
        )
    values = stood_for(query)
    for code in conflicts(vocabulary, values, organization):
        clash = next(item for item in organization.claims_of(ClaimKind.VALUE) if item.code == code)
        label = vocabulary.values[code].label
        against = ", ".join(
            vocabulary.values[item].label
            for item in values
            if code in vocabulary.values[item].opposes or item in vocabulary.values[code].opposes
        )
        found.append(
            Flag(
                code=f"value:{code}",
                title=f"Stands for {label.lower()}",
                severity="caution",
                text=f"Pulls against what you stand for: {against}.",
                reasons=(reason_of(clash, vocabulary),),
            )
        )
    found += _regulatory(query, organization)
    order = {"exclude": 0, "escalate": 1, "caution": 2, "observation": 3}
    return tuple(sorted(found, key=lambda flag: order[flag.severity]))


def _regulatory(query: Query, organization: Organization) -> list[Flag]:
    own = query.seeker.claims_of(ClaimKind.REGULATES) if query.seeker else ()
    regulated = {claim.code for claim in own} | set(query.brief.seeker.regulates)
    if organization.industry not in regulated:
        return []
    label = query.vocabulary.industries[organization.industry].label
    return [
        Flag(
            code="regulated_by_seeker",
            title="You regulate its industry",
            severity="escalate",
            text=f"{label} is an industry that you regulate: a conflict of interest for both sides.",
        )
    ]
