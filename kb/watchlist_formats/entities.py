"""What every watchlist format is turned into, and how cells are read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kb.duplicates import normalize_name
from kb.importing.countries import country_code, nearest_country
from kb.importing.files import Table
from kb.importing.parsed import Rejection

Kind = Literal["organization", "person", "vessel", "aircraft", "other"]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OPEN_ENDED = frozenset({"", "ongoing", "indefinite", "permanent", "n/a", "-"})
BRACKETS = re.compile(r"\(([^()]{1,300})\)")
OTHER_NAME = re.compile(
    r"^\W*(?:previously|formerly|also|now)?\s*"
    r"(?:known as|trading as|operating as|doing business as|formerly|[afd][./]?k[./]?a\.?|d[./]?b[./]?a\.?)\s*:?\s*",
    re.IGNORECASE,
)
QUOTES = "\"'`\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb\u2039\u203a\u2033"
LONGEST_WEAK = 8


@dataclass(frozen=True)
class ListedEntity:
    """One entry of a watchlist.

    Attributes
    ----------
    list_code, entity_id : str
        Together they identify the entry; stable as long as the publisher leaves the entry as it is.
    name : str
    aliases : tuple of str
        Other full names, former ones too.
    weak_aliases : tuple of str
        Acronyms and nicknames, which many others share.
    countries : tuple of str
        ISO 3166-1 alpha-2, as far as the list tells.
    registration_numbers : tuple of str
    programme, measure, grounds : str
        Of which sanctions regime, what is forbidden, and why; empty when the list does not say.
    start, end : datetime.date or None
        An `end` of None is open: for ever, or until delisted.
    locator : str
        Where in the file it stands, e.g. ``sdn.csv, row 12``.
    kind : str
        What it is: organization, person, vessel, aircraft, other.
    """

    list_code: str
    entity_id: str
    name: str
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    registration_numbers: tuple[str, ...] = ()
    programme: str = ""
    measure: str = ""
    grounds: str = ""
    start: date | None = None
    end: date | None = None
    locator: str = ""
    kind: Kind = "organization"

    def in_force(self, day: date) -> bool:
        """Return whether the entry applies on a day; an unknown date does not speak against it."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def _not_told(entities: Iterable[ListedEntity]) -> date | None:  # noqa: ARG001
    return None


@dataclass(frozen=True)
class Format:
    """A publisher's format: how it is recognized, and how it is read."""

    code: str
    title: str
    publisher: str
    columns: tuple[str, ...]
    entities: Callable[[Table], Iterator[ListedEntity]]
    published_on: Callable[[Iterable[ListedEntity]], date | None] = _not_told


def distinct(texts: Iterable[str], *, but: Iterable[str] = ()) -> tuple[str, ...]:
    """Return texts in order, trimmed, without empty and repeated ones and without those in `but`."""
    seen = {text.casefold() for text in but}
    kept = []
    for text in texts:
        trimmed = " ".join(text.split()).strip(" ;,")
        if trimmed and trimmed.casefold() not in seen:
            seen.add(trimmed.casefold())
            kept.append(trimmed)
    return tuple(kept)


def row_id(*parts: str) -> str:
    """Return a short id for a row whose publisher numbers nothing."""
    return hashlib.sha256("\x1f".join(" ".join(part.split()).casefold() for part in parts).encode()).hexdigest()[:16]


def countries_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return ISO 3166-1 alpha-2 codes of the countries that are recognized, misspelt ones too."""
    found = []
    for text in texts:
        cleaned = text.strip(" .;")
        code = country_code(cleaned) if cleaned else None
        if code is None and len(cleaned) > 5:
            code = country_code(nearest_country(cleaned)) if nearest_country(cleaned) else None
        if code and code not in found:
            found.append(code)
    return tuple(found)


def name_parts(name: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Split what a list puts into one cell: the name, other names in brackets, and acronyms in brackets.

    ``A2Z Infra Limited (previously known as A2Z Maintenance Limited)`` has an alias, ``Korean National
    Insurance Company (KNIC)`` a weak one, ``A2Z Waste (Aligarh) Ltd.`` neither.
    """
    aliases: list[str] = []
    weak: list[str] = []

    def judge(match: re.Match[str]) -> str:
        inside = match[1].strip()
        bare = inside.strip(QUOTES + " .")
        other = OTHER_NAME.match(inside)
        if other and other[0].strip(QUOTES + " "):
            aliases.append(inside[other.end() :].strip(QUOTES + " "))
            return " "
        if bare != inside.strip(" .") or _is_acronym(bare):
            (weak if is_weak(bare) else aliases).append(bare)
            return " "
        return match[0]

    rest = " ".join(BRACKETS.sub(judge, name).split()).strip(" ,;")
    return rest or name.strip(), tuple(aliases), tuple(weak)


def _is_acronym(text: str) -> bool:
    return 2 <= len(text) <= LONGEST_WEAK and " " not in text and text.isupper() and country_code(text) is None


def is_weak(alias: str) -> bool:
    """Return whether an alias is so short that many others bear it."""
    core = normalize_name(alias[:200])
    return " " not in core and len(core) <= LONGEST_WEAK


def read_date(text: str, table: Table, row: int, column: str) -> date | None:
    """Read a date as lists write them; None when it is open-ended.

    They write 2024-07-01T12:00:59Z, Jul 03, 2024, 21.5.2025 and 21 May 2025. A text that is no date is
    noted among the table's rejections, and the entry stays.
    """
    trimmed = text.strip()
    if trimmed.casefold() in OPEN_ENDED:
        return None
    try:
        return _date(trimmed)
    except ValueError:
        problem = "not a date; the entry is kept without it"
        table.rejections.append(
            Rejection(row, column, trimmed[:80], problem, "write it like 2024-07-31 or Ongoing", fatal=False)
        )
        return None


def _date(text: str) -> date:
    if named := re.fullmatch(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}), (\d{4})", text):
        return date(int(named[3]), MONTHS.index(named[1].casefold()) + 1, int(named[2]))
    if dotted := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    if spelt := re.fullmatch(r"(\d{1,2}) ([A-Za-z]{3})[a-z]*\.? (\d{4})", text):
        return date(int(spelt[3]), MONTHS.index(spelt[2].casefold()) + 1, int(spelt[1]))
    return date.fromisoformat(text[:10])


def nameless(table: Table, row: int, column: str) -> None:
    """Note that a row names nobody."""
    table.rejections.append(Rejection(row, column, "", "the row names no entity", "fill in the name"))
