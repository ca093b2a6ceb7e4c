"""Mission fit: does the partnership fit what the candidate is for."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind, ClaimStatus
from matcher.components.base import Facts, claim_reasons, known, strongest
from matcher.query import Floats, Query, Scored
from matcher.results import Reason

CAUSE_SHARE = np.float32(0.6)
BROADER_SHARE = np.float32(0.4)


def cause_match(scored: Scored) -> Floats:
    """Return half the best, half the mean over the brief's causes, 0..1; a broader cause counts less; float32 (n,)."""
    vocabulary, columns = scored.query.vocabulary, scored.columns
    best = np.zeros(columns.n, np.float32)
    total = np.zeros(columns.n, np.float32)
    for cause in scored.query.brief.causes:
        exact = strongest(columns, ClaimKind.CAUSE, sorted(vocabulary.narrower(vocabulary.causes, cause)))
        broader = vocabulary.broader(vocabulary.causes, cause)
        if broader:
            exact = np.maximum(exact, BROADER_SHARE * strongest(columns, ClaimKind.CAUSE, broader))
        best = np.maximum(best, exact)
        total += exact
    return np.asarray((best + total / max(1, len(scored.query.brief.causes))) / 2, np.float32)


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
        causes = cause_match(scored)
        has_causes = known(scored.columns, ClaimKind.CAUSE)
        both = CAUSE_SHARE * causes + (1 - CAUSE_SHARE) * words
        chosen = np.where(np.isnan(words), np.where(has_causes, causes, np.nan), np.where(has_causes, both, words))
        return np.asarray(chosen, np.float32)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return shared causes, then the candidate's own words."""
        vocabulary = query.vocabulary
        codes: set[str] = set()
        for cause in query.brief.causes:
            codes |= vocabulary.narrower(vocabulary.causes, cause) | set(vocabulary.broader(vocabulary.causes, cause))
        found = claim_reasons(facts.organization, ClaimKind.CAUSE, codes, vocabulary)
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
