"""Relations as rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, delete, select

from kb.organization import Relation
from kb.records.base import RELATION, chunks, evidence_of, evidence_text, insert_rows, source_of


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
                "evidence": evidence_text(record.evidence),
                "source_name": record.source.name,
                "source_url": record.source.url,
                "source_row": record.source.row,
                "observed_on": record.observed_on,
            }
            for record in records
        ]
        insert_rows(connection, RELATION, rows)

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
            "evidence": evidence_of(row["evidence"]),
            "source": source_of(row),
            "observed_on": row["observed_on"],
        }
    )
