"""The journal: every change is recorded with who, when, before and after, and can be undone.

Changes come in batches. A batch lands whole or not at all, because it is one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, join, literal, select, update

from kb.brief import Brief
from kb.errors import ConflictError, UnknownRecordError
from kb.organization import Engagement, Organization, Relation
from kb.people import recorded_as, require, right_to_undo
from kb.records import (
    ENGAGEMENT,
    ORGANIZATION,
    PARTICIPATION,
    RELATION,
    BriefRepository,
    EngagementRepository,
    OrganizationRepository,
    RelationRepository,
    Repository,
    chunks,
    insert_rows,
)
from kb.tables import BatchRow, ChangeRow, SourceRecordRow

BATCH = BatchRow.__table__  # type: ignore[attr-defined]
CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]
SOURCE_RECORD = SourceRecordRow.__table__  # type: ignore[attr-defined]

ORGANIZATIONS = OrganizationRepository()
ENGAGEMENTS = EngagementRepository()
RELATIONS = RelationRepository()
BRIEFS = BriefRepository()
REPOSITORIES: dict[str, Repository[Any]] = {
    repository.entity: repository for repository in (ORGANIZATIONS, ENGAGEMENTS, RELATIONS, BRIEFS)
}


Record = tuple[Organization, str | None] | Engagement | Relation | Brief
"""What the journal keeps; an organization comes with the id of the one that absorbed it."""


@dataclass(frozen=True)
class Batch:
    """A set of changes that landed together."""

    number: int
    kind: str
    label: str
    who: str
    at: datetime
    counts: Mapping[str, int]
    undone_at: datetime | None = None


@dataclass(frozen=True)
class Change:
    """One change of one record. `before` and `after` are the whole record; None when absent."""

    number: int
    batch: Batch
    entity: str
    entity_id: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def open_batch(connection: Connection, kind: str, label: str, who: str, digest: str = "") -> int:
    """Start a batch; it exists only when the transaction commits."""
    name = recorded_as(who)
    values = {"kind": kind, "label": label, "who": name, "digest": digest, "at": datetime.now(UTC), "counts": "{}"}
    return int(connection.execute(insert(BATCH).values(values).returning(BATCH.c.number)).scalar_one())


def close_batch(connection: Connection, number: int, counts: Mapping[str, int]) -> None:
    """Note what the batch did."""
    connection.execute(update(BATCH).where(BATCH.c.number == number).values(counts=json.dumps(dict(counts))))


def _identity(record: Record) -> str:
    return record[0].id if isinstance(record, tuple) else record.id


def write(
    connection: Connection, batch: int, entity: str, records: Sequence[Record], action: str = ""
) -> dict[str, int]:
    """Write records and record what was there before; unchanged ones are left alone.

    Returns
    -------
    dict
        How many were ``added``, ``updated`` and ``unchanged``.
    """
    repository = REPOSITORIES[entity]
    counts = {"added": 0, "updated": 0, "unchanged": 0}
    once: dict[str, Record] = {_identity(record): record for record in records}
    for part in chunks(list(once.values())):
        known = repository.read(connection, [_identity(record) for record in part])
        changed, rows = [], []
        for record in part:
            before = known.get(_identity(record))
            old = None if before is None else repository.dump(before)
            if old is not None and old == repository.dump(record):
                counts["unchanged"] += 1
                continue
            changed.append(record)
            what = "added" if before is None else "updated"
            counts[what] += 1
            rows.append(_change(batch, entity, _identity(record), action or what, old))
        repository.write(connection, changed)
        insert_rows(connection, CHANGE, rows)
    return counts


def remove(connection: Connection, batch: int, entity: str, ids: Sequence[str]) -> int:
    """Delete records and record what they were; returns how many there were."""
    repository = REPOSITORIES[entity]
    known = repository.read(connection, ids)
    rows = [_change(batch, entity, key, "removed", repository.dump(record)) for key, record in known.items()]
    if rows:
        insert_rows(connection, CHANGE, rows)
        repository.delete(connection, list(known))
        if entity == "organization":
            connection.execute(delete(SOURCE_RECORD).where(SOURCE_RECORD.c.target_id.in_(list(known))))
    return len(rows)


def _change(batch: int, entity: str, entity_id: str, action: str, before: str | None) -> dict[str, Any]:
    return {"batch_number": batch, "entity": entity, "entity_id": entity_id, "action": action, "before": before}


def _batch(row: Mapping[Any, Any]) -> Batch:
    return Batch(
        row["number"], row["kind"], row["label"], row["who"], row["at"], json.loads(row["counts"]), row["undone_at"]
    )


def batches(connection: Connection, limit: int = 100) -> list[Batch]:
    """Return the newest batches first."""
    query = select(BATCH).order_by(BATCH.c.number.desc()).limit(limit)
    return [_batch(row) for row in connection.execute(query).mappings()]


def _parsed(text: str | None) -> Mapping[str, Any] | None:
    if text is None:
        return None
    loaded = json.loads(text)
    found: dict[str, Any] = loaded[0] | {"merged_into": loaded[1]} if isinstance(loaded, list) else loaded
    return found


def history(connection: Connection, entity: str, entity_id: str) -> list[Change]:
    """Return every change of one record, oldest first."""
    query = (
        select(CHANGE, BATCH.c.kind, BATCH.c.label, BATCH.c.who, BATCH.c.at, BATCH.c.counts, BATCH.c.undone_at)
        .join(BATCH, BATCH.c.number == CHANGE.c.batch_number)
        .where(CHANGE.c.entity == entity, CHANGE.c.entity_id == entity_id)
        .order_by(CHANGE.c.number)
    )
    rows = connection.execute(query).mappings().all()
    if not rows:
        return []
    repository = REPOSITORIES[entity]
    now = repository.read(connection, [entity_id]).get(entity_id)
    afters = [row["before"] for row in rows[1:]] + [None if now is None else repository.dump(now)]
    return [
        Change(
            row["number"],
            _batch(dict(row) | {"number": row["batch_number"]}),
            entity,
            entity_id,
            row["action"],
            _parsed(row["before"]),
            _parsed(after),
        )
        for row, after in zip(rows, afters, strict=True)
    ]


def newest_of(connection: Connection, entity: str, entity_id: str) -> Batch | None:
    """Return the batch that changed a record last; None when nothing is known of it."""
    query = (
        select(BATCH)
        .join(CHANGE, BATCH.c.number == CHANGE.c.batch_number)
        .where(CHANGE.c.entity == entity, CHANGE.c.entity_id == entity_id)
        .order_by(CHANGE.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else _batch(row)


_MARKS = select(CHANGE.c.number, CHANGE.c.entity_id, CHANGE.c.action, BATCH.c.at, BATCH.c.who).join(
    BATCH, BATCH.c.number == CHANGE.c.batch_number
)
_NEWEST = _MARKS.order_by(CHANGE.c.number.desc()).limit(1)


def last_change(connection: Connection) -> int:
    """Return the number of the newest change, 0 when there is none."""
    return int(connection.execute(select(func.coalesce(func.max(CHANGE.c.number), 0))).scalar_one())


def fingerprint(connection: Connection, number: int) -> str:
    """Return what tells one journal's change from another's of the same number; empty when there is none."""
    row = connection.execute(_MARKS.where(CHANGE.c.number == number)).first()
    return "" if row is None else "|".join(map(str, row[1:]))


def newest(connection: Connection) -> tuple[int, str]:
    """Return `last_change` and its `fingerprint` in one question, asked before every ranking."""
    row = connection.execute(_NEWEST).first()
    return (0, "") if row is None else (int(row[0]), "|".join(map(str, row[1:])))


def changed_since(connection: Connection, number: int) -> dict[str, list[str]]:
    """Return the ids of records changed after a change number, by entity."""
    found: dict[str, list[str]] = {}
    query = select(CHANGE.c.entity, CHANGE.c.entity_id).where(CHANGE.c.number > number).distinct()
    for entity, entity_id in connection.execute(query):
        found.setdefault(entity, []).append(entity_id)
    return found


def undo(connection: Connection, number: int, who: str) -> Batch:
    """Take a batch back. The undo is a batch of its own and can itself be undone.

    Raises
    ------
    UnknownRecordError
        When there is no such batch.
    ConflictError
        When it was undone already, or when a later change builds on it.
    NotPermittedError
        When it is somebody else's, and the person at work may not undo what others did.
    """
    row = connection.execute(select(BATCH).where(BATCH.c.number == number)).mappings().first()
    if row is None:
        raise UnknownRecordError(f"there is no batch {number}; list them with: dancecard batches")
    require(right_to_undo(row["who"]), f"batch {number} ({row['label']}) is by {row['who']}")
    if row["undone_at"] is not None:
        raise ConflictError(f"batch {number} ({row['label']}) was undone already")
    _refuse_when_built_upon(connection, number, row["kind"])
    undoing = open_batch(connection, "undo", f"undo of {number}: {row['label']}", who, digest=str(number))
    counts = {"removed": 0, "restored": 0}
    removed: list[str] = []
    for entity in ("relation", "engagement", "brief", "organization"):
        removed = _take_back(connection, number, undoing, entity, counts)
    connection.execute(delete(SOURCE_RECORD).where(SOURCE_RECORD.c.batch_number == number))
    now = datetime.now(UTC)
    connection.execute(update(BATCH).where(BATCH.c.number == number).values(undone_at=now))
    if row["kind"] == "undo":
        connection.execute(update(BATCH).where(BATCH.c.number == int(row["digest"])).values(undone_at=None))
    _refuse_dangling(connection, number, removed)
    close_batch(connection, undoing, counts)
    return Batch(undoing, "undo", f"undo of {number}: {row['label']}", recorded_as(who), now, counts)


def _take_back(connection: Connection, number: int, undoing: int, entity: str, counts: dict[str, int]) -> list[str]:
    """Take back the changes of one kind of record; returns the ids that are gone."""
    query = (
        select(CHANGE.c.entity_id, CHANGE.c.before)
        .where(CHANGE.c.batch_number == number, CHANGE.c.entity == entity)
        .order_by(CHANGE.c.number.desc())
    )
    earliest: dict[str, str | None] = {row[0]: row[1] for row in connection.execute(query)}
    added = [key for key, before in earliest.items() if before is None]
    for part in chunks(added):
        counts["removed"] += remove(connection, undoing, entity, part)
    repository = REPOSITORIES[entity]
    restored = [repository.load(before) for before in earliest.values() if before is not None]
    write(connection, undoing, entity, restored, "restored")
    counts["restored"] += len(restored)
    touched = [key for key, before in earliest.items() if before is not None]
    for part in chunks(touched):
        merged = select(ORGANIZATION.c.id).where(ORGANIZATION.c.merged_into.in_(part))
        stale = SOURCE_RECORD.c.target_id.in_(part) | SOURCE_RECORD.c.target_id.in_(merged)
        connection.execute(update(SOURCE_RECORD).where(stale).values(digest=""))
    return added


def _refuse_when_built_upon(connection: Connection, number: int, kind: str) -> None:
    later = CHANGE.alias("later")
    query = (
        select(BATCH.c.number, BATCH.c.label, BATCH.c.kind, BATCH.c.digest, func.min(later.c.entity_id))
        .join(later, later.c.batch_number == BATCH.c.number)
        .join(CHANGE, (CHANGE.c.entity == later.c.entity) & (CHANGE.c.entity_id == later.c.entity_id))
        .where(CHANGE.c.batch_number == number, later.c.batch_number > number, BATCH.c.undone_at.is_(None))
        .group_by(BATCH.c.number)
    )
    built = [
        f"{entity_id} by batch {batch} ({label})"
        for batch, label, its_kind, digest, entity_id in connection.execute(query)
        if not (its_kind == "undo" and int(digest) > number) and not (its_kind == "inference" and kind != "inference")
    ]
    if built:
        raise ConflictError(
            f"batch {number} cannot be undone: later changes build on it: {'; '.join(built[:3])}. Undo those first"
        )


def _refuse_dangling(connection: Connection, number: int, removed: Sequence[str]) -> None:
    for part in chunks(removed):
        joined = join(PARTICIPATION, ENGAGEMENT, ENGAGEMENT.c.number == PARTICIPATION.c.engagement_number)
        organization = PARTICIPATION.c.organization_id
        queries = [
            select(literal("engagement"), ENGAGEMENT.c.id, organization)
            .select_from(joined)
            .where(organization.in_(part))
        ]
        for side in (RELATION.c.subject_id, RELATION.c.object_id):
            queries.append(select(literal("relation"), RELATION.c.id, side).where(side.in_(part)))
        dangling = [
            row for query in queries for row in connection.execute(query.order_by(query.selected_columns[1]).limit(3))
        ]
        if dangling:
            named = "; ".join(f"{kind} {key} names {organization}" for kind, key, organization in dangling[:3])
            raise ConflictError(f"batch {number} cannot be undone: other records need its organizations: {named}")


def label_counts(counts: Mapping[str, int], keys: Iterable[str]) -> str:
    """Word counts for people, e.g. ``3 added, 1 updated``."""
    return ", ".join(f"{counts[key]:,} {key}" for key in keys if counts.get(key)) or "nothing changed"
