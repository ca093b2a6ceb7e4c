"""Going through everything that a knowledge base holds, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from kb import journal
from kb.knowledge_base import KnowledgeBase
from kb.organization import Engagement, Relation
from kb.records import ENGAGEMENT, RELATION, relation_from_row

SIZE = 1_000


def engagements(kb: KnowledgeBase) -> Iterator[Engagement]:
    """Yield every engagement, by id."""
    last = ""
    while True:
        with kb.reading() as connection:
            query = select(ENGAGEMENT.c.id).where(ENGAGEMENT.c.id > last).order_by(ENGAGEMENT.c.id).limit(SIZE)
            ids = [row[0] for row in connection.execute(query)]
            found = journal.ENGAGEMENTS.read(connection, ids)
        if not ids:
            return
        yield from (found[key] for key in ids)
        last = ids[-1]


def relations(kb: KnowledgeBase) -> Iterator[Relation]:
    """Yield every relation, by id."""
    last = ""
    while True:
        with kb.reading() as connection:
            query = select(RELATION).where(RELATION.c.id > last).order_by(RELATION.c.id).limit(SIZE)
            rows = connection.execute(query).mappings().all()
        if not rows:
            return
        yield from (relation_from_row(row) for row in rows)
        last = rows[-1]["id"]
