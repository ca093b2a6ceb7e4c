"""How a parsed file lands in the knowledge base: first a plan that can be shown, then one transaction."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from kb import journal
from kb.duplicates import Identity, Match, find_matches, website_domain
from kb.errors import ImportFileError
from kb.importing.parsed import Parsed, Progress, Rejection, SourceRecord, no_progress
from kb.merging import absorb, refresh
from kb.organization import Engagement, Organization, Relation
from kb.records import ORGANIZATION, REGISTRY, chunks, insert_rows

SLICE = 2_000
INCOMING = "incoming record "
"""Keeps a record's key apart from the id of an organization that happens to be spelled alike."""
Join = Callable[[Organization, Organization], Organization]


@dataclass(frozen=True)
class Attachment:
    """An incoming record that is an organization already known from another source."""

    record: SourceRecord
    organization_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What an import would do, before anything is changed.

    Attributes
    ----------
    new, updated : tuple of SourceRecord
    unchanged : int
        Records that say what they said at the last import.
    duplicates : tuple of Attachment
        Records that will be joined to a known organization.
    possible : tuple of Match
        Records that look like a known organization; they land apart, to be merged by a person.
    rejections : tuple of Rejection
    """

    source: str
    files: tuple[str, ...]
    rows: int
    new: tuple[SourceRecord, ...]
    updated: tuple[SourceRecord, ...]
    unchanged: int
    duplicates: tuple[Attachment, ...]
    possible: tuple[Match, ...]
    rejections: tuple[Rejection, ...]
    engagements: int
    relations: int

    @property
    def counts(self) -> dict[str, int]:
        """The figures to show."""
        return {
            "new": len(self.new),
            "updated": len(self.updated),
            "unchanged": self.unchanged,
            "duplicates": len(self.duplicates),
            "possible duplicates": len(self.possible),
            "rejected": sum(rejection.fatal for rejection in self.rejections),
            "engagements": self.engagements,
            "relations": self.relations,
        }


@dataclass
class _Plan:
    preview: Preview
    targets: dict[str, str]
    digests: dict[str, str]
    known_keys: set[str] = field(default_factory=set)


def digest_of(organization: Organization) -> str:
    """Return a SHA-256 over everything an organization says."""
    return hashlib.sha256(organization.model_dump_json().encode()).hexdigest()


def identities(connection: Connection) -> list[Identity]:
    """Return what tells the living organizations apart."""
    numbers: dict[int, list[tuple[str, str]]] = {}
    for number, scheme, value in connection.execute(select(REGISTRY).order_by(*REGISTRY.primary_key)):
        numbers.setdefault(number, []).append((scheme, value))
    columns = [ORGANIZATION.c[name] for name in ("number", "id", "name", "aliases", "country", "website")]
    query = select(*columns).where(ORGANIZATION.c.merged_into.is_(None)).order_by(ORGANIZATION.c.number)
    return [
        Identity(
            id=row.id,
            name=row.name,
            aliases=tuple(row.aliases.split("\n")) if row.aliases else (),
            country=row.country,
            domain=website_domain(row.website),
            registry_ids=tuple(numbers.get(row.number, ())),
        )
        for row in connection.execute(query)
    ]


def identity(organization: Organization, key: str | None = None) -> Identity:
    """Return what tells one organization apart, under its own id or another key."""
    return Identity(
        id=key or organization.id,
        name=organization.name,
        aliases=organization.aliases,
        country=organization.country,
        domain=website_domain(organization.website),
        registry_ids=tuple((item.scheme, item.value) for item in organization.registry_ids),
    )


def _mapping(connection: Connection, source: str) -> dict[str, tuple[str, str]]:
    table = journal.SOURCE_RECORD
    query = (
        select(table.c.key, ORGANIZATION.c.merged_into, table.c.target_id, table.c.digest)
        .join(ORGANIZATION, ORGANIZATION.c.id == table.c.target_id)
        .where(table.c.source == source)
    )
    return {row[0]: (row[1] or row[2], row[3]) for row in connection.execute(query)}


def _own_keys(connection: Connection, source: str) -> set[str]:
    """Return the keys whose record made the organization that it alone stands for in this source.

    Only such a record may replace what the source said before; any other is joined to what is there.
    """
    targets = Counter(target for target, _ in _mapping(connection, source).values())
    table, change = journal.SOURCE_RECORD, journal.CHANGE
    query = (
        select(table.c.key, table.c.target_id)
        .join(ORGANIZATION, ORGANIZATION.c.id == table.c.target_id)
        .join(change, (change.c.entity_id == table.c.target_id) & (change.c.batch_number == table.c.batch_number))
        .where(table.c.source == source, change.c.entity == "organization", change.c.before.is_(None))
        .where(ORGANIZATION.c.merged_into.is_(None))
    )
    return {key for key, target in connection.execute(query) if targets[target] == 1}


def plan(connection: Connection, parsed: Parsed) -> _Plan:
    """Decide for every record whether it is new, newer, the same, or known from elsewhere."""
    mapping = _mapping(connection, parsed.source)
    digests = {record.key: digest_of(record.organization) for record in parsed.records}
    targets: dict[str, str] = {}
    updated, fresh, unchanged = [], [], 0
    for record in parsed.records:
        if record.key not in mapping:
            fresh.append(record)
            continue
        targets[record.key], digest = mapping[record.key]
        if digest == digests[record.key]:
            unchanged += 1
        else:
            updated.append(record)
    matches = _matches(connection, fresh)
    new, duplicates, possible = [], [], []
    taken = {row[0] for row in connection.execute(select(ORGANIZATION.c.id))}
    for record in fresh:
        match = matches.get(record.key)
        if match is not None and match.certainty == "same":
            targets[record.key] = match.existing_id
            duplicates.append(Attachment(record, match.existing_id, match.reasons))
            continue
        if match is not None:
            possible.append(match)
        targets[record.key] = _free_id(record.organization.id, taken)
        new.append(record)
    preview = Preview(
        parsed.source,
        parsed.files,
        parsed.rows,
        tuple(new),
        tuple(updated),
        unchanged,
        tuple(duplicates),
        tuple(possible),
        tuple(parsed.rejections),
        len(parsed.engagements),
        len(parsed.relations),
    )
    return _Plan(preview, targets, digests, set(mapping))


def _matches(connection: Connection, fresh: list[SourceRecord]) -> dict[str, Match]:
    existing = identities(connection) if fresh else []
    if not existing:
        return {}
    found: dict[str, Match] = {}
    incoming = [identity(record.organization, INCOMING + record.key) for record in fresh]
    for match in find_matches(incoming, existing):
        key = match.incoming_id.removeprefix(INCOMING)
        if key not in found or match.certainty == "same":
            found[key] = match
    return found


def _free_id(wanted: str, taken: set[str]) -> str:
    free, suffix = wanted, 2
    while free in taken:
        free, suffix = f"{wanted}-{suffix}", suffix + 1
    taken.add(free)
    return sys.intern(free)


def land(connection: Connection, parsed: Parsed, who: str, progress: Progress = no_progress) -> tuple[int, Preview]:
    """Write a parsed file inside the caller's transaction; returns the batch's number.

    Raises
    ------
    ImportFileError
        When an engagement or relation names an organization that is neither in the file nor known.
    """
    planned = plan(connection, parsed)
    preview = planned.preview
    label = f"{parsed.source}: {', '.join(parsed.files)}"
    batch = journal.open_batch(connection, "import", label, who, parsed.digest)
    total = len(preview.new) + len(preview.updated) + len(preview.duplicates)
    done = 0
    for part in chunks(preview.new, SLICE):
        fresh = [(record.organization.model_copy(update={"id": planned.targets[record.key]}), None) for record in part]
        journal.write(connection, batch, "organization", fresh)
        done += len(part)
        progress("Writing organizations", done, total)
    own = _own_keys(connection, parsed.source)
    joins: dict[bool, Join] = {True: refresh, False: absorb}
    joined = [(record, joins[record.key in own]) for record in preview.updated]
    joined += [(item.record, absorb) for item in preview.duplicates]
    for pairs in chunks(joined, SLICE):
        _write_joined(connection, batch, pairs, planned.targets)
        done += len(pairs)
        progress("Writing organizations", done, total)
    _write_mapping(connection, batch, parsed, planned)
    for engagements in chunks(parsed.engagements, SLICE):
        translated = [_translate(item, planned.targets) for item in engagements]
        journal.write(connection, batch, "engagement", translated)
    translated_ties = (_translate_relation(item, planned.targets) for item in parsed.relations)
    ties = {item.id: item for item in translated_ties if item.subject_id != item.object_id}
    journal.write(connection, batch, "relation", list(ties.values()))
    journal.close_batch(connection, batch, preview.counts)
    return batch, preview


def _write_joined(
    connection: Connection, batch: int, pairs: Sequence[tuple[SourceRecord, Join]], targets: Mapping[str, str]
) -> None:
    known = journal.ORGANIZATIONS.read(connection, [targets[record.key] for record, _ in pairs])
    for record, join in pairs:
        target = targets[record.key]
        organization, merged_into = known[target]
        known[target] = (join(organization, record.organization), merged_into)
    journal.write(connection, batch, "organization", list(known.values()))


def _write_mapping(connection: Connection, batch: int, parsed: Parsed, planned: _Plan) -> None:
    table = journal.SOURCE_RECORD
    added = [
        {
            "source": parsed.source,
            "key": record.key,
            "target_id": planned.targets[record.key],
            "digest": planned.digests[record.key],
            "batch_number": batch,
        }
        for record in parsed.records
        if record.key not in planned.known_keys
    ]
    for part in chunks(added, SLICE):
        insert_rows(connection, table, part)
    newer = [{"its_key": record.key, "newer": planned.digests[record.key]} for record in planned.preview.updated]
    if newer:
        where = (table.c.source == parsed.source) & (table.c.key == bindparam("its_key"))
        connection.execute(update(table).where(where).values(digest=bindparam("newer")), newer)


def _target(targets: Mapping[str, str], key: str, where: str) -> str:
    if key not in targets:
        raise ImportFileError(f"{where} names organization {key!r}, which is not in the file; nothing was imported")
    return targets[key]


def _translate(item: Engagement, targets: Mapping[str, str]) -> Engagement:
    seen: dict[str, Any] = {}
    for part in item.participations:
        target = _target(targets, part.organization_id, f"engagement {item.id}")
        seen.setdefault(target, part.model_copy(update={"organization_id": target}))
    return item.model_copy(update={"participations": tuple(seen.values())})


def _translate_relation(item: Relation, targets: Mapping[str, str]) -> Relation:
    where = f"relation {item.id}"
    sides = {side: _target(targets, getattr(item, side), where) for side in ("subject_id", "object_id")}
    return item.model_copy(update=sides)
