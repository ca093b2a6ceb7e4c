"""Complementarity: what one lacks the other has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.organization import ClaimKind
from matcher.components.base import Facts, known, strength_of, unknown_to_nan
from matcher.components.place_fit import names_a_place, presence
from matcher.masks import choose
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

GENERIC_SHARE = np.float32(0.7)
"""How much a capacity counts before it is known to fit the words of the need."""

ELSEWHERE_SHARE = np.float32(0.3)
"""How much a place-bound capacity (shops, radio, outreach) counts where the organization is not known to work."""

FULL_PRESENCE = np.float32(0.5)
UNKNOWN_PLACE = 0.25


def usefulness_by_place(scored: Scored) -> Floats:
    """Return what a place-bound capacity counts for where each organization works; float32 (n,)."""
    there = scored.once(presence)
    there = choose(np.isnan(there), UNKNOWN_PLACE, there)
    there *= (1 - ELSEWHERE_SHARE) / FULL_PRESENCE
    there += ELSEWHERE_SHARE
    return np.minimum(there, 1, out=there)


def lends(scored: Scored, index: int) -> Floats:
    """Return how much each organization has of what a need asks for, in the brief's places; 0 where none is known.

    What is bound to places (shops, radio, outreach) counts where the organization works; float32 (n,).
    """
    code, vocabulary = scored.query.brief.needs[index].code, scored.query.vocabulary
    kinds = (_own(scored, index), ClaimKind.OFFER)
    strength = strength_of([scored.strength_bytes(kind, code) for kind in kinds])
    if vocabulary.lendable[code].place_bound and names_a_place(scored.query):
        strength *= scored.once(usefulness_by_place)
    return strength


def lending_known(scored: Scored, index: int) -> NDArray[np.bool_]:
    """Return where anything is known of the kind that a need asks for, capacities or assets; bool (n,)."""
    return known(scored, _own(scored, index)) | known(scored, ClaimKind.OFFER)


def _own(scored: Scored, index: int) -> ClaimKind:
    asset = scored.query.brief.needs[index].code in scored.query.vocabulary.assets
    return ClaimKind.ASSET if asset else ClaimKind.CAPACITY


def meets(scored: Scored, index: int) -> Floats:
    """Return how far each organization meets one need of the brief, 0..1; NaN where its capacities are unknown.

    A capacity counts in full when what the organization does is also about what the need says, and, when it
    is bound to places, where the organization works in those of the brief.
    """
    return unknown_to_nan(_met(scored, index), lending_known(scored, index))


def _met(scored: Scored, index: int) -> Floats:
    return np.asarray(sharpness(scored, 1 + index) * lends(scored, index), np.float32)


def sharpness(scored: Scored, vector: int) -> Floats:
    """Return how much of a capacity counts, by how close the organization is to the words of a need; float32 (n,)."""
    near = scored.fit(vector)
    near *= 1 - GENERIC_SHARE
    near += GENERIC_SHARE
    return near


def needs_met(scored: Scored) -> Floats:
    """Return the importance-weighted mean over the needs; NaN where no capacity is known; float32 (n,)."""
    total = np.zeros(scored.n, np.float32)
    needs = scored.query.brief.needs
    weight = sum(need.importance for need in needs)
    for index, need in enumerate(needs):
        met = _met(scored, index)
        met *= np.float32(need.importance / weight)
        total += met
    return unknown_to_nan(total, any_lending_known(scored))


def any_lending_known(scored: Scored) -> NDArray[np.bool_]:
    """Return where something bears on at least one need; bool (n,)."""
    kinds = {_own(scored, index) for index in range(len(scored.query.brief.needs))}
    seen = known(scored, ClaimKind.OFFER)
    for kind in sorted(kinds):
        seen = seen | known(scored, kind)
    return seen


class Complementarity:
    """Whether the candidate has what the programme lacks.

    The needs of the brief, weighted by importance, met by the candidate's capacities and offers; more so when
    it does this for what the need is about, and works where you do.
    """

    name = "complementarity"
    label = "Meets your needs"
    reads_texts = True

    def asked(self, query: Query) -> bool:
        """Return whether the brief has needs."""
        return any(need.importance > 0 for need in query.brief.needs)

    def score(self, scored: Scored) -> Floats:
        """Return the importance-weighted mean over the needs; NaN where no capacity is known."""
        return scored.once(needs_met)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return the capacities and offers that answer a need."""
        lent = facts.profile.lent
        return tuple([reason for need in query.brief.needs for reason in lent.get(need.code, ())])
