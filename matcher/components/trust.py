"""Trust: has the candidate worked with the seeker, or with those whom the seeker worked with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import RELATION_CODES
from kb.organization import ClaimStatus
from matcher.components.base import Facts
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

WORKED_TOGETHER = np.float32(1.0)
PER_SHARED_PARTNER = 0.75
FRIENDLY = [RELATION_CODES.index(kind) for kind in ("partner_of", "funds", "member_of", "hosts", "founded")]


def partner_rows(columns: Columns, row: int) -> NDArray[np.int64]:
    """Return the rows of those that an organization took part with, or stands in a friendly relation to."""
    mine = columns.engagement[columns.participant == row]
    together = columns.participant[np.isin(columns.engagement, mine)] if len(mine) else np.zeros(0, np.int64)
    friendly = np.isin(columns.relation, FRIENDLY)
    out = columns.object_[friendly & (columns.subject == row)]
    back = columns.subject[friendly & (columns.object_ == row)]
    partners = np.unique(np.concatenate([together, out, back]))
    return np.asarray(partners[partners != row], np.int64)


def seeker_partners(scored: Scored) -> NDArray[np.int64]:
    """Return the rows of those that the seeker worked with; empty when it is not in the knowledge base."""
    number = scored.query.seeker_number
    row = scored.columns.row_of(number) if number is not None else None
    return np.zeros(0, np.int64) if row is None else partner_rows(scored.columns, row)


def shared_partners(scored: Scored) -> NDArray[np.int64]:
    """Return pairs (row, partner of the seeker that it worked with too), ordered by row; int64 (pairs, 2)."""
    columns, partners = scored.columns, scored.once(seeker_partners)
    is_partner = np.zeros(columns.n, np.bool_)
    is_partner[partners] = True
    theirs = np.flatnonzero(is_partner[columns.participant])
    theirs = theirs[np.argsort(columns.engagement[theirs], kind="stable")]
    theirs_in = columns.engagement[theirs]
    joint = np.zeros(len(columns.engagement_numbers), np.bool_)
    joint[theirs_in] = True
    at = np.flatnonzero(joint[columns.engagement])
    first = np.searchsorted(theirs_in, columns.engagement[at], "left")
    many = np.searchsorted(theirs_in, columns.engagement[at], "right") - first
    met = np.repeat(columns.participant[at], many)
    offset = np.arange(len(met)) - np.repeat(np.cumsum(many) - many, many)
    with_whom = columns.participant[theirs][np.repeat(first, many) + offset]
    pairs = [np.stack([met, with_whom], axis=1)]
    friendly = np.isin(columns.relation, FRIENDLY)
    for one, other in ((columns.subject, columns.object_), (columns.object_, columns.subject)):
        at = np.flatnonzero(friendly & is_partner[other])
        pairs.append(np.stack([one[at], other[at]], axis=1))
    together = np.concatenate(pairs)
    together = np.unique(together[:, 0] * columns.n + together[:, 1])
    found = np.stack(np.divmod(together, columns.n), axis=1)
    return np.asarray(found[found[:, 0] != found[:, 1]], np.int64)


class Trust:
    """Whether you know each other, or the same people.

    Full where you worked together; otherwise it grows with every partner that both of you have worked with.
    """

    name = "trust"
    label = "Known to you or your partners"
    reads_texts = False

    def asked(self, query: Query) -> bool:
        """Return whether the seeker is in the knowledge base."""
        return query.seeker_number is not None

    def score(self, scored: Scored) -> Floats:
        """Return 1 for partners, 1 - 0.75**shared for partners of partners, NaN for strangers."""
        columns = scored.columns
        trust = np.full(columns.n, np.nan, np.float32)
        partners = scored.once(seeker_partners)
        if len(partners):
            shared = np.bincount(scored.once(shared_partners)[:, 0], minlength=columns.n)
            near = shared > 0
            trust[near] = (1 - PER_SHARED_PARTNER ** shared[near]).astype(np.float32)
            trust[partners] = WORKED_TOGETHER
        return trust

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return joint work with the seeker and shared partners."""
        del query
        direct = [
            Reason(
                about="Works with you",
                text=relation.evidence[0].text if relation.evidence else relation.kind.value.replace("_", " "),
                status=relation.status,
                source=relation.source.name,
                url=relation.source.url,
                observed_on=relation.observed_on,
            )
            for relation in facts.relations
        ]
        if facts.shared_partners:
            names = ", ".join(facts.shared_partners)
            direct.append(Reason("Shared partners", names, ClaimStatus.STATED, "knowledge base"))
        return tuple(direct)
