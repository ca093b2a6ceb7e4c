"""Briefs, kept as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from kb.brief import Brief
from kb.records.base import BRIEF, insert_rows


class BriefRepository:
    """Briefs, kept as JSON."""

    entity = "brief"

    def read(self, connection: Connection, ids: Sequence[str]) -> dict[str, Brief]:
        """Return briefs by id."""
        rows = connection.execute(select(BRIEF.c.id, BRIEF.c.body).where(BRIEF.c.id.in_(ids)))
        return {row[0]: Brief.model_validate_json(row[1]) for row in rows}

    def write(self, connection: Connection, records: Sequence[Brief]) -> None:
        """Insert or replace; a replaced brief's version goes up."""
        ids = [record.id for record in records]
        versions = {
            row[0]: row[1] for row in connection.execute(select(BRIEF.c.id, BRIEF.c.version).where(BRIEF.c.id.in_(ids)))
        }
        self.delete(connection, ids)
        rows = [
            {
                "id": record.id,
                "title": record.title,
                "body": record.model_dump_json(),
                "version": versions.get(record.id, 0) + 1,
            }
            for record in records
        ]
        insert_rows(connection, BRIEF, rows)

    def delete(self, connection: Connection, ids: Sequence[str]) -> None:
        """Remove briefs."""
        connection.execute(delete(BRIEF).where(BRIEF.c.id.in_(ids)))

    def dump(self, record: Brief) -> str:
        """Return the brief as JSON."""
        return record.model_dump_json()

    def load(self, text: str) -> Brief:
        """Read back what `dump` wrote."""
        return Brief.model_validate_json(text)
