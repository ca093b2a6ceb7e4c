"""Watchlists: sanctioned and debarred organizations, read from the publishers' own files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Literal

from kb.errors import ImportFileError
from kb.importing.delimited import DELIMITED, open_delimited
from kb.importing.files import Limits, Table, open_table
from kb.importing.parsed import Rejection
from kb.watchlist_formats import FORMATS, Format
from kb.watchlist_formats.entities import Kind, ListedEntity
from kb.watchlist_formats.ofac import OFAC_SDN, looks_like_sdn, sdn_entities

__all__ = ["Kind", "ListedEntity", "Staleness", "Watchlist", "read_watchlist", "staleness"]

OLD_AFTER_DAYS = 30
STALE_AFTER_DAYS = 180


@dataclass(frozen=True)
class Watchlist:
    """One list of sanctioned or debarred entities, as its publisher had it on a day.

    Attributes
    ----------
    code : str
        Short and stable, e.g. ``ofac_sdn``.
    title, publisher : str
    published_on : datetime.date or None
        None when the file does not say; it is never guessed.
    read_on : datetime.date
        The day on which the file was obtained or read.
    entities : tuple of ListedEntity
        Expired debarments included, with their dates.
    rejections : tuple of Rejection
        Rows that are not among the entities, and fields that were left out.
    """

    code: str
    title: str
    publisher: str
    published_on: date | None
    read_on: date
    entities: tuple[ListedEntity, ...]
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True)
class Staleness:
    """How old a watchlist is.

    Attributes
    ----------
    days : int
        Since it was published, or since it was read when that is not known; never negative.
    basis : {"published", "read"}
        What `days` counts from.
    level : {"current", "old", "stale"}
        *Old* after 30 days, *stale* after 180: results no longer say that somebody is not listed. A list from
        the future is stale too: the clock is wrong, and nobody knows how old it is.
    """

    days: int
    basis: Literal["published", "read"]
    level: Literal["current", "old", "stale"]


def staleness(watchlist: Watchlist, today: date) -> Staleness:
    """Return how old a watchlist is on a day."""
    basis: Literal["published", "read"] = "read" if watchlist.published_on is None else "published"
    age = (today - (watchlist.published_on or watchlist.read_on)).days
    days = max(0, age)
    if days > STALE_AFTER_DAYS or age < -1:
        return Staleness(days, basis, "stale")
    return Staleness(days, basis, "old" if days > OLD_AFTER_DAYS else "current")


def read_watchlist(path: Path, *, read_on: date | None = None, published_on: date | None = None) -> Watchlist:
    """Read a watchlist file, finding out from its columns whose list it is.

    Parameters
    ----------
    path : Path
        OFAC ``sdn.csv``, sanctions from the EU Official Journal, the EBRD's ineligible entities, the IDB's
        sanctioned firms, or OpenSanctions ``targets.simple.csv``; also gzipped.
    read_on : datetime.date, optional
        The day on which the file was obtained; today by default.
    published_on : datetime.date, optional
        The day of publication, for files that do not tell.

    Returns
    -------
    Watchlist

    Raises
    ------
    ImportFileError
        When the file cannot be read, or is no watchlist in a known format.
    """
    path = Path(path)
    rows = _first_rows(path)
    if rows is not None:
        first = next(rows, None)
        if first is not None and looks_like_sdn(first[1]):
            rejections: list[Rejection] = []
            entities = _unique(sdn_entities(chain((first,), rows), path.name, rejections))
            return _watchlist(path, OFAC_SDN, entities, rejections, published_on, read_on)
    table = open_table(path)
    known = _format_of(table)
    entities = _unique(known.entities(table))
    found = published_on or known.published_on(entities)
    return _watchlist(path, known, entities, table.rejections, found, read_on)


def _first_rows(path: Path) -> Iterator[tuple[int, list[str]]] | None:
    """Open a text file without asking for a header; None when `open_table` should say what is wrong."""
    suffix = path.suffix.lower()
    if suffix not in (*DELIMITED, ".gz") or not path.is_file() or path.stat().st_size == 0:
        return None
    return open_delimited(path, Limits().unpacked_bytes)[0]


def _format_of(table: Table) -> Format:
    for known in FORMATS:
        if set(known.columns) <= set(table.header):
            return known
    expected = "; ".join(f"{known.title}: {', '.join(known.columns)}" for known in FORMATS)
    raise ImportFileError(
        f"{table.path.name}: not a watchlist in a known format; found the columns {', '.join(table.header)[:500]}; "
        f"give the publisher's own file. Known are {OFAC_SDN.title}: 12 columns without a header; {expected}"
    )


def _unique(entities: Iterator[ListedEntity]) -> tuple[ListedEntity, ...]:
    """Drop rows that repeat an entity in full (an id stands for all that tells two rows apart)."""
    return tuple({entity.entity_id: entity for entity in entities}.values())


def _watchlist(
    path: Path,
    known: Format,
    entities: tuple[ListedEntity, ...],
    rejections: list[Rejection],
    published_on: date | None,
    read_on: date | None,
) -> Watchlist:
    if not entities:
        raise ImportFileError(f"{path.name}: none of the rows names an entity; download the list again")
    day = read_on or date.today()
    return Watchlist(known.code, known.title, known.publisher, published_on, day, entities, tuple(rejections))
