"""Mission fit: does the partnership fit what the candidate is for."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind
from matcher.components.base import Facts, claim_reasons, known, related_codes, term_match
from matcher.masks import choose
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

CAUSE_SHARE = np.float32(0.6)
BROADER_SHARE = 0.4


def cause_match(scored: Scored) -> Floats:
    """Return how far each organization pursues the brief's causes, 0..1; float32 (n,)."""
    causes = scored.query.vocabulary.causes
    return term_match(scored, ClaimKind.CAUSE, scored.query.brief.causes, causes, BROADER_SHARE)


def related_causes(query: Query) -> frozenset[str]:
    """Return the brief's causes with those below and above them."""
    return related_codes(query.vocabulary, query.brief.causes, query.vocabulary.causes)


class MissionFit:
    """Whether the candidate works for the same ends.

    Shared causes (a broader cause counts less), and how close its own words are to your brief, measured against
    what is usual for unrelated texts.
    """

    name = "mission_fit"
    label = "Shares the mission"
    reads_texts = True

    def asked(self, query: Query) -> bool:
        """Return whether the brief says what it is about."""
        brief = query.brief
        return bool(brief.causes or brief.behaviour or brief.context)

    def score(self, scored: Scored) -> Floats:
        """Return causes and words together; words alone, or causes alone, where only those are known."""
        words = scored.relevance(0)
        if not scored.query.brief.causes:
            return words
        causes, has_causes = scored.once(cause_match), known(scored, ClaimKind.CAUSE)
        both = CAUSE_SHARE * causes + (1 - CAUSE_SHARE) * words
        return choose(has_causes, choose(np.isnan(words), causes, both), words)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return shared causes, then the candidate's own words."""
        return (*claim_reasons(facts.profile, ClaimKind.CAUSE, query.once(related_causes)), *facts.profile.words)
