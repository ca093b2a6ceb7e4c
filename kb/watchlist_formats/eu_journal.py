"""Sanctions as published in the Official Journal of the European Union, one row per entry of an annex."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.duplicates import normalize_name
from kb.importing.countries import country_code
from kb.importing.files import Table
from kb.watchlist_formats.entities import (
    Format,
    Kind,
    ListedEntity,
    countries_of,
    distinct,
    is_weak,
    name_parts,
    nameless,
    read_date,
    row_id,
)

KINDS: dict[str, Kind] = {
    "legalentity": "organization",
    "company": "organization",
    "organization": "organization",
    "publicbody": "organization",
    "person": "person",
    "vessel": "vessel",
    "airplane": "aircraft",
}
MANY = 3


def _entities(table: Table) -> Iterator[ListedEntity]:
    for row, cells in table.rows():
        name, in_brackets, acronyms = name_parts(cells["name"])
        if not name:
            nameless(table, row, "name")
            continue
        others = [*in_brackets, *_names(cells["alias"]), *_names(cells.get("previousName", ""))]
        weak = [*acronyms, *_names(cells.get("weakAlias", "")), *filter(is_weak, others)]
        numbers = re.split(r"[;,]", cells.get("registrationNumber", ""))
        yield ListedEntity(
            list_code="eu_journal",
            entity_id=row_id(cells["celex"], cells.get("annex", ""), cells["recordId"], cells["name"]),
            name=name,
            aliases=distinct((other for other in others if not is_weak(other)), but=[name]),
            weak_aliases=distinct(weak, but=[name]),
            countries=_countries(cells),
            registration_numbers=distinct(
                [*(re.sub(r"\([^()]*\)", "", number) for number in numbers), cells.get("leiCode", "")]
            ),
            programme=cells["programKey"].strip(),
            measure=cells["measure"].strip(),
            grounds=" ".join(cells.get("reason", "").split()),
            start=read_date(cells["startDate"], table, row, "startDate"),
            locator=f"{table.path.name}, row {row} (CELEX {cells['celex']}, annex {cells.get('annex', '')})",
            kind=KINDS.get(cells.get("schema", "").strip().casefold(), "organization"),
        )


def _names(cell: str) -> Iterator[str]:
    """Split a cell of names: by semicolons, and by commas where these clearly stand between names."""
    for part in cell.split(";"):
        pieces: list[str] = []
        for piece in part.split(","):
            if pieces and len(normalize_name(f"x {piece[:200]}")) < MANY:
                pieces[-1] += "," + piece
            else:
                pieces.append(piece)
        words = [set(normalize_name(piece[:200]).split()) for piece in pieces]
        repeated = len(pieces) > 1 and all(words[0] & others for others in words[1:])
        for name in pieces if len(pieces) > MANY or repeated else [part]:
            rest, aliases, weak = name_parts(name)
            yield from (rest, *aliases, *weak)


def _countries(cells: dict[str, str]) -> tuple[str, ...]:
    """Return the countries given, and those in which its addresses end."""
    given = countries_of(re.split(r"[;,]", f"{cells.get('country', '')};{cells.get('jurisdiction', '')}"))
    endings = (address.rsplit(",", 1)[-1].strip(" .") for address in cells.get("address", "").split(";"))
    located = tuple(code for ending in endings if len(ending) > 2 and (code := country_code(ending)))
    return distinct((*given, *located))


EU_JOURNAL = Format(
    "eu_journal",
    "EU restrictive measures (Official Journal)",
    "European Union",
    ("celex", "recordId", "programKey", "measure", "startDate", "name", "alias"),
    _entities,
)
