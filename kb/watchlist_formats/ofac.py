"""The SDN list of the US Treasury's OFAC: twelve columns, no header, `-0-` for nothing.

Format: OFAC, "SDN data specification" (dat_spec.txt): ent_num, SDN_Name, SDN_Type, Program, Title,
Call_Sign, Vess_type, Tonnage, GRT, Vess_flag, Vess_owner, Remarks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kb.importing.parsed import Rejection
from kb.watchlist_formats.entities import (
    Format,
    Kind,
    ListedEntity,
    countries_of,
    distinct,
    is_weak,
    name_parts,
)

COLUMNS = 12
NAME, TYPE, PROGRAM, FLAG, REMARKS = 1, 2, 3, 9, 11
KINDS: dict[str, Kind] = {"": "organization", "individual": "person", "vessel": "vessel", "aircraft": "aircraft"}
ALIAS = re.compile(r"\b[afn]\.k\.a\. (?:'(.{1,500}?)'|\"(.{1,500}?)\")(?=[;.]|$)")
NUMBER = re.compile(
    r"(?:Number|Tax ID No\.|Registration ID|Identification|National ID No\.|NIT #|RUC #|R\.F\.C\.|C\.R\. No\.|"
    r"Folio Mercantil No\.|License(?: No\.)?|V\.A\.T\. Number|Matricula Mercantil No|Code \(USCC\)|IMO) "
    r"((?=[^;(]{0,100}\d)[^;(]{1,150}?)\s{0,5}(?=\(|;|\.?$)"
)
IN_COUNTRY = re.compile(r"\d[^;(]{0,100}\(([A-Z][^;()]{1,100})\)")
LINKED = re.compile(r"Linked To: [^;]+")


def looks_like_sdn(cells: Sequence[str]) -> bool:
    """Return whether a file's first row is one of the SDN list."""
    return len(cells) == COLUMNS and cells[0].strip().isdigit() and bool(cells[NAME].strip())


def sdn_entities(
    rows: Iterable[tuple[int, list[str]]], file: str, rejections: list[Rejection]
) -> Iterator[ListedEntity]:
    """Yield the entries; rows of another width are noted among the rejections.

    Parameters
    ----------
    rows : iterable of (row number, cells)
    file : str
        The file's name, for locators.
    rejections : list of Rejection
        Grows.
    """
    for row, raw in rows:
        cells = ["" if (trimmed := cell.strip(" \x1a\r\n")) == "-0-" else trimmed for cell in raw]
        if not any(cells):
            continue
        if len(cells) != COLUMNS or not cells[0].isdigit() or not cells[NAME]:
            problem = f"not a row of the SDN list ({len(cells)} cells)"
            rejections.append(Rejection(row, "", " ".join(cells)[:80], problem, "download the list again"))
            continue
        yield _entity(cells, f"{file}, row {row}")


def _entity(cells: Sequence[str], locator: str) -> ListedEntity:
    remarks = LINKED.sub("", cells[REMARKS])
    name, others, acronyms = name_parts(cells[NAME])
    others = (*others, *(found[1] or found[2] for found in ALIAS.finditer(remarks)))
    return ListedEntity(
        list_code=OFAC_SDN.code,
        entity_id=cells[0],
        name=name,
        aliases=distinct((other for other in others if not is_weak(other)), but=[name]),
        weak_aliases=distinct((*acronyms, *filter(is_weak, others)), but=[name]),
        countries=countries_of([cells[FLAG], *IN_COUNTRY.findall(remarks)]),
        registration_numbers=distinct(number.rstrip(".") for number in NUMBER.findall(remarks)),
        programme=re.sub(r"\]\s*\[", "; ", cells[PROGRAM]).strip("[] "),
        measure="Specially Designated National",
        locator=locator,
        kind=KINDS.get(cells[TYPE].casefold(), "other"),
    )


def _no_table(table: object) -> Iterator[ListedEntity]:
    raise TypeError(f"{table!r}: the SDN list has no header; read it with sdn_entities")


OFAC_SDN = Format(
    "ofac_sdn",
    "OFAC Specially Designated Nationals (SDN)",
    "US Department of the Treasury",
    (),
    _no_table,
)
