"""Engagements, with who took part, as rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from kb.organization import Engagement, Participation
from kb.records.base import ENGAGEMENT, PARTICIPATION, chunks, insert_rows, source_of


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
            for row in connection.execute(query.order_by(PARTICIPATION.c.organization_id)).mappings():
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
                    source=source_of(row),
                    status=row["status"],
                )
        return found

    def write(self, connection: Connection, records: Sequence[Engagement]) -> None:
        """Insert or replace."""
        self.delete(connection, [record.id for record in records])
        if not records:
            return
        insert_rows(connection, ENGAGEMENT, [self._row(record) for record in records])
        numbers: dict[str, int] = {}
        for part in chunks([record.id for record in records]):
            query = select(ENGAGEMENT.c.id, ENGAGEMENT.c.number).where(ENGAGEMENT.c.id.in_(part))
            numbers |= {row[0]: row[1] for row in connection.execute(query)}
        rows = [
            {"engagement_number": numbers[record.id], "organization_id": item.organization_id, "role": item.role}
            for record in records
            for item in record.participations
        ]
        insert_rows(connection, PARTICIPATION, rows)

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
        """Return the engagement as JSON; participants by id, because their order means nothing."""
        parts = tuple(sorted(record.participations, key=lambda part: part.organization_id))
        return record.model_copy(update={"participations": parts}).model_dump_json(exclude_defaults=True)

    def load(self, text: str) -> Engagement:
        """Read back what `dump` wrote."""
        return Engagement.model_validate_json(text)
