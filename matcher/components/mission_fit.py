"""Mission fit: does the partnership fit what the candidate is for."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind, ClaimStatus
from matcher.components.base import Facts, claim_reasons, known, related_codes, term_match
from matcher.query import Floats, Query, Scored
from matcher.results import Reason

CAUSE_SHARE = np.float32(0.6)
BROADER_SHARE = 0.4


def cause_match(scored: Scored) -> Floats:
    """Return how far each organization pursues the brief's causes, 0..1; float32 (n,)."""
    causes = scored.query.vocabulary.causes
    return term_match(scored, ClaimKind.CAUSE, scored.query.brief.causes, causes, BROADER_SHARE)


class MissionFit:
    """Whether the candidate works for the same ends.

    Shared causes (a broader cause counts less), and how close its own words are to your brief, measured against
    what is usual for unrelated texts.
    """

    name = "mission_fit"
    label = "Shares the mission"

    def asked(self, query: Query) -> bool:
        """Return whether the brief says what it is about."""
        brief = query.brief
        return bool(brief.causes or brief.behaviour or brief.context)

    def score(self, scored: Scored) -> Floats:
        """Return causes and words together; words alone, or causes alone, where only those are known."""
        words = scored.brief_relevance
        if not scored.query.brief.causes:
            return words
        causes = scored.once(cause_match)
        has_causes = known(scored.columns, ClaimKind.CAUSE)
        both = CAUSE_SHARE * causes + (1 - CAUSE_SHARE) * words
        chosen = np.where(np.isnan(words), np.where(has_causes, causes, np.nan), np.where(has_causes, both, words))
        return np.asarray(chosen, np.float32)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return shared causes, then the candidate's own words."""
        vocabulary = query.vocabulary
        codes = related_codes(vocabulary, query.brief.causes, vocabulary.causes)
        found = claim_reasons(facts, ClaimKind.CAUSE, codes, vocabulary)
        organization = facts.organization
        words = organization.mission or organization.description
        if not words:
            return found
        source = organization.text_source
        own = Reason(
            about="In its profile",
            text=words[:300],
            status=ClaimStatus.STATED if source and source.row else ClaimStatus.UNVERIFIED,
            source=source.name if source else "",
            url=source.url if source else "",
        )
        return (*found, own)
