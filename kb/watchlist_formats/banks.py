"""Debarments by development banks: the EBRD's ineligible entities and the IDB's sanctioned firms."""

from __future__ import annotations

from collections.abc import Iterator

from kb.importing.files import Table
from kb.watchlist_formats.entities import (
    Format,
    Kind,
    ListedEntity,
    countries_of,
    distinct,
    name_parts,
    nameless,
    read_date,
    row_id,
)


def _ebrd(table: Table) -> Iterator[ListedEntity]:
    for row, cells in table.rows():
        name, aliases, weak = name_parts(cells["Firm Name"])
        if not name:
            nameless(table, row, "Firm Name")
            continue
        effective = cells.get("Notice Effective At EBRD", "")
        yield ListedEntity(
            list_code="ebrd",
            entity_id=row_id(cells["Firm Name"], cells.get("Address", ""), cells["Ineligible From"], effective),
            name=name,
            aliases=distinct(aliases, but=[name]),
            weak_aliases=distinct(weak, but=[name]),
            countries=countries_of([cells["Nationality"]]),
            programme=cells.get("Originating Institution", "").strip(),
            measure="Debarment",
            grounds=cells["Prohibited Practice"].strip(),
            start=read_date(cells["Ineligible From"] or effective, table, row, "Ineligible From"),
            end=read_date(cells["Ineligible Until"], table, row, "Ineligible Until"),
            locator=f"{table.path.name}, row {row}",
        )


def _iadb(table: Table) -> Iterator[ListedEntity]:
    for row, cells in table.rows():
        name, aliases, weak = name_parts(cells["Title"])
        if not name:
            nameless(table, row, "Title")
            continue
        individual = cells["Entity"].strip().casefold() in ("individual", "person")
        kind: Kind = "person" if individual else "organization"
        yield ListedEntity(
            list_code="iadb",
            entity_id=row_id(cells["Title"], cells["Nationality"], cells["From"], cells["To"]),
            name=name,
            aliases=distinct((*aliases, *cells.get("Other Name", "").split(";")), but=[name]),
            weak_aliases=distinct(weak, but=[name]),
            countries=countries_of([cells["Nationality"]]),
            programme=cells["Source"].strip(),
            measure=cells.get("IDB Sanction Type", "").strip() or "Debarment",
            grounds=cells["Grounds"].strip(),
            start=read_date(cells["From"], table, row, "From"),
            end=read_date(cells["To"], table, row, "To"),
            locator=f"{table.path.name}, row {row}",
            kind=kind,
        )


EBRD = Format(
    "ebrd",
    "EBRD Ineligible Entities",
    "European Bank for Reconstruction and Development",
    ("Firm Name", "Nationality", "Ineligible From", "Ineligible Until", "Prohibited Practice"),
    _ebrd,
)
IADB = Format(
    "iadb",
    "IDB Sanctioned Firms and Individuals",
    "Inter-American Development Bank",
    ("Title", "Entity", "Nationality", "From", "To", "Grounds", "Source"),
    _iadb,
)
