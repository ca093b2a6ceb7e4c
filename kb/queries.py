"""Questions to the database that return ids and counts: what belongs to an organization, and where ids lead."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, func, or_, select

from kb.organization import Relation
from kb.records import BRIEF, CLAIM, ENGAGEMENT, ORGANIZATION, PARTICIPATION, RELATION, chunks, relation_from_row


def counts(connection: Connection) -> dict[str, int]:
    """Return how many living organizations, claims, engagements, relations and briefs there are."""
    living = select(func.count()).select_from(ORGANIZATION).where(ORGANIZATION.c.merged_into.is_(None))
    tables = {"claims": CLAIM, "engagements": ENGAGEMENT, "relations": RELATION, "briefs": BRIEF}
    queries = {name: select(func.count()).select_from(table) for name, table in tables.items()}
    found = {"organizations": living} | queries
    return {name: int(connection.execute(query).scalar_one()) for name, query in found.items()}


def versions(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, int]:
    """Return how often each of some organizations or briefs was written; those that are not there are left out."""
    found: dict[str, int] = {}
    for part in chunks(ids):
        query = select(table.c.id, table.c.version).where(table.c.id.in_(part))
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def roots(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return for each known id the organization that it leads to: itself, or the one that absorbed it."""
    found: dict[str, str] = {}
    for part in chunks(list(dict.fromkeys(ids))):
        query = select(ORGANIZATION.c.id, ORGANIZATION.c.merged_into).where(ORGANIZATION.c.id.in_(part))
        found |= {row[0]: row[1] or row[0] for row in connection.execute(query)}
    return found


def absorbed(connection: Connection) -> dict[str, str]:
    """Return every merged organization's id, with the id of the one that absorbed it."""
    query = select(ORGANIZATION.c.id, ORGANIZATION.c.merged_into).where(ORGANIZATION.c.merged_into.is_not(None))
    return {row[0]: row[1] for row in connection.execute(query)}


def with_merged(connection: Connection, organization_id: str) -> list[str]:
    """Return an id with those that were merged into it."""
    query = select(ORGANIZATION.c.id).where(ORGANIZATION.c.merged_into == organization_id)
    return [organization_id, *(row[0] for row in connection.execute(query))]


def engagement_ids(connection: Connection, organization_id: str, limit: int) -> list[str]:
    """Return the ids of the newest engagements of an organization, merged ones included."""
    query = (
        select(ENGAGEMENT.c.id)
        .join(PARTICIPATION, PARTICIPATION.c.engagement_number == ENGAGEMENT.c.number)
        .where(PARTICIPATION.c.organization_id.in_(with_merged(connection, organization_id)))
        .order_by(ENGAGEMENT.c.start_date.desc().nulls_last(), ENGAGEMENT.c.number)
        .limit(limit)
    )
    return list(dict.fromkeys(row[0] for row in connection.execute(query)))


def relations_of(connection: Connection, organization_id: str) -> list[Relation]:
    """Return the relations that an organization, or one merged into it, is a side of."""
    ids = with_merged(connection, organization_id)
    tied = or_(RELATION.c.subject_id.in_(ids), RELATION.c.object_id.in_(ids))
    query = select(RELATION).where(tied).order_by(RELATION.c.id)
    return [relation_from_row(row) for row in connection.execute(query).mappings()]


def is_used(connection: Connection, organization_id: str) -> bool:
    """Whether an engagement or a relation names an organization."""
    ids = with_merged(connection, organization_id)
    part = select(PARTICIPATION.c.engagement_number).where(PARTICIPATION.c.organization_id.in_(ids))
    tied = or_(RELATION.c.subject_id.in_(ids), RELATION.c.object_id.in_(ids))
    return bool(connection.execute(part).first() or connection.execute(select(RELATION.c.id).where(tied)).first())
