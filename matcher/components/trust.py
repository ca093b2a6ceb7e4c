"""Trust: has the candidate worked with the seeker, or with those whom the seeker worked with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import RELATION_CODES
from kb.organization import ClaimStatus
from matcher.components.base import Facts
from matcher.query import Floats, Query, Scored
from matcher.results import Reason

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


def _shared_counts(columns: Columns, partners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many of `partners` each row worked with; int64 (n,)."""
    is_partner = np.zeros(columns.n, np.bool_)
    is_partner[partners] = True
    pairs = []
    theirs = is_partner[columns.participant]
    if theirs.any():
        size = int(columns.engagement.max()) + 1
        members: list[list[int]] = [[] for _ in range(size)]
        for engagement, organization in zip(columns.engagement[theirs], columns.participant[theirs], strict=True):
            members[engagement].append(int(organization))
        with_partner = np.array([bool(item) for item in members])
        at = np.flatnonzero(with_partner[columns.engagement])
        for organization, engagement in zip(columns.participant[at], columns.engagement[at], strict=True):
            pairs += [(int(organization), partner) for partner in members[engagement] if partner != organization]
    friendly = np.isin(columns.relation, FRIENDLY)
    for one, other in ((columns.subject, columns.object_), (columns.object_, columns.subject)):
        at = np.flatnonzero(friendly & is_partner[other]) if len(other) else np.zeros(0, np.int64)
        pairs += list(zip(one[at].tolist(), other[at].tolist(), strict=True))
    counts = np.zeros(columns.n, np.int64)
    if pairs:
        unique = np.unique(np.array(pairs, np.int64), axis=0)
        np.add.at(counts, unique[:, 0], 1)
    return counts


class Trust:
    """Whether you know each other, or the same people.

    Full where you worked together; otherwise it grows with every partner that both of you have worked with.
    """

    name = "trust"
    label = "Known to you or your partners"

    def asked(self, query: Query) -> bool:
        """Return whether the seeker is in the knowledge base."""
        return query.seeker_number is not None

    def score(self, scored: Scored) -> Floats:
        """Return 1 for partners, 1 - 0.75**shared for partners of partners, NaN for strangers."""
        columns = scored.columns
        trust = np.full(columns.n, np.nan, np.float32)
        row = columns.row_of(scored.query.seeker_number) if scored.query.seeker_number is not None else None
        if row is None:
            return trust
        partners = partner_rows(columns, row)
        if len(partners):
            shared = _shared_counts(columns, partners)
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
