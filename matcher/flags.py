"""Flags: what to look into before any approach. They stand beside the score and never change it."""

from __future__ import annotations

from kb.organization import ClaimKind, ClaimStatus, ConcernRole
from matcher.components.base import Profile
from matcher.components.value_alignment import opposed, stood_for
from matcher.query import Query
from matcher.results import Flag, Reason

GRAVITY = {"exclude": 0, "escalate": 1, "caution": 2, "observation": 3}


def flags_of(query: Query, profile: Profile) -> tuple[Flag, ...]:
    """Return concerns, opposed principles and regulatory ties of a candidate, gravest first."""
    found = _concerns(profile)
    against = query.once(opposed)
    found += [
        _opposed(query, code, reason) for code, reason in profile.reasons.get(ClaimKind.VALUE, ()) if code in against
    ]
    found += _regulatory(query, profile)
    return tuple(sorted(found, key=lambda flag: GRAVITY[flag.severity]))


def _concerns(profile: Profile) -> list[Flag]:
    flags = []
    for claim, reason in profile.concerns:
        core = claim.role is ConcernRole.CORE
        label = profile.vocabulary.concerns[claim.code].label
        words = "a main business" if core else "a side line, or supplies the industry"
        unverified = " Not yet verified." if claim.status is ClaimStatus.UNVERIFIED else ""
        severity = "escalate" if core else "caution"
        flags.append(Flag(claim.code, label, severity, f"{label}: {words}.{unverified}", (reason,)))
    return flags


def _opposed(query: Query, code: str, reason: Reason) -> Flag:
    terms = query.vocabulary.values
    label = terms[code].label
    clashing = [
        terms[item].label
        for item in query.once(stood_for)
        if code in terms[item].opposes or item in terms[code].opposes
    ]
    return Flag(
        code=f"value:{code}",
        title=f"Stands for {label.lower()}",
        severity="caution",
        text=f"Pulls against what you stand for: {', '.join(clashing)}.",
        reasons=(reason,),
    )


def regulated_industries(query: Query) -> frozenset[str]:
    """Return the industries that the seeker regulates, from the brief and its own profile."""
    own = query.seeker.claims_of(ClaimKind.REGULATES) if query.seeker else ()
    return frozenset(claim.code for claim in own) | set(query.brief.seeker.regulates)


def _regulatory(query: Query, profile: Profile) -> list[Flag]:
    industry = profile.organization.industry
    if industry is None or industry not in query.once(regulated_industries):
        return []
    label = query.vocabulary.industries[industry].label
    text = f"{label} is an industry that you regulate: a conflict of interest for both sides."
    return [Flag("regulated_by_seeker", "You regulate its industry", "escalate", text)]
