"""Complementarity: what one lacks the other has."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind
from matcher.components.base import Facts, claim_reasons, known, strongest, unknown_to_nan
from matcher.components.place_fit import names_a_place, presence
from matcher.query import Floats, Query, Scored
from matcher.results import Reason

GENERIC_SHARE = np.float32(0.7)
"""How much a capacity counts before it is known to fit the words of the need."""

ELSEWHERE_SHARE = np.float32(0.3)
"""How much a place-bound capacity (shops, radio, outreach) counts where the organization is not known to work."""

FULL_PRESENCE = np.float32(0.5)
UNKNOWN_PLACE = 0.25


def usefulness_by_place(scored: Scored) -> Floats:
    """Return what a place-bound capacity counts for where each organization works; float32 (n,)."""
    there = np.minimum(np.nan_to_num(scored.once(presence), nan=UNKNOWN_PLACE) / FULL_PRESENCE, 1)
    return np.asarray(ELSEWHERE_SHARE + (1 - ELSEWHERE_SHARE) * there, np.float32)


def meets(scored: Scored, index: int) -> Floats:
    """Return how far each organization meets one need of the brief, 0..1; NaN where its capacities are unknown.

    A capacity counts in full when what the organization does is also about what the need says, and, when it
    is bound to places, where the organization works in those of the brief.
    """
    columns, need = scored.columns, scored.query.brief.needs[index]
    vocabulary = scored.query.vocabulary
    own = ClaimKind.ASSET if need.code in vocabulary.assets else ClaimKind.CAPACITY
    strength = np.maximum(strongest(columns, own, [need.code]), strongest(columns, ClaimKind.OFFER, [need.code]))
    holders = np.flatnonzero(strength)
    useful = strength[holders] * (GENERIC_SHARE + (1 - GENERIC_SHARE) * scored.relevance_of(holders, 1 + index))
    if vocabulary.lendable[need.code].place_bound and names_a_place(scored.query):
        useful *= scored.once(usefulness_by_place)[holders]
    met = np.where(known(columns, own) | known(columns, ClaimKind.OFFER), np.float32(0), np.float32(np.nan))
    met[holders] = useful
    return met


def needs_met(scored: Scored) -> Floats:
    """Return the importance-weighted mean over the needs; NaN where no capacity is known; float32 (n,)."""
    total = np.zeros(scored.columns.n, np.float32)
    seen = np.zeros(scored.columns.n, np.bool_)
    weight = sum(need.importance for need in scored.query.brief.needs)
    for index, need in enumerate(scored.query.brief.needs):
        met = scored.once(meets, index)
        seen |= ~np.isnan(met)
        total += np.nan_to_num(met) * np.float32(need.importance / weight)
    return unknown_to_nan(total, seen)


class Complementarity:
    """Whether the candidate has what the programme lacks.

    The needs of the brief, weighted by importance, met by the candidate's capacities and offers; more so when
    it does this for what the need is about, and works where you do.
    """

    name = "complementarity"
    label = "Meets your needs"

    def asked(self, query: Query) -> bool:
        """Return whether the brief has needs."""
        return any(need.importance > 0 for need in query.brief.needs)

    def score(self, scored: Scored) -> Floats:
        """Return the importance-weighted mean over the needs; NaN where no capacity is known."""
        return scored.once(needs_met)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return the capacities and offers that answer a need."""
        codes = [need.code for need in query.brief.needs]
        kinds = (ClaimKind.CAPACITY, ClaimKind.ASSET, ClaimKind.OFFER)
        found = [claim_reasons(facts, kind, codes, query.vocabulary) for kind in kinds]
        return tuple(reason for reasons in found for reason in reasons)
