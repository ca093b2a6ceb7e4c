"""The brief's own terms: who is kept out of the ranking, and why. Hiding is policy; it never changes a score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.columns.layout import CORE, MINOR
from kb.organization import ClaimKind, ConcernRole, Organization
from matcher.components.complementarity import lends
from matcher.query import Query, Scored


@dataclass(frozen=True)
class Filters:
    """What the reader of a ranking wants to see; empty means everything."""

    sectors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    capacities: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    hide_concerns: tuple[str, ...] = ()
    with_concerns: bool = True


@dataclass(frozen=True)
class Terms:
    """Masks over the rows: `visible` passes the filters, `kept_out` breaks a term of the brief."""

    visible: NDArray[np.bool_]
    kept_out: NDArray[np.bool_]


def apply_terms(scored: Scored, filters: Filters, must_strength: float) -> Terms:
    """Work out filters, red lines (of both sides) and musts for every row."""
    columns, query = scored.columns, scored.query
    visible = columns.alive[: columns.n] & _filtered(scored, filters)
    if query.seeker_number is not None and (row := columns.row_of(query.seeker_number)) is not None:
        visible[row] = False
    return Terms(visible, _crossed(scored) | _unmet(scored, must_strength))


def _filtered(scored: Scored, filters: Filters) -> NDArray[np.bool_]:
    columns, brief = scored.columns, scored.query.brief
    codes = columns.codes
    mask = np.ones(columns.n, np.bool_)
    sectors = filters.sectors or brief.sectors
    for column, names, numbers in (
        (columns.sector, sectors, codes.sectors),
        (columns.kind, filters.kinds, codes.kinds),
        (columns.country, filters.countries, codes.countries),
        (columns.industry, filters.industries, codes.industries),
    ):
        if names:
            mask &= np.isin(column[: columns.n], [numbers[name] for name in names if name in numbers])
    for code in filters.capacities:
        mask &= columns.claims[ClaimKind.CAPACITY][codes.claims[ClaimKind.CAPACITY][code], : columns.n] > 1
    concerns = columns.claims[ClaimKind.CONCERN][:, : columns.n]
    for code in filters.hide_concerns:
        mask &= concerns[codes.claims[ClaimKind.CONCERN][code]] < MINOR
    if not filters.with_concerns:
        mask &= ~(concerns >= MINOR).any(axis=0)
    return mask


def _crossed(scored: Scored) -> NDArray[np.bool_]:
    columns, brief = scored.columns, scored.query.brief
    codes, lines = columns.codes, brief.red_lines
    crossed = np.zeros(columns.n, np.bool_)
    least = MINOR if lines.include_minor else CORE
    for code in lines.concerns:
        crossed |= columns.claims[ClaimKind.CONCERN][codes.claims[ClaimKind.CONCERN][code], : columns.n] >= least
    if lines.sectors:
        crossed |= np.isin(columns.sector[: columns.n], [codes.sectors[code] for code in lines.sectors])
    if lines.countries:
        countries = scored.query.vocabulary.countries(lines.countries)
        crossed |= np.isin(columns.country[: columns.n], [codes.countries[code] for code in countries])
    if scored.query.barred:
        crossed |= np.isin(columns.numbers[: columns.n], scored.query.barred)
    for code in seeker_concerns(scored.query):
        crossed |= columns.claims[ClaimKind.RED_LINE][codes.claims[ClaimKind.RED_LINE][code], : columns.n] > 1
    return crossed


def _unmet(scored: Scored, must_strength: float) -> NDArray[np.bool_]:
    unmet = np.zeros(scored.columns.n, np.bool_)
    for index, need in enumerate(scored.query.brief.needs):
        if need.must:
            unmet |= scored.once(lends, index) < must_strength
    return unmet


def seeker_concerns(query: Query) -> tuple[str, ...]:
    """Return the concerns that the seeker itself raises, from the brief and its own profile."""
    own = query.seeker.claims_of(ClaimKind.CONCERN) if query.seeker else ()
    return tuple(dict.fromkeys((*query.brief.seeker.concerns, *(claim.code for claim in own))))


def why_kept_out(query: Query, organization: Organization, must_strength: float) -> tuple[str, ...]:
    """Say in words which terms an organization breaks."""
    vocabulary, lines = query.vocabulary, query.brief.red_lines
    reasons = []
    for claim in organization.claims_of(ClaimKind.CONCERN):
        minor = claim.role is not ConcernRole.CORE
        if claim.code in lines.concerns and (lines.include_minor or not minor):
            words = claim.evidence[0].text if claim.evidence else ""
            role = "a side line" if minor else "a main business"
            label = vocabulary.concerns[claim.code].label
            reasons.append(f"Your red line: {label} ({role}, {claim.status.value}). {words}".strip())
    if organization.sector in lines.sectors:
        reasons.append(f"Your red line: the {vocabulary.sectors[organization.sector].lower()} sector.")
    if lines.countries and organization.country in vocabulary.countries(lines.countries):
        reasons.append(f"Your red line: has its seat in {vocabulary.places[organization.country].label}.")
    if organization.id in lines.organizations or organization.name in lines.organizations:
        reasons.append("Your red line: this organization.")
    held = set(seeker_concerns(query))
    reasons += [
        f"Its own red line: {vocabulary.concerns[claim.code].label}, which concerns you."
        for claim in organization.claims_of(ClaimKind.RED_LINE)
        if claim.code in held
    ]
    return (*reasons, *_unmet_words(query, organization, must_strength))


def _unmet_words(query: Query, organization: Organization, must_strength: float) -> list[str]:
    words = []
    kinds = (ClaimKind.CAPACITY, ClaimKind.OFFER, ClaimKind.ASSET)
    strengths = {claim.code: claim.strength for kind in kinds for claim in organization.claims_of(kind)}
    for need in query.brief.needs:
        if not need.must:
            continue
        label = query.vocabulary.lendable[need.code].label
        strength = strengths.get(need.code)
        if strength is None:
            words.append(
                f"A must is not known to be met: {label}. Confirm it in the profile if the organization has it."
            )
        elif strength < must_strength:
            words.append(f"A must is met too weakly: {label}.")
    return words
