"""What the kinds of records share: tables, the repository protocol, sources and evidence as columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, RowMapping, Table, insert

from kb.engines import postgres
from kb.organization import Evidence, Source
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


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns, in the way that is fastest for the engine."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        postgres.copy_rows(connection, table, rows)
    else:
        connection.execute(insert(table), rows)


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


def source_of(row: RowMapping) -> Source:
    """Read a source from a row's columns."""
    return Source.model_construct(name=row["source_name"], url=row["source_url"], row=row["source_row"])


def evidence_text(evidence: tuple[Evidence, ...]) -> str:
    """Return evidence as JSON."""
    return json.dumps([[item.text, item.verbatim, item.where] for item in evidence], ensure_ascii=False)


def evidence_of(text: str) -> tuple[Evidence, ...]:
    """Read back what `evidence_text` wrote."""
    return tuple(Evidence.model_construct(text=item[0], verbatim=item[1], where=item[2]) for item in json.loads(text))
