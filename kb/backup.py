"""Backups of a knowledge base while it is in use, and bringing one back.

A backup is one file of its own, copied page by page from a single moment, and believed only after it was read back
and checked. A restore never writes over anything silently: what is there now is kept beside it as a backup first.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb import backup_seal
from kb.backup_files import BackupError, free_name, put, workshop
from kb.backup_reading import Backup, contents, counted, examine, reader
from kb.engine import default_url, parse_url, plain_errors, shown_address, sqlite_path
from kb.errors import (
    KnowledgeBaseLockedError,
    KnowledgeBaseTooNewError,
    NotAKnowledgeBaseError,
)
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase
from kb.people import require
from kb.roles import Permission

__all__ = ["Backup", "BackupError", "Restored", "back_up", "contents", "examine", "free_name", "restore"]

PAGES = 2_000
WAIT_SECONDS = 15.0
TRIES = 20
NUMBERED = ("change", "organization", "engagement")
"""Tables whose numbers are never given twice, so that nothing kept in memory passes for something newer."""


class _OvertakenError(Exception):
    """Somebody wrote to the knowledge base after it was kept."""


@dataclass(frozen=True)
class Restored:
    """What a restore did; `before` is the backup of what was there, None when nothing was."""

    path: Path
    backup: Backup
    before: Backup | None


def back_up(kb: KnowledgeBase, target: Path, progress: Progress = no_progress) -> Backup:
    """Copy a knowledge base to a file as it is at this moment, while others go on reading and writing.

    Parameters
    ----------
    kb : KnowledgeBase
    target : Path
        A file that does not exist yet.
    progress : callable, optional
        An exception that it raises ends the copying; nothing is left behind.

    Raises
    ------
    BackupError
        When the target exists or cannot be written, or the copy does not hold what it should.
    NotPermittedError
        When the person at work may not take a backup.
    """
    require(Permission.BACK_UP)
    if kb.path is None:
        raise BackupError(f"{kb.address} is not a file; back it up with pg_dump, or whoever runs the server does")
    return _back_up(kb.path, Path(target).expanduser(), progress)


def _back_up(source: Path, target: Path, progress: Progress) -> Backup:
    if target.exists():
        raise BackupError(f"{target} exists already and was left alone; give the backup another name")
    with workshop(target.parent) as folder:
        copy = folder / target.name
        with plain_errors(str(source)), closing(sqlite3.connect(source)) as live:
            live.execute("PRAGMA query_only=ON")
            live.execute("BEGIN")
            wanted = counted(live)
            with closing(sqlite3.connect(copy)) as connection:
                _copy(live, connection, "Copying the knowledge base", progress)
                connection.execute("PRAGMA journal_mode=DELETE")
        backup_seal.take_off(copy)
        progress("Checking the copy", 0, 1)
        checked = examine(copy)
        if dict(checked.counts) != wanted:
            raise BackupError(f"{target}: the copy does not hold what the knowledge base holds; try again")
        backup_seal.seal(copy)
        put(copy, target)
    progress("Checking the copy", 1, 1)
    return Backup(target, checked.size, checked.schema, checked.counts, checked.changed_at)


def restore(
    backup: Path,
    address: str | Path | None = None,
    *,
    replace: bool = False,
    who: str | None = None,
    progress: Progress = no_progress,
) -> Restored:
    """Bring a backup back, also while the knowledge base is open elsewhere.

    Parameters
    ----------
    backup : Path
    address : str or Path, optional
        The knowledge base to restore; ``DANCECARD_KB`` or the user's data folder when not given.
    replace : bool
        Allow a knowledge base that is there to be replaced; it is kept beside it as a backup.
    who : str, optional
        Recorded in the journal.
    progress : callable, optional
        An exception that it raises ends the restore; nothing is changed.

    Raises
    ------
    BackupError
        When there is a knowledge base and `replace` is False.
    kb.errors.KbError
        When the backup cannot be used (`examine`), or the knowledge base is something else or locked.
    NotPermittedError
        When the person at work may not restore one.
    """
    require(Permission.RESTORE)
    backup = Path(backup).expanduser()
    target = sqlite_path(parse_url(address or default_url()))
    if target is None:
        raise BackupError(
            f"{shown_address(parse_url(address or default_url()))}: only a knowledge base in a file can be restored; "
            "use pg_restore for one on PostgreSQL"
        )
    if target.exists() and backup.exists() and target.samefile(backup):
        raise BackupError(f"{backup} is the knowledge base itself; choose a backup of it")
    found = examine(backup)
    present = target.exists() and target.stat().st_size > 0
    if present and not replace:
        raise BackupError(
            f"there is a knowledge base at {target} already, and nothing was changed; to replace it, ask for that "
            "(--replace): it is then kept beside it as a backup"
        )
    with workshop(target.parent) as folder:
        staged = folder / "restored.db"
        with plain_errors(backup.name), closing(reader(backup)) as saved, closing(sqlite3.connect(staged)) as copy:
            _copy(saved, copy, "Reading the backup", progress)
        _prepare(staged, backup.name, who)
        before = _replace(staged, target, progress) if present else None
        if before is None:
            put(staged, target, over_empty=True)
    return Restored(target, found, before)


def _replace(staged: Path, target: Path, progress: Progress) -> Backup:
    """Keep what is there, and write a file over it, unless somebody wrote to it in between."""
    for _ in range(TRIES):
        with (
            plain_errors(str(target)),
            closing(sqlite3.connect(target, timeout=WAIT_SECONDS, isolation_level=None)) as live,
            closing(sqlite3.connect(target, timeout=WAIT_SECONDS, isolation_level=None)) as watch,
            closing(sqlite3.connect(staged)) as fresh,
        ):
            before, seen = _keep_present(target, watch, progress)
            _give_no_number_twice(staged, target)
            watch.execute("ROLLBACK")
            try:
                _copy(fresh, live, "Restoring", _unless_changed(watch, seen, progress), least_steps=2)
            except _OvertakenError:
                before.path.unlink()
                continue
            return before
    raise KnowledgeBaseLockedError(
        f"{target} is written to all the time by other programs; nothing was changed. Wait until they are done, then "
        "try again"
    )


def _unless_changed(watch: sqlite3.Connection, seen: int, progress: Progress) -> Progress:
    """Look, once nobody else can write any more, whether somebody did since a state of the database was seen."""
    looked = False

    def report(what: str, done: int, total: int | None) -> None:
        nonlocal looked
        if not looked and watch.execute("PRAGMA data_version").fetchone()[0] != seen:
            raise _OvertakenError
        looked = True
        progress(what, done, total)

    return report


def _keep_present(target: Path, watch: sqlite3.Connection, progress: Progress) -> tuple[Backup, int]:
    """Keep what is there beside it, under a name of its own; from then on nobody writes to it but `watch`.

    Returns the backup and the state that it is of.
    """
    kept = free_name(target.parent, f"{target.stem} before restore", target.suffix or ".db")
    try:
        with plain_errors(str(target)):
            watch.execute("BEGIN IMMEDIATE")
        seen = int(watch.execute("PRAGMA data_version").fetchone()[0])
        return _back_up(target, kept, progress), seen
    except (BackupError, NotAKnowledgeBaseError, KnowledgeBaseTooNewError) as error:
        raise BackupError(
            f"{target} cannot be kept as a backup ({error}); nothing was changed. Move that file away, then restore"
        ) from error


def _prepare(staged: Path, name: str, who: str | None) -> None:
    """Bring a copy up to date, and note in its journal where it comes from."""
    backup_seal.take_off(staged)
    opened = KnowledgeBase.open(staged, create=False)
    try:
        opened.add(who=who, label=f"restored from the backup {name}")
    finally:
        opened.close()


def _give_no_number_twice(staged: Path, live: Path) -> None:
    with closing(reader(live)) as connection:
        given = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
    with closing(sqlite3.connect(staged)) as connection, connection:
        for table in NUMBERED:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
            newest = max(given.get(table, 0), row[0] if row else 0)
            connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, newest))
    _set_page_size(staged, page_size)


def _set_page_size(path: Path, size: int) -> None:
    """Give a file the page size of the one that it is copied over: SQLite cannot change it in place."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if connection.execute("PRAGMA page_size").fetchone()[0] != size:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute(f"PRAGMA page_size={size}")
            connection.execute("VACUUM")


def _copy(
    source: sqlite3.Connection, target: sqlite3.Connection, what: str, progress: Progress, least_steps: int = 1
) -> None:
    pages = min(PAGES, source.execute("PRAGMA page_count").fetchone()[0] // least_steps)
    source.backup(target, pages=max(1, pages), progress=_reporter(what, progress), sleep=0.1)


def _reporter(what: str, progress: Progress) -> Callable[[int, int, int], None]:
    """Return a callback that passes progress on, and gives up when another program keeps the database locked."""
    moved, last = time.monotonic(), -1

    def report(status: int, remaining: int, total: int) -> None:
        nonlocal moved, last
        if remaining != last:
            moved, last = time.monotonic(), remaining
        elif time.monotonic() - moved > WAIT_SECONDS:
            raise KnowledgeBaseLockedError(
                "the knowledge base is locked by another program; nothing was changed. Wait until it is done, "
                "then try again"
            )
        if remaining and status == sqlite3.SQLITE_OK:  # once all is written, nobody may end the copying any more
            progress(what, total - remaining, total)

    return report
