"""Watchlists as rows: the copy in use of each list with its entries, and what tells two copies apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from kb.casework.screenings import ListUsed
from kb.errors import UnknownRecordError
from kb.importing.parsed import Rejection
from kb.records import insert_rows
from kb.tables import ListedEntityRow, WatchlistRow
from kb.watchlists import ListedEntity, Staleness, Watchlist, staleness

LIST = WatchlistRow.__table__  # type: ignore[attr-defined]
ENTITY = ListedEntityRow.__table__  # type: ignore[attr-defined]
TEXTS = ("aliases", "weak_aliases", "countries", "registration_numbers")
FIELDS = (
    "entity_id",
    "name",
    *TEXTS,
    "programme",
    "measure",
    "grounds",
    "start",
    "end",
    "locator",
    "kind",
)


@dataclass(frozen=True)
class StoredWatchlist:
    """The copy of a list that is in use, without its entries.

    Attributes
    ----------
    code, title, publisher : str
    published_on : datetime.date or None
    read_on : datetime.date
    entities : int
        How many entries it has.
    digest : str
        Of the file, SHA-256 in hex; of the entries when it did not come from a file.
    imported_by, imported_at : str, datetime.datetime
        UTC.
    rejections : tuple of Rejection
        Rows of the file that are not among the entries, and fields that were left out.
    counts : mapping
        What this copy changed: ``new``, ``changed``, ``gone``.
    """

    code: str
    title: str
    publisher: str
    published_on: date | None
    read_on: date
    entities: int
    digest: str
    imported_by: str
    imported_at: datetime
    rejections: tuple[Rejection, ...]
    counts: Mapping[str, int]

    def staleness(self, today: date) -> Staleness:
        """Return how old this copy is on a day."""
        return staleness(Watchlist(self.code, self.title, self.publisher, self.published_on, self.read_on, ()), today)

    @property
    def used(self) -> ListUsed:
        """The list as a screening names it."""
        return ListUsed(
            code=self.code,
            title=self.title,
            published_on=self.published_on,
            read_on=self.read_on,
            digest=self.digest,
        )


def in_use_query(code: str) -> Select[Any]:
    """Ask for the copy of a list that is in use."""
    return select(LIST).where(LIST.c.code == code, LIST.c.in_use)


def row_in_use(connection: Connection, code: str) -> Mapping[Any, Any]:
    """Return the row of the copy in use.

    Raises
    ------
    UnknownRecordError
        When there is no such list.
    """
    row = connection.execute(in_use_query(code)).mappings().first()
    if row is None:
        codes = connection.execute(select(LIST.c.code).where(LIST.c.in_use).order_by(LIST.c.code))
        known = ", ".join(item[0] for item in codes)
        raise UnknownRecordError(f"there is no watchlist {code!r}; imported are: {known or 'none'}")
    return row


def stored_from(row: Mapping[Any, Any]) -> StoredWatchlist:
    """Read a copy, without its entries, from its row."""
    names = ("code", "title", "publisher", "published_on", "read_on", "entities", "digest", "imported_by")
    return StoredWatchlist(
        **{name: row[name] for name in names},
        imported_at=row["imported_at"].replace(tzinfo=UTC),
        rejections=tuple(Rejection(**fields) for fields in json.loads(row["rejections"])),
        counts=json.loads(row["counts"]),
    )


def read_list(connection: Connection, code: str) -> Watchlist:
    """Read the copy of a list that is in use, with its entries."""
    row = row_in_use(connection, code)
    stored = stored_from(row)
    entities = read_entities(connection, row["number"], code)
    return Watchlist(
        code, stored.title, stored.publisher, stored.published_on, stored.read_on, entities, stored.rejections
    )


def read_entities(connection: Connection, number: int, code: str) -> tuple[ListedEntity, ...]:
    """Read the entries of a copy, in the order of its file."""
    columns = [ENTITY.c[name] for name in FIELDS]
    query = select(*columns).where(ENTITY.c.watchlist_number == number).order_by(ENTITY.c.position)
    rows = (dict(zip(FIELDS, row, strict=True)) for row in connection.execute(query))
    return tuple(ListedEntity(code, **row | {name: tuple(json.loads(row[name])) for name in TEXTS}) for row in rows)


def write_entities(connection: Connection, number: int, entities: Sequence[ListedEntity]) -> None:
    """Write the entries of a copy, in their order."""
    rows = [_entity_row(number, position, entity) for position, entity in enumerate(entities)]
    insert_rows(connection, ENTITY, rows)


def _entity_row(number: int, position: int, entity: ListedEntity) -> dict[str, Any]:
    values = {name: getattr(entity, name) for name in FIELDS}
    texts = {name: json.dumps(values[name], ensure_ascii=False) for name in TEXTS}
    return values | texts | {"watchlist_number": number, "position": position}


def entities_digest(entities: Sequence[ListedEntity]) -> str:
    """Return a digest of all that entries say, whatever their order and their place in the file."""
    facts = sorted(json.dumps(astuple(replace(entity, locator="")), default=str) for entity in entities)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def entity_changes(
    before: Mapping[str, ListedEntity], after: Mapping[str, ListedEntity]
) -> tuple[list[str], list[str], list[str]]:
    """Return the names of entries that are new, changed and gone; its place in the file does not change an entry."""
    new = [entity.name for key, entity in after.items() if key not in before]
    changed = [
        entity.name
        for key, entity in after.items()
        if key in before and replace(entity, locator="") != replace(before[key], locator="")
    ]
    gone = [entity.name for key, entity in before.items() if key not in after]
    return new, changed, gone
