"""Reciprocity: the pair is scored from both sides."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind
from matcher.components.base import Facts, claim_reasons, known, strongest, unknown_to_nan
from matcher.components.complementarity import Complementarity, needs_met
from matcher.components.mission_fit import cause_match, related_causes
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

HEADWAY_SHARE = np.float32(0.6)
"""How much headway on a cause of its own is worth to a candidate, beside needs that the offers meet."""


def candidate_gain(scored: Scored) -> Floats:
    """Return what each organization would gain: needs met by the offers, and headway on its own causes.

    Gains add up as independent chances, 1 - prod(1 - gain); NaN where its needs are unknown.
    """
    missed = np.ones(scored.n, np.float32)
    for offer in scored.query.brief.offers:
        missed *= 1 - strongest(scored, ClaimKind.NEED, [offer.code])
    missed *= 1 - HEADWAY_SHARE * scored.once(cause_match)
    return unknown_to_nan(1 - missed, known(scored, ClaimKind.NEED))


class Reciprocity:
    """Whether the candidate would gain too.

    The harmonic mean 2ab/(a+b) of what you gain (your needs met) and what it gains (its needs met by your
    offers, and headway on causes that it pursues itself): high only when both gain.
    """

    name = "reciprocity"
    label = "Gains from you too"
    reads_texts = True

    def asked(self, query: Query) -> bool:
        """Return whether the brief offers anything and asks for anything."""
        return bool(query.brief.offers) and Complementarity().asked(query)

    def score(self, scored: Scored) -> Floats:
        """Return the harmonic mean of both directions; NaN where either is unknown."""
        gain, theirs = scored.once(needs_met), scored.once(candidate_gain)
        both = gain + theirs
        both += both == 0
        mean = 2 * gain
        mean *= theirs
        mean /= both
        return mean

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return the candidate's needs that the brief's offers meet, and its causes that the programme furthers."""
        wants = claim_reasons(facts.profile, ClaimKind.NEED, [offer.code for offer in query.brief.offers])
        return (*wants, *claim_reasons(facts.profile, ClaimKind.CAUSE, query.once(related_causes)))
