"""What joins the organizations of a network, in words: programmes and relations, how each is known, and where from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.columns import Columns
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimStatus, Relation, Source
from matcher.landscape.network import Tie

MOST_FACTS = 400
"""Facts that are read for a network: those of its strongest ties."""


@dataclass(frozen=True)
class TieFact:
    """One thing that joins two organizations.

    Attributes
    ----------
    one, other : int
        Rows; for a relation, the subject and the object.
    title : str
        The title of the engagement; empty for a relation.
    relation : str
        The code of the relation; empty for an engagement.
    status : ClaimStatus
    source : Source
    since : date or None
    """

    one: int
    other: int
    title: str
    relation: str
    status: ClaimStatus
    source: Source
    since: date | None


def tie_facts(kb: KnowledgeBase, columns: Columns, ties: Sequence[Tie]) -> tuple[TieFact, ...]:
    """Return what joins organizations, the strongest tie first, relations before engagements; at most `MOST_FACTS`."""
    shown: list[Tie] = []
    count = 0
    for tie in ties:
        if count >= MOST_FACTS:
            break
        shown.append(tie)
        count += len(tie.engagements) + len(tie.relations)
    engagements = kb.engagements_by_number(sorted({number for tie in shown for number in tie.engagements}))
    relations = _relations(kb, columns, shown)
    facts: list[TieFact] = []
    for tie in shown:
        for subject, code, object_ in tie.relations:
            relation = relations.get((subject, code, object_))
            if relation is not None:
                source, since = relation.source, relation.observed_on
                facts.append(TieFact(subject, object_, "", code, relation.status, source, since))
        for number in tie.engagements:
            item = engagements.get(number)
            if item is not None:
                facts.append(TieFact(tie.one, tie.other, item.title, "", item.status, item.source, item.start_date))
    return tuple(facts[:MOST_FACTS])


def _relations(kb: KnowledgeBase, columns: Columns, ties: Sequence[Tie]) -> dict[tuple[int, str, int], Relation]:
    """Return the relations of ties, by rows of both sides and code."""
    subjects = sorted({subject for tie in ties for subject, _, _ in tie.relations})
    found: dict[tuple[int, str, int], Relation] = {}
    rows: dict[str, int | None] = {}

    def row_of(key: str) -> int | None:
        if key not in rows:
            number = kb.number_of(key)
            rows[key] = None if number is None else columns.row_of(number)
        return rows[key]

    for organization in kb.by_number(columns.numbers[subjects].tolist()).values():
        for relation in kb.relations_of(organization.id):
            one, other = row_of(relation.subject_id), row_of(relation.object_id)
            if one is not None and other is not None:
                found[one, relation.kind.value, other] = relation
    return found
