"""OpenSanctions' `targets.simple.csv`, of any of its collections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from kb.importing.files import Table
from kb.watchlist_formats.entities import Format, Kind, ListedEntity, distinct, is_weak, nameless

KINDS: dict[str, Kind] = {
    "organization": "organization",
    "company": "organization",
    "legalentity": "organization",
    "publicbody": "organization",
    "person": "person",
    "vessel": "vessel",
    "airplane": "aircraft",
}


def _entities(table: Table) -> Iterator[ListedEntity]:
    for row, cells in table.rows():
        name = " ".join(cells["name"].split())
        if not name or not cells["id"].strip():
            nameless(table, row, "name")
            continue
        aliases = cells["aliases"].split(";")
        codes = (code.strip().upper() for code in cells["countries"].split(";"))
        yield ListedEntity(
            list_code="opensanctions",
            entity_id=cells["id"].strip(),
            name=name,
            aliases=distinct((alias for alias in aliases if not is_weak(alias)), but=[name]),
            weak_aliases=distinct(filter(is_weak, aliases), but=[name]),
            countries=distinct(code for code in codes if len(code) == 2),
            registration_numbers=distinct(cells["identifiers"].split(";")),
            programme=cells["dataset"].strip(),
            measure=cells["sanctions"].strip(),
            locator=f"{table.path.name}, row {row}{_seen(cells)}",
            kind=KINDS.get(cells["schema"].strip().casefold(), "other"),
        )


def _seen(cells: dict[str, str]) -> str:
    seen = cells.get("last_seen", "").strip()[:10]
    return f", seen {seen}" if seen else ""


def _published_on(entities: Iterable[ListedEntity]) -> date | None:
    """Return the newest day on which an entry was seen: that of the file's making."""
    days = []
    for entity in entities:
        _, marked, seen = entity.locator.rpartition(", seen ")
        if marked:
            try:
                days.append(date.fromisoformat(seen))
            except ValueError:
                continue
    return max(days, default=None)


OPENSANCTIONS = Format(
    "opensanctions",
    "OpenSanctions targets",
    "OpenSanctions",
    ("id", "schema", "name", "aliases", "countries", "identifiers", "sanctions", "dataset"),
    _entities,
    _published_on,
)
