"""Watchlists in the knowledge base: the copy in use of each list, and the copy that it replaced.

Importing a newer copy replaces the one in use in one transaction and says what changed. The copy before is kept until
the next import of that list, so that an import can be undone once. Every import, undo and removal is an event of the
trail (stream ``watchlist:<code>``), which is never changed: `WatchlistStore.history` reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from kb.casework import trail
from kb.casework.desk import Desk, person, reasoned
from kb.casework.trail import Draft, Event
from kb.errors import ConflictError, KbError
from kb.people import recorded_as, require, right_to_undo
from kb.roles import Permission
from kb.watchlist_rows import (
    LIST,
    StoredWatchlist,
    entities_digest,
    entity_changes,
    in_use_query,
    read_entities,
    read_list,
    row_in_use,
    stored_from,
    write_entities,
)
from kb.watchlists import ListedEntity, Staleness, Watchlist, read_watchlist

__all__ = ["StoredWatchlist", "WatchlistImport", "WatchlistStore"]

FAMILY = "watchlist"
NAMED = 10


@dataclass(frozen=True)
class WatchlistImport:
    """What an import did.

    Attributes
    ----------
    action : {"added", "replaced", "refreshed", "unchanged"}
        *Refreshed*: the entries are the same and were obtained on a later day.
    watchlist : StoredWatchlist
        The copy now in use.
    counts : dict
        ``new``, ``changed``, ``gone``; an entry is the same when all but its place in the file is.
    new, changed, gone : tuple of str
        Names, the first ten of each.
    """

    action: Literal["added", "replaced", "refreshed", "unchanged"]
    watchlist: StoredWatchlist
    counts: Mapping[str, int]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class WatchlistStore(Desk):
    """The watchlists of one knowledge base; `KnowledgeBase.watchlists` hands it out."""

    def all(self) -> list[StoredWatchlist]:
        """Return the copies in use, by code, without their entries."""
        with self._reading() as connection:
            query = select(LIST).where(LIST.c.in_use).order_by(LIST.c.code)
            return [stored_from(row) for row in connection.execute(query).mappings()]

    def get(self, code: str) -> StoredWatchlist:
        """Return the copy of a list that is in use.

        Raises
        ------
        UnknownRecordError
            When there is no such list.
        """
        with self._reading() as connection:
            return stored_from(row_in_use(connection, code))

    def watchlists(self, *codes: str) -> list[Watchlist]:
        """Return lists with their entries, all of them by default, as `kb.watchlists.read_watchlist` reads them."""
        with self._reading() as connection:
            wanted = codes or [
                row[0] for row in connection.execute(select(LIST.c.code).where(LIST.c.in_use).order_by(LIST.c.code))
            ]
            return [read_list(connection, code) for code in wanted]

    def entities(self, *codes: str) -> tuple[ListedEntity, ...]:
        """Return the entries of lists, of all of them by default."""
        return tuple(entity for watchlist in self.watchlists(*codes) for entity in watchlist.entities)

    def staleness(self, today: date) -> dict[str, Staleness]:
        """Return how old each list is on a day, by code."""
        return {stored.code: stored.staleness(today) for stored in self.all()}

    def history(self, code: str) -> list[Event]:
        """Return every import, undo and removal of a list, oldest first."""
        with self._reading() as connection:
            return trail.read(connection, [trail.stream_name(FAMILY, code)])

    def import_file(
        self, path: Path, *, read_on: date | None = None, published_on: date | None = None, who: str | None = None
    ) -> WatchlistImport:
        """Read a publisher's file and put it in use.

        Parameters
        ----------
        path : Path
        read_on : datetime.date, optional
            The day on which it was obtained; by default the day on which the file was last written, so that an old
            file does not pass for a current list.
        published_on : datetime.date, optional
            For files that do not tell.
        who : str, optional

        Raises
        ------
        ImportFileError
            When the file is no watchlist.
        ConflictError
            When it is older than the copy in use.
        """
        written = date.fromtimestamp(Path(path).stat().st_mtime) if Path(path).is_file() else None
        watchlist = read_watchlist(path, read_on=read_on or written, published_on=published_on)
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return self.put_in_use(watchlist, digest=digest, who=who)

    def put_in_use(self, watchlist: Watchlist, *, digest: str = "", who: str | None = None) -> WatchlistImport:
        """Replace the copy of a list that is in use; the one before is kept until the next time.

        Parameters
        ----------
        watchlist : Watchlist
        digest : str
            Of its file; by default of its entries.
        who : str, optional

        Raises
        ------
        ConflictError
            When it is older than the copy in use.
        """
        if len({entity.entity_id for entity in watchlist.entities}) < len(watchlist.entities):
            raise KbError(f"{watchlist.title}: two entries have the same id; nothing was changed")
        digest = digest or entities_digest(watchlist.entities)
        name = recorded_as(who)
        with self._writing() as connection:
            row = connection.execute(in_use_query(watchlist.code)).mappings().first()
            if row is None:
                return _land(connection, watchlist, digest, name, None, {})
            before = {entity.entity_id: entity for entity in read_entities(connection, row["number"], watchlist.code)}
            if _same(watchlist, row, before):
                return _unchanged(connection, watchlist, row, name)
            _refuse_older(watchlist, stored_from(row))
            return _land(connection, watchlist, digest, name, row["number"], before)

    def undo(self, code: str, reason: str, who: str | None = None) -> StoredWatchlist | None:
        """Take the last import of a list back; returns the copy in use then, None when it was the only one.

        Raises
        ------
        ConflictError
            When the copy before is no longer kept.
        NotPermittedError
            When somebody else imported it, and the person at work may not withdraw a list.
        UnknownRecordError
            When there is no such list.
        """
        why, name = reasoned(reason, "undoing an import"), person(who)
        with self._writing() as connection:
            row = row_in_use(connection, code)
            by = row["imported_by"]
            require(right_to_undo(by, Permission.WITHDRAW_WATCHLIST), f"{row['title']} was imported by {by}")
            before = row["replaced"]
            kept = None if before is None else connection.execute(select(LIST).where(LIST.c.number == before)).first()
            if before is not None and kept is None:
                raise ConflictError(f"the copy before {code} of {row['read_on']} is no longer kept; import it again")
            connection.execute(delete(LIST).where(LIST.c.number == row["number"]))
            connection.execute(update(LIST).where(LIST.c.number == before).values(in_use=True))
            _note(connection, code, "undone", {"digest": row["digest"], "reason": why}, name)
            return None if before is None else stored_from(row_in_use(connection, code))

    def remove(self, code: str, reason: str, who: str | None = None) -> None:
        """Remove a list; screenings no longer use it, and what they found before stays in their cases.

        Raises
        ------
        NotPermittedError
            When the person at work may not withdraw a list.
        UnknownRecordError
            When there is no such list.
        """
        require(Permission.WITHDRAW_WATCHLIST)
        why, name = reasoned(reason, "removing a watchlist"), person(who)
        with self._writing() as connection:
            row = row_in_use(connection, code)
            connection.execute(delete(LIST).where(LIST.c.code == code))
            _note(connection, code, "removed", {"digest": row["digest"], "reason": why}, name)


def _same(watchlist: Watchlist, row: Mapping[Any, Any], before: Mapping[str, ListedEntity]) -> bool:
    after = {entity.entity_id: entity for entity in watchlist.entities}
    new, changed, gone = entity_changes(before, after)
    return not (new or changed or gone) and watchlist.published_on in (None, row["published_on"])


def _refuse_older(watchlist: Watchlist, stored: StoredWatchlist) -> None:
    ours, theirs = stored.published_on, watchlist.published_on
    if ours is None or theirs is None:
        ours, theirs = stored.read_on, watchlist.read_on
    if theirs < ours:
        raise ConflictError(
            f"{watchlist.title} of {theirs} is older than the copy in use, of {ours}; nothing was changed. If it is "
            "newer, say on which day it was obtained; to go back to it on purpose, remove the list first"
        )


def _unchanged(connection: Connection, watchlist: Watchlist, row: Mapping[Any, Any], who: str) -> WatchlistImport:
    counts = {"new": 0, "changed": 0, "gone": 0}
    if watchlist.read_on <= row["read_on"]:
        return WatchlistImport("unchanged", stored_from(row), counts)
    connection.execute(update(LIST).where(LIST.c.number == row["number"]).values(read_on=watchlist.read_on))
    _note(connection, watchlist.code, "refreshed", {"read_on": watchlist.read_on.isoformat()}, who)
    return WatchlistImport("refreshed", stored_from(row_in_use(connection, watchlist.code)), counts)


def _land(
    connection: Connection,
    watchlist: Watchlist,
    digest: str,
    who: str,
    replaced: int | None,
    before: Mapping[str, ListedEntity],
) -> WatchlistImport:
    new, changed, gone = entity_changes(before, {entity.entity_id: entity for entity in watchlist.entities})
    counts = {"new": len(new), "changed": len(changed), "gone": len(gone)}
    superseded = (LIST.c.code == watchlist.code) & ~LIST.c.in_use
    connection.execute(delete(LIST).where(superseded))
    connection.execute(update(LIST).where(LIST.c.code == watchlist.code).values(in_use=False))
    values = {
        "code": watchlist.code,
        "in_use": True,
        "title": watchlist.title,
        "publisher": watchlist.publisher,
        "published_on": watchlist.published_on,
        "read_on": watchlist.read_on,
        "entities": len(watchlist.entities),
        "digest": digest,
        "imported_by": who,
        "imported_at": datetime.now(UTC),
        "replaced": replaced,
        "counts": json.dumps(counts),
        "rejections": json.dumps([asdict(rejection) for rejection in watchlist.rejections]),
    }
    number = connection.execute(insert(LIST).values(values).returning(LIST.c.number)).scalar_one()
    write_entities(connection, number, watchlist.entities)
    published = watchlist.published_on.isoformat() if watchlist.published_on else None
    noted = counts | {"digest": digest, "published_on": published, "read_on": watchlist.read_on.isoformat()}
    _note(connection, watchlist.code, "imported", noted | {"entities": len(watchlist.entities)}, who)
    stored = stored_from(row_in_use(connection, watchlist.code))
    action: Literal["added", "replaced"] = "added" if replaced is None else "replaced"
    return WatchlistImport(action, stored, counts, tuple(new[:NAMED]), tuple(changed[:NAMED]), tuple(gone[:NAMED]))


def _note(connection: Connection, code: str, kind: str, body: Mapping[str, Any], who: str) -> None:
    trail.append(connection, [Draft(trail.stream_name(FAMILY, code), kind, body)], who)
