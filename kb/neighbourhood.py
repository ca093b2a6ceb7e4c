"""What surrounds organizations: their relations some steps out, and with whom they took part in programmes.

Read in bulk, so that thousands of organizations cost a handful of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from kb.knowledge_base import KnowledgeBase
from kb.organization import Claim, ClaimKind, ClaimStatus, Relation, RelationKind, Source
from kb.records import CLAIM, ENGAGEMENT, ORGANIZATION, PARTICIPATION, RELATION, chunks, relation_from_row
from kb.records.organizations import claim_from_row

UNHELD = ClaimStatus.REJECTED.value


@dataclass(frozen=True)
class Companion:
    """Another organization that took part in the same engagements, and has a concern.

    Attributes
    ----------
    concerns : tuple of Claim
        Its concern claims, rejected ones included.
    """

    id: str
    name: str
    concerns: tuple[Claim, ...]


@dataclass(frozen=True)
class Joined:
    """An engagement, as far as it ties organizations together."""

    id: str
    title: str
    status: ClaimStatus
    source: Source
    start_date: date | None
    companions: tuple[str, ...]


@dataclass(frozen=True)
class Neighbourhood:
    """What surrounds the organizations asked for. All ids are of living organizations.

    Attributes
    ----------
    relations : tuple of Relation
        Every relation within reach that nobody rejected.
    engagements : mapping of str to tuple of Joined
        By organization asked for; empty when none is known. `Joined.companions` are ids of `companions`.
    companions : mapping of str to Companion
    """

    relations: tuple[Relation, ...]
    engagements: Mapping[str, tuple[Joined, ...]]
    companions: Mapping[str, Companion]


def neighbourhood(kb: KnowledgeBase, ids: Collection[str], steps: int = 2) -> Neighbourhood:
    """Return what surrounds organizations.

    Parameters
    ----------
    ids : collection of str
        Living organizations.
    steps : int
        How many relations away; ownership (parent_of) counts for none, so its chains are followed to their ends.
    """
    with kb.reading() as connection:
        merged = _merged(connection)
        engagements, companions = _engagements(connection, ids, merged)
        return Neighbourhood(tuple(_relations(connection, ids, steps, merged)), engagements, companions)


@dataclass(frozen=True)
class _Merged:
    """Which organization absorbed which."""

    root: Mapping[str, str]
    absorbed: Mapping[str, tuple[str, ...]]

    def living(self, key: str) -> str:
        return self.root.get(key, key)

    def all_ids(self, ids: Iterable[str]) -> list[str]:
        return [key for item in ids for key in (item, *self.absorbed.get(item, ()))]


def _merged(connection: Connection) -> _Merged:
    query = select(ORGANIZATION.c.id, ORGANIZATION.c.merged_into).where(ORGANIZATION.c.merged_into.is_not(None))
    root = {row[0]: row[1] for row in connection.execute(query)}
    absorbed: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for key, into in root.items():
        absorbed[into] += (key,)
    return _Merged(root, absorbed)


def _relations(connection: Connection, ids: Collection[str], steps: int, merged: _Merged) -> Iterable[Relation]:
    """Follow relations outwards; `left` is how many steps may still be taken from an organization."""
    left = dict.fromkeys(ids, steps)
    found: dict[tuple[str, str, str], Relation] = {}
    frontier = set(left)
    while frontier:
        reached: set[str] = set()
        for relation in _touching(connection, merged.all_ids(sorted(frontier)), merged):
            owned = relation.kind is RelationKind.PARENT_OF
            sides = (relation.subject_id, relation.object_id)
            for here, there in (sides, sides[::-1]):
                remaining = left.get(here, -1) - (not owned)
                if here not in frontier or remaining < 0:
                    continue
                found.setdefault((relation.id, relation.status, relation.source.name), relation)
                if remaining > left.get(there, -1):
                    left[there] = remaining
                    reached.add(there)
        frontier = reached
    return found.values()


def _touching(connection: Connection, ids: list[str], merged: _Merged) -> Iterable[Relation]:
    for part in chunks(ids):
        for side in (RELATION.c.subject_id, RELATION.c.object_id):
            query = select(RELATION).where(side.in_(part), RELATION.c.status != UNHELD).order_by(RELATION.c.id)
            for row in connection.execute(query).mappings():
                relation = relation_from_row(row)
                subject, object_ = merged.living(relation.subject_id), merged.living(relation.object_id)
                if subject != object_:
                    yield relation.model_copy(update={"subject_id": subject, "object_id": object_})


def _engagements(
    connection: Connection, ids: Collection[str], merged: _Merged
) -> tuple[dict[str, tuple[Joined, ...]], dict[str, Companion]]:
    taken: dict[str, list[int]] = {
        key: sorted(set(numbers)) for key, numbers in _participations(connection, ids, merged).items()
    }
    numbers = sorted({number for listed in taken.values() for number in listed})
    members: defaultdict[int, list[str]] = defaultdict(list)
    for part in chunks(numbers):
        query = select(PARTICIPATION.c.engagement_number, PARTICIPATION.c.organization_id).order_by(
            PARTICIPATION.c.engagement_number, PARTICIPATION.c.organization_id
        )
        for number, key in connection.execute(query.where(PARTICIPATION.c.engagement_number.in_(part))):
            members[number].append(merged.living(key))
    companions = _companions(connection, {key for listed in members.values() for key in listed})
    joined = _joined(connection, {number: [key for key in members[number] if key in companions] for number in numbers})
    return {key: tuple(joined[number] for number in listed) for key, listed in taken.items()}, companions


def _participations(connection: Connection, ids: Collection[str], merged: _Merged) -> dict[str, list[int]]:
    taken: defaultdict[str, list[int]] = defaultdict(list)
    columns = select(PARTICIPATION.c.organization_id, PARTICIPATION.c.engagement_number)
    held = ENGAGEMENT.c.status != UNHELD
    joined = columns.join(ENGAGEMENT, ENGAGEMENT.c.number == PARTICIPATION.c.engagement_number).where(held)
    for part in chunks(merged.all_ids(ids)):
        for key, number in connection.execute(joined.where(PARTICIPATION.c.organization_id.in_(part))):
            taken[merged.living(key)].append(number)
    return taken


def _companions(connection: Connection, ids: Collection[str]) -> dict[str, Companion]:
    """Return those with a concern; the others cannot speak against anybody."""
    claims: defaultdict[tuple[str, str], list[Claim]] = defaultdict(list)
    about = select(CLAIM, ORGANIZATION.c.id.label("id"), ORGANIZATION.c.name.label("name"))
    query = about.join(ORGANIZATION, ORGANIZATION.c.number == CLAIM.c.organization_number).order_by(CLAIM.c.number)
    for part in chunks(sorted(ids)):
        wanted = query.where(ORGANIZATION.c.id.in_(part), CLAIM.c.kind == ClaimKind.CONCERN.value)
        for row in connection.execute(wanted).mappings():
            claims[row["id"], row["name"]].append(claim_from_row(row))
    return {key: Companion(key, name, tuple(held)) for (key, name), held in claims.items()}


def _joined(connection: Connection, companions: Mapping[int, list[str]]) -> dict[int, Joined]:
    found: dict[int, Joined] = {}
    for part in chunks(list(companions)):
        query = select(ENGAGEMENT).where(ENGAGEMENT.c.number.in_(part))
        for row in connection.execute(query).mappings():
            source = Source.model_construct(name=row["source_name"], url=row["source_url"], row=row["source_row"])
            together = tuple(dict.fromkeys(companions[row["number"]]))
            status = ClaimStatus(row["status"])
            found[row["number"]] = Joined(row["id"], row["title"], status, source, row["start_date"], together)
    return found
