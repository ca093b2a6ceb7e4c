"""How two records of one organization become one, with every claim kept."""

from __future__ import annotations

from kb.organization import Claim, ClaimKind, ClaimStatus, Organization

BY_A_PERSON = {ClaimStatus.CONFIRMED, ClaimStatus.REJECTED}
FIELDS = ("sector", "kind", "industry", "country", "city", "website", "mission", "description", "text_source")


def join_claims(kept: tuple[Claim, ...], incoming: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Unite claims by key; a person's word wins, then the incoming one."""
    joined: dict[tuple[ClaimKind, str, str], Claim] = {claim.key: claim for claim in kept}
    for claim in incoming:
        known = joined.get(claim.key)
        if known is None or known.status not in BY_A_PERSON:
            joined[claim.key] = claim
    return tuple(joined.values())


def _names(kept: Organization, other: Organization) -> tuple[str, ...]:
    names = dict.fromkeys((*kept.aliases, other.name, *other.aliases))
    return tuple(name for name in names if name != kept.name)


def absorb(kept: Organization, other: Organization) -> Organization:
    """Merge `other` into `kept`: its identity stays, empty fields are filled, claims and numbers are united."""
    filled = {field: getattr(other, field) for field in FIELDS if not getattr(kept, field) and getattr(other, field)}
    if kept.mission or kept.description:
        filled.pop("text_source", None)
    return kept.model_copy(
        update=filled
        | {
            "aliases": _names(kept, other),
            "registry_ids": tuple(dict.fromkeys((*kept.registry_ids, *other.registry_ids))),
            "claims": join_claims(kept.claims, other.claims),
        }
    )


def refresh(known: Organization, incoming: Organization) -> Organization:
    """Update an organization from a newer record of the source it came from.

    Identity and texts follow the source; claims of the same sources are replaced, but a person's word,
    and claims from elsewhere, stay.
    """
    sources = {claim.source.name for claim in incoming.claims}
    kept = tuple(claim for claim in known.claims if claim.source.name not in sources or claim.status in BY_A_PERSON)
    newer = {field: getattr(incoming, field) for field in FIELDS if getattr(incoming, field)}
    renamed = (known.name,) if known.name != incoming.name else ()
    aliases = dict.fromkeys((*known.aliases, *incoming.aliases, *renamed))
    return known.model_copy(
        update=newer
        | {
            "name": incoming.name,
            "aliases": tuple(name for name in aliases if name != incoming.name),
            "registry_ids": tuple(dict.fromkeys((*known.registry_ids, *incoming.registry_ids))),
            "claims": join_claims(kept, incoming.claims),
        }
    )
