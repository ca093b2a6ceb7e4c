"""Audience fit: does the candidate reach the people the programme is for."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind
from matcher.components.base import Facts, claim_reasons, known, strongest, unknown_to_nan
from matcher.query import Floats, Query, Scored
from matcher.results import Reason

BROADER_SHARE = np.float32(0.6)


class AudienceFit:
    """Whether the candidate reaches your priority audience, or those who sway it.

    A broader audience counts less (everyone includes young drivers, but is not the same).
    """

    name = "audience_fit"
    label = "Reaches the audience"

    def asked(self, query: Query) -> bool:
        """Return whether the brief names audiences."""
        return bool(query.brief.audiences)

    def score(self, scored: Scored) -> Floats:
        """Return half the best, half the mean over the audiences; NaN where no audience is known."""
        vocabulary, columns = scored.query.vocabulary, scored.columns
        best = np.zeros(columns.n, np.float32)
        total = np.zeros(columns.n, np.float32)
        for audience in scored.query.brief.audiences:
            fit = strongest(columns, ClaimKind.AUDIENCE, sorted(vocabulary.narrower(vocabulary.audiences, audience)))
            broader = vocabulary.broader(vocabulary.audiences, audience)
            if broader:
                fit = np.maximum(fit, BROADER_SHARE * strongest(columns, ClaimKind.AUDIENCE, broader))
            best = np.maximum(best, fit)
            total += fit
        mean = (best + total / len(scored.query.brief.audiences)) / 2
        return unknown_to_nan(mean.astype(np.float32), known(columns, ClaimKind.AUDIENCE))

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return the audiences shared with the brief."""
        vocabulary = query.vocabulary
        codes: set[str] = set()
        for audience in query.brief.audiences:
            codes |= vocabulary.narrower(vocabulary.audiences, audience)
            codes |= set(vocabulary.broader(vocabulary.audiences, audience))
        return claim_reasons(facts.organization, ClaimKind.AUDIENCE, codes, vocabulary)
