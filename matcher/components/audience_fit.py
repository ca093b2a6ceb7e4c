"""Audience fit: does the candidate reach the people the programme is for."""

from __future__ import annotations

from kb.organization import ClaimKind
from matcher.components.base import Facts, claim_reasons, known, related_codes, term_match, unknown_to_nan
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

BROADER_SHARE = 0.6


def related_audiences(query: Query) -> frozenset[str]:
    """Return the brief's audiences with those below and above them."""
    return related_codes(query.vocabulary, query.brief.audiences, query.vocabulary.audiences)


class AudienceFit:
    """Whether the candidate reaches your priority audience, or those who sway it.

    A broader audience counts less (everyone includes young drivers, but is not the same).
    """

    name = "audience_fit"
    label = "Reaches the audience"
    reads_texts = False

    def asked(self, query: Query) -> bool:
        """Return whether the brief names audiences."""
        return bool(query.brief.audiences)

    def score(self, scored: Scored) -> Floats:
        """Return half the best, half the mean over the audiences; NaN where no audience is known."""
        audiences = scored.query.vocabulary.audiences
        match = term_match(scored, ClaimKind.AUDIENCE, scored.query.brief.audiences, audiences, BROADER_SHARE)
        return unknown_to_nan(match, known(scored, ClaimKind.AUDIENCE))

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return the audiences shared with the brief."""
        return claim_reasons(facts.profile, ClaimKind.AUDIENCE, query.once(related_audiences))
