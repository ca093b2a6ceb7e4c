"""Track record: has the candidate done this kind of work before."""

from __future__ import annotations

import numpy as np

from matcher.components.base import Facts
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

DOUBT = np.float32(0.5)
"""How much of an engagement's relevance counts; several relevant ones add up towards 1."""


def engagement_relevance(scored: Scored) -> Floats:
    """Return how close each engagement is to the brief, 0..1; float32 (engagements,)."""
    return scored.query.calibrated(scored.near.engagements())


class TrackRecord:
    """Whether the candidate has worked on this subject before.

    Its programmes and projects, by how close each is to the brief; several add up.
    """

    name = "track_record"
    label = "Has done it before"
    reads_texts = True

    def asked(self, query: Query) -> bool:
        """Return whether the brief says what it is about."""
        return bool(query.brief.causes or query.brief.behaviour or query.brief.context)

    def score(self, scored: Scored) -> Floats:
        """Return 1 - prod(1 - relevance/2) over an organization's engagements; NaN where there is none."""
        record = np.full(scored.n, np.nan, np.float32)
        participant, engagement = scored.columns.participations(scored.rows)
        if len(participant):
            whole = isinstance(scored.rows, slice)
            starts = scored.columns.participant_starts if whole else np.flatnonzero(np.diff(participant, prepend=-1))
            kept = np.log1p(-DOUBT * scored.once(engagement_relevance))
            record[participant[starts]] = 1 - np.exp(np.add.reduceat(kept[engagement], starts))
        return record

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return the nearest engagements."""
        del query
        return tuple(
            Reason(
                about="Took part in",
                text=f"{engagement.title} ({_years(engagement.start_date, engagement.end_date)})",
                status=engagement.status,
                source=engagement.source.name,
                url=engagement.source.url,
                observed_on=engagement.start_date,
                strength=relevance,
            )
            for engagement, relevance in facts.engagements
        )


def _years(start: object, end: object) -> str:
    first, last = (str(item)[:4] if item else "" for item in (start, end))
    return f"{first}-{last}" if first and last else first or last or "no date"
