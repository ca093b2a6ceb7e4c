"""Between records and rows: how organizations, engagements, relations and briefs are read and written.

Every function works inside the caller's transaction. Bulk writes go through Core ``executemany``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from kb.brief import Brief
from kb.organization import Claim, Engagement, Evidence, Organization, Participation, RegistryId, Relation, Source
from kb.tables import BriefRow, ClaimRow, EngagementRow, OrganizationRow, ParticipationRow, RegistryIdRow, RelationRow

CHUNK = 500
T = TypeVar("T")

ORGANIZATION = OrganizationRow.__table__  # type: ignore[attr-defined]
REGISTRY = RegistryIdRow.__table__  # type: ignore[attr-defined]
CLAIM = ClaimRow.__table__  # type: ignore[attr-defined]
ENGAGEMENT = EngagementRow.__table__  # type: ignore[attr-defined]
PARTICIPATION = ParticipationRow.__table__  # type: ignore[attr-defined]
RELATION = RelationRow.__table__  # type: ignore[attr-defined]
BRIEF = BriefRow.__table__  # type: ignore[attr-defined]


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterable[Sequence[T]]:
    """Cut a sequence into pieces that fit a statement's parameters."""
    return (items[start : start + size] for start in range(0, len(items), size))


class Repository(Protocol[T]):
    """How one kind of record is kept. `T` is the record's model."""

    entity: str

    def read(self, connection: Connection, ids: Sequence[str]) -> dict[str, T]:
        """Return the records that exist, by id."""
        ...

    def write(self, connection: Connection, records: Sequence[T]) -> None:
        """Insert the new records and replace the known ones."""
        ...

    def delete(self, connection: Connection, ids: Sequence[str]) -> None:
        """Remove records; unknown ids are ignored."""
        ...

    def dump(self, record: T) -> str:
        """Return the record as JSON."""
        ...

    def load(self, text: str) -> T:
        """Read a record back from its JSON."""
        ...


def _source(row: RowMapping) -> Source:
    return Source.model_construct(name=row["source_name"], url=row["source_url"], row=row["source_row"])


def _evidence_text(evidence: tuple[Evidence, ...]) -> str:
    return json.dumps([[item.text, item.verbatim, item.where] for item in evidence], ensure_ascii=False)


def _evidence(text: str) -> tuple[Evidence, ...]:
    return tuple(Evidence.model_construct(text=item[0], verbatim=item[1], where=item[2]) for item in json.loads(text))


def claim_from_row(row: RowMapping) -> Claim:
    """Build a claim from its row, as it was validated when it was written."""
    return Claim.model_validate(
        {
            "kind": row["kind"],
            "code": row["code"],
            "strength": row["strength"],
            "status": row["status"],
            "confidence": row["confidence"],
            "evidence": _evidence(row["evidence"]),
            "source": _source(row),
            "observed_on": row["observed_on"],
            "role": row["role"],
            "revenue_share": row["revenue_share"],
        }
    )


class OrganizationRepository:
    """Organizations with their claims and registry numbers.

    Records are pairs ``(organization, merged_into)``: a merged organization stays as a signpost to the
    one that absorbed it, hidden from search and scoring.
    """

    entity = "organization"

    def read(self, connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Organization, str | None]]:
        """Return organizations by id, merged ones included."""
        found: dict[str, tuple[Organization, str | None]] = {}
        for part in chunks(list(dict.fromkeys(ids))):
            rows = connection.execute(select(ORGANIZATION).where(ORGANIZATION.c.id.in_(part))).mappings().all()
            found |= {org.id: (org, merged) for org, merged in self._build(connection, rows)}
        return found

    def _build(self, connection: Connection, rows: Sequence[Any]) -> Iterable[tuple[Organization, str | None]]:
        numbers = [row["number"] for row in rows]
        claims: defaultdict[int, list[Claim]] = defaultdict(list)
        registry: defaultdict[int, list[RegistryId]] = defaultdict(list)
        query = select(CLAIM).where(CLAIM.c.organization_number.in_(numbers)).order_by(CLAIM.c.number)
        for row in connection.execute(query).mappings():
            claims[row["organization_number"]].append(claim_from_row(row))
        for row in connection.execute(select(REGISTRY).where(REGISTRY.c.organization_number.in_(numbers))).mappings():
            registry[row["organization_number"]].append(RegistryId(scheme=row["scheme"], value=row["value"]))
        for row in rows:
            organization = Organization.model_construct(
                id=row["id"],
                name=row["name"],
                aliases=tuple(row["aliases"].split("\n")) if row["aliases"] else (),
                sector=row["sector"],
                kind=row["kind"],
                industry=row["industry"],
                country=row["country"],
                city=row["city"],
                website=row["website"],
                registry_ids=tuple(registry[row["number"]]),
                mission=row["mission"],
                description=row["description"],
                text_source=Source.model_validate_json(row["text_source"]) if row["text_source"] else None,
                claims=tuple(claims[row["number"]]),
            )
            yield organization, row["merged_into"]

    def write(self, connection: Connection, records: Sequence[tuple[Organization, str | None]]) -> None:
        """Insert or replace; a replaced organization keeps its number."""
        known = self._numbers(connection, [organization.id for organization, _ in records])
        fresh = [
            self._identity(organization, merged) for organization, merged in records if organization.id not in known
        ]
        if fresh:
            connection.execute(insert(ORGANIZATION), fresh)
        for organization, merged in records:
            if number := known.get(organization.id):
                values = self._identity(organization, merged) | {"version": ORGANIZATION.c.version + 1}
                connection.execute(update(ORGANIZATION).where(ORGANIZATION.c.number == number).values(values))
                connection.execute(delete(CLAIM).where(CLAIM.c.organization_number == number))
                connection.execute(delete(REGISTRY).where(REGISTRY.c.organization_number == number))
        if fresh:
            known |= self._numbers(connection, [row["id"] for row in fresh])
        claims = [
            self._claim(known[organization.id], claim) for organization, _ in records for claim in organization.claims
        ]
        if claims:
            connection.execute(insert(CLAIM), claims)
        registry = [
            {"organization_number": known[organization.id], "scheme": item.scheme, "value": item.value}
            for organization, _ in records
            for item in dict.fromkeys(organization.registry_ids)
        ]
        if registry:
            connection.execute(insert(REGISTRY), registry)

    @staticmethod
    def _numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in chunks(ids):
            query = select(ORGANIZATION.c.id, ORGANIZATION.c.number).where(ORGANIZATION.c.id.in_(part))
            found |= {row[0]: row[1] for row in connection.execute(query)}
        return found

    @staticmethod
    def _identity(organization: Organization, merged_into: str | None) -> dict[str, Any]:
        return {
            "id": organization.id,
            "name": organization.name,
            "aliases": "\n".join(organization.aliases),
            "sector": organization.sector,
            "kind": organization.kind,
            "industry": organization.industry,
            "country": organization.country,
            "city": organization.city,
            "website": organization.website,
            "mission": organization.mission,
            "description": organization.description,
            "text_source": organization.text_source.model_dump_json() if organization.text_source else "",
            "merged_into": merged_into,
            "version": 1,
        }

    @staticmethod
    def _claim(number: int, claim: Claim) -> dict[str, Any]:
        return {
            "organization_number": number,
            "kind": claim.kind.value,
            "code": claim.code,
            "strength": claim.strength,
            "status": claim.status.value,
            "confidence": claim.confidence,
            "evidence": _evidence_text(claim.evidence),
            "source_name": claim.source.name,
            "source_url": claim.source.url,
            "source_row": claim.source.row,
            "observed_on": claim.observed_on,
            "role": claim.role.value if claim.role else None,
            "revenue_share": claim.revenue_share,
        }

    def delete(self, connection: Connection, ids: Sequence[str]) -> None:
        """Remove organizations with their claims."""
        for part in chunks(ids):
            connection.execute(delete(ORGANIZATION).where(ORGANIZATION.c.id.in_(part)))

    def dump(self, record: tuple[Organization, str | None]) -> str:
        """Return organization and signpost as JSON."""
        return json.dumps([record[0].model_dump(mode="json", exclude_defaults=True), record[1]], ensure_ascii=False)

    def load(self, text: str) -> tuple[Organization, str | None]:
        """Read back what `dump` wrote."""
        organization, merged_into = json.loads(text)
        return Organization.model_validate(organization), merged_into


class EngagementRepository:
    """Engagements with who took part."""

    entity = "engagement"

    def read(self, connection: Connection, ids: Sequence[str]) -> dict[str, Engagement]:
        """Return engagements by id."""
        found: dict[str, Engagement] = {}
        for part in chunks(list(dict.fromkeys(ids))):
            rows = connection.execute(select(ENGAGEMENT).where(ENGAGEMENT.c.id.in_(part))).mappings().all()
            parts: defaultdict[int, list[Participation]] = defaultdict(list)
            numbers = [row["number"] for row in rows]
            query = select(PARTICIPATION).where(PARTICIPATION.c.engagement_number.in_(numbers))
            for row in connection.execute(query).mappings():
                parts[row["engagement_number"]].append(
                    Participation(organization_id=row["organization_id"], role=row["role"])
                )
            for row in rows:
                found[row["id"]] = Engagement(
                    id=row["id"],
                    title=row["title"],
                    text=row["text"],
                    start_date=row["start_date"],
                    end_date=row["end_date"],
                    causes=tuple(json.loads(row["causes"])),
                    participations=tuple(parts[row["number"]]),
                    source=_source(row),
                    status=row["status"],
                )
        return found

    def write(self, connection: Connection, records: Sequence[Engagement]) -> None:
        """Insert or replace."""
        self.delete(connection, [record.id for record in records])
        if not records:
            return
        connection.execute(insert(ENGAGEMENT), [self._row(record) for record in records])
        numbers: dict[str, int] = {}
        for part in chunks([record.id for record in records]):
            query = select(ENGAGEMENT.c.id, ENGAGEMENT.c.number).where(ENGAGEMENT.c.id.in_(part))
            numbers |= {row[0]: row[1] for row in connection.execute(query)}
        rows = [
            {"engagement_number": numbers[record.id], "organization_id": item.organization_id, "role": item.role}
            for record in records
            for item in record.participations
        ]
        if rows:
            connection.execute(insert(PARTICIPATION), rows)

    @staticmethod
    def _row(record: Engagement) -> dict[str, Any]:
        return {
            "id": record.id,
            "title": record.title,
            "text": record.text,
            "start_date": record.start_date,
            "end_date": record.end_date,
            "causes": json.dumps(record.causes),
            "status": record.status.value,
            "source_name": record.source.name,
            "source_url": record.source.url,
            "source_row": record.source.row,
        }

    def delete(self, connection: Connection, ids: Sequence[str]) -> None:
        """Remove engagements with their participations."""
        for part in chunks(ids):
            connection.execute(delete(ENGAGEMENT).where(ENGAGEMENT.c.id.in_(part)))

    def dump(self, record: Engagement) -> str:
        """Return the engagement as JSON."""
        return record.model_dump_json(exclude_defaults=True)

    def load(self, text: str) -> Engagement:
        """Read back what `dump` wrote."""
        return Engagement.model_validate_json(text)


class RelationRepository:
    """Relations between two organizations."""

    entity = "relation"

    def read(self, connection: Connection, ids: Sequence[str]) -> dict[str, Relation]:
        """Return relations by id."""
        found: dict[str, Relation] = {}
        for part in chunks(list(dict.fromkeys(ids))):
            for row in connection.execute(select(RELATION).where(RELATION.c.id.in_(part))).mappings():
                found[row["id"]] = relation_from_row(row)
        return found

    def write(self, connection: Connection, records: Sequence[Relation]) -> None:
        """Insert or replace."""
        self.delete(connection, [record.id for record in records])
        rows = [
            {
                "id": record.id,
                "subject_id": record.subject_id,
                "kind": record.kind.value,
                "object_id": record.object_id,
                "status": record.status.value,
                "evidence": _evidence_text(record.evidence),
                "source_name": record.source.name,
                "source_url": record.source.url,
                "source_row": record.source.row,
                "observed_on": record.observed_on,
            }
            for record in records
        ]
        if rows:
            connection.execute(insert(RELATION), rows)

    def delete(self, connection: Connection, ids: Sequence[str]) -> None:
        """Remove relations."""
        for part in chunks(ids):
            connection.execute(delete(RELATION).where(RELATION.c.id.in_(part)))

    def dump(self, record: Relation) -> str:
        """Return the relation as JSON."""
        return record.model_dump_json(exclude_defaults=True)

    def load(self, text: str) -> Relation:
        """Read back what `dump` wrote."""
        return Relation.model_validate_json(text)


def relation_from_row(row: RowMapping) -> Relation:
    """Build a relation from its row."""
    return Relation.model_validate(
        {
            "subject_id": row["subject_id"],
            "kind": row["kind"],
            "object_id": row["object_id"],
            "status": row["status"],
            "evidence": _evidence(row["evidence"]),
            "source": _source(row),
            "observed_on": row["observed_on"],
        }
    )


class BriefRepository:
    """Briefs, kept as JSON."""

    entity = "brief"

    def read(self, connection: Connection, ids: Sequence[str]) -> dict[str, Brief]:
        """Return briefs by id."""
        rows = connection.execute(select(BRIEF.c.id, BRIEF.c.body).where(BRIEF.c.id.in_(ids)))
        return {row[0]: Brief.model_validate_json(row[1]) for row in rows}

    def write(self, connection: Connection, records: Sequence[Brief]) -> None:
        """Insert or replace."""
        self.delete(connection, [record.id for record in records])
        rows = [
            {"id": record.id, "title": record.title, "body": record.model_dump_json(), "version": 1}
            for record in records
        ]
        if rows:
            connection.execute(insert(BRIEF), rows)

    def delete(self, connection: Connection, ids: Sequence[str]) -> None:
        """Remove briefs."""
        connection.execute(delete(BRIEF).where(BRIEF.c.id.in_(ids)))

    def dump(self, record: Brief) -> str:
        """Return the brief as JSON."""
        return record.model_dump_json()

    def load(self, text: str) -> Brief:
        """Read back what `dump` wrote."""
        return Brief.model_validate_json(text)
