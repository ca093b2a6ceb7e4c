"""Words for codes: where an organization is, how a fact is known, how grave a flag is."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.components.palette import SEVERITY_BADGE, STATUS_BADGE
from dashboard.components.text import badge
from kb.organization import ClaimKind, ClaimStatus, Organization
from kb.vocabulary import Vocabulary
from matcher.results import Candidate, NeedMatch

STATUS_HELP = {
    ClaimStatus.STATED: "said by the organization or a registry",
    ClaimStatus.INFERRED: "inferred from quoted text",
    ClaimStatus.UNVERIFIED: "general public knowledge, not yet checked against its source",
    ClaimStatus.CONFIRMED: "confirmed by a person",
    ClaimStatus.REJECTED: "rejected by a person; it no longer counts",
}
SEVERITY_WORDS = {"exclude": "Exclude", "escalate": "Escalate", "caution": "Caution", "observation": "Observation"}
SEVERITY_ICON = {
    "exclude": ":material/block:",
    "escalate": ":material/error:",
    "caution": ":material/warning:",
    "observation": ":material/info:",
}
KIND_WORDS = {
    ClaimKind.CAPACITY: "Capacities",
    ClaimKind.ASSET: "Assets",
    ClaimKind.OFFER: "Offers",
    ClaimKind.NEED: "Needs",
    ClaimKind.CAUSE: "Causes",
    ClaimKind.AUDIENCE: "Audiences",
    ClaimKind.PLACE: "Places",
    ClaimKind.VALUE: "Values",
    ClaimKind.CONCERN: "Concerns",
    ClaimKind.RED_LINE: "Red lines of its own",
    ClaimKind.REGULATES: "Industries it regulates",
}


def kind_of(organization: Organization, vocabulary: Vocabulary) -> str:
    """Return the finest known word for what an organization is."""
    kind = vocabulary.kinds.get(organization.kind or "")
    if kind is not None:
        return kind.label
    sector = vocabulary.sectors.get(organization.sector or "")
    return f"{sector} sector" if sector else "Kind not known"


def sector_of(organization: Organization, vocabulary: Vocabulary) -> str:
    """Return the sector's label, or that it is not known."""
    return vocabulary.sectors.get(organization.sector or "", "Not known")


def country_of(organization: Organization, vocabulary: Vocabulary) -> str:
    """Return the country's name, empty when unknown."""
    place = vocabulary.places.get(organization.country or "")
    return place.label if place else ""


def whereabouts(organization: Organization, vocabulary: Vocabulary) -> str:
    """Return kind, city and country on one line."""
    country = country_of(organization, vocabulary)
    seat = ", ".join(part for part in (organization.city, country) if part)
    return " · ".join(part for part in (kind_of(organization, vocabulary), seat) if part)


def strength_words(strength: float | None) -> str:
    """Say how much of something there is."""
    if strength is None:
        return "not known"
    return next(
        words
        for limit, words in ((0.05, "none"), (0.35, "some"), (0.7, "substantial"), (2, "strong"))
        if strength < limit
    )


def status_badge(status: ClaimStatus) -> str:
    """Return how a fact is known, as a badge."""
    return badge(status.value, STATUS_BADGE[status.value])


def severity_badge(severity: str, title: str = "") -> str:
    """Return a flag as a badge: an icon, the severity in words, and what it is about."""
    label = SEVERITY_WORDS.get(severity, severity)
    words = badge(f"{label}: {title}" if title else label, SEVERITY_BADGE.get(severity, "gray"))
    icon = SEVERITY_ICON.get(severity, SEVERITY_ICON["observation"])
    return words.replace("-badge[", f"-badge[{icon} ", 1)


def need_badge(need: NeedMatch) -> str:
    """Return one need as a badge: met, partly met, not met, or not known."""
    must = " (must)" if need.must else ""
    if need.strength is None:
        return badge(f"? {need.label}{must}: not known", "gray")
    if need.strength < 0.05:
        return badge(f"\N{EN DASH} {need.label}{must}: not seen", "gray")
    if need.strength < 0.4:
        return badge(f"◐ {need.label}{must}: partly", "blue")
    return badge(f"✓ {need.label}{must}", "green")


def needs_met(candidate: Candidate) -> str:
    """Count the needs that are met at least partly."""
    met = sum(1 for need in candidate.needs if need.strength is not None and need.strength >= 0.05)
    return f"{met} of {len(candidate.needs)}"


def listed(labels: Iterable[str]) -> str:
    """Join labels for a sentence."""
    found = list(labels)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""
