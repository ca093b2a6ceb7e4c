"""Organizations, with their claims and registry numbers, as rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, update

from kb.organization import Claim, Organization, RegistryId, Source
from kb.records.base import CLAIM, ORGANIZATION, REGISTRY, chunks, evidence_of, evidence_text, insert_rows, source_of
from kb.searching import index_words


def claim_from_row(row: RowMapping) -> Claim:
    """Build a claim from its row, as it was validated when it was written."""
    return Claim.model_validate(
        {
            "kind": row["kind"],
            "code": row["code"],
            "strength": row["strength"],
            "status": row["status"],
            "confidence": row["confidence"],
            "evidence": evidence_of(row["evidence"]),
            "source": source_of(row),
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
        listed = select(REGISTRY).where(REGISTRY.c.organization_number.in_(numbers))
        for row in connection.execute(listed.order_by(REGISTRY.c.scheme, REGISTRY.c.value)).mappings():
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
        self._replace(connection, [pair for pair in records if pair[0].id in known], known)
        insert_rows(connection, ORGANIZATION, fresh)
        numbers = self._numbers(connection, [row["id"] for row in fresh])
        known |= numbers
        claims = [
            self._claim(known[organization.id], claim) for organization, _ in records for claim in organization.claims
        ]
        insert_rows(connection, CLAIM, claims)
        registry = [
            {"organization_number": known[organization.id], "scheme": item.scheme, "value": item.value}
            for organization, _ in records
            for item in dict.fromkeys(organization.registry_ids)
        ]
        insert_rows(connection, REGISTRY, registry)
        written = [(known[organization.id], organization) for organization, _ in records]
        index_words(connection, written, list(numbers.values()))

    def _replace(
        self, connection: Connection, records: Sequence[tuple[Organization, str | None]], known: Mapping[str, int]
    ) -> None:
        """Write identities anew under the numbers that they have, and clear what belongs to them."""
        if not records:
            return
        rows = [
            {f"new_{name}": value for name, value in self._identity(organization, merged).items() if name != "version"}
            | {"its_number": known[organization.id]}
            for organization, merged in records
        ]
        values: dict[str, Any] = {
            name.removeprefix("new_"): bindparam(name) for name in rows[0] if name != "its_number"
        }
        written = update(ORGANIZATION).where(ORGANIZATION.c.number == bindparam("its_number"))
        connection.execute(written.values(**values, version=ORGANIZATION.c.version + 1), rows)
        for part in chunks([row["its_number"] for row in rows]):
            connection.execute(delete(CLAIM).where(CLAIM.c.organization_number.in_(part)))
            connection.execute(delete(REGISTRY).where(REGISTRY.c.organization_number.in_(part)))

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
            "aliases": "\n".join(" ".join(alias.split()) for alias in organization.aliases),
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
            "evidence": evidence_text(claim.evidence),
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
        """Return organization and signpost as JSON; registry numbers in order, because theirs means nothing."""
        numbers = tuple(sorted(set(record[0].registry_ids), key=lambda item: (item.scheme, item.value)))
        organization = record[0].model_copy(update={"registry_ids": numbers})
        return json.dumps([organization.model_dump(mode="json", exclude_defaults=True), record[1]], ensure_ascii=False)

    def load(self, text: str) -> tuple[Organization, str | None]:
        """Read back what `dump` wrote."""
        organization, merged_into = json.loads(text)
        return Organization.model_validate(organization), merged_into
