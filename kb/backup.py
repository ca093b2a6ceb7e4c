"""Backups of a knowledge base while it is in use, and bringing one back.

A backup is one file of its own, copied page by page from a single moment, and believed only after it was read back
and checked. A restore never writes over anything silently: what is there now is kept beside it as a backup first.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from kb.engine import HEAD, SQLITE_MAGIC, default_url, parse_url, plain_errors, sqlite_path
from kb.errors import (
    KbError,
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseTooNewError,
    KnowledgeBaseUnavailableError,
    NotAKnowledgeBaseError,
)
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase

PAGES = 2_000
WAIT_SECONDS = 15.0
COUNTED = {
    "organizations": "SELECT COUNT(*) FROM organization WHERE merged_into IS NULL",
    "claims": "SELECT COUNT(*) FROM claim",
    "engagements": "SELECT COUNT(*) FROM engagement",
    "relations": "SELECT COUNT(*) FROM relation",
    "briefs": "SELECT COUNT(*) FROM brief",
    "watchlists": "SELECT COUNT(*) FROM watchlist WHERE in_use",
    "events of casework": "SELECT COUNT(*) FROM case_event",
}
NUMBERED = ("change", "organization", "engagement")
"""Tables whose numbers are never given twice, so that nothing kept in memory passes for something newer."""


class BackupError(KbError):
    """A backup cannot be made or brought back; nothing was changed."""


@dataclass(frozen=True)
class Backup:
    """A file that was read through and found to be a whole knowledge base.

    Attributes
    ----------
    path : Path
    size : int
        Bytes.
    schema : str
        Revision of its tables; an earlier one is brought up to date when it is restored.
    counts : mapping of str to int
        How many organizations, claims, engagements, relations, briefs, watchlists and events of casework it holds.
    changed_at : datetime.datetime or None
        UTC, of its newest batch.
    """

    path: Path
    size: int
    schema: str
    counts: Mapping[str, int]
    changed_at: datetime | None


@dataclass(frozen=True)
class Restored:
    """What a restore did; `before` is the backup of what was there, None when nothing was."""

    path: Path
    backup: Backup
    before: Backup | None


def examine(path: Path) -> Backup:
    """Read a database file through and make sure that it is a whole knowledge base; it is not changed.

    Raises
    ------
    KnowledgeBaseNotFoundError, NotAKnowledgeBaseError, KnowledgeBaseTooNewError, BackupError
        When it is missing, something else, of a later version, or damaged.
    """
    path = Path(path)
    _check_file(path)
    with plain_errors(path.name), closing(_reader(path)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"alembic_version", "organization", "change"} <= tables:
            raise NotAKnowledgeBaseError(f"{path.name} is a database of another program; choose a Dancecard backup")
        schema = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        if schema > HEAD:
            raise KnowledgeBaseTooNewError(
                f"{path.name} was written by a newer Dancecard (schema {schema}); install the newer version"
            )
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
        if problems or dangling:
            words = "; ".join(problems) or f"{len(dangling):,} references lead nowhere"
            raise BackupError(f"{path.name} is damaged ({words}); use another backup")
        counts = _contents(connection)
        newest = connection.execute("SELECT MAX(at) FROM batch").fetchone()[0]
    changed_at = datetime.fromisoformat(newest).replace(tzinfo=UTC) if newest else None
    return Backup(path, path.stat().st_size, schema, counts, changed_at)


def contents(kb: KnowledgeBase) -> dict[str, int]:
    """Return how much of everything a knowledge base holds, counted as in `Backup.counts`."""
    with kb.reading() as connection:
        return {name: int(connection.exec_driver_sql(query).scalar_one()) for name, query in COUNTED.items()}


def _contents(connection: sqlite3.Connection) -> dict[str, int]:
    """Count what is there; an earlier schema lacks some tables."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = {}
    for name, query in COUNTED.items():
        table = query.split(" FROM ")[1].split()[0]
        found[name] = int(connection.execute(query).fetchone()[0]) if table in tables else 0
    return found


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
    """
    if kb.path is None:
        raise BackupError(f"{kb.address} is not a file; back it up with the database's own tools")
    return _back_up(kb.path, Path(target).expanduser(), progress)


def _back_up(source: Path, target: Path, progress: Progress) -> Backup:
    if target.exists():
        raise BackupError(f"{target} exists already and was left alone; give the backup another name")
    with _workshop(target.parent) as folder:
        copy = folder / target.name
        with plain_errors(str(source)), closing(sqlite3.connect(source)) as live:
            live.execute("PRAGMA query_only=ON")
            live.execute("BEGIN")
            wanted = _contents(live)
            with closing(sqlite3.connect(copy)) as connection:
                _copy(live, connection, "Copying the knowledge base", progress)
                connection.execute("PRAGMA journal_mode=DELETE")
        progress("Checking the copy", 0, 1)
        checked = examine(copy)
        if dict(checked.counts) != wanted:
            raise BackupError(f"{target}: the copy does not hold what the knowledge base holds; try again")
        _put(copy, target)
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
    """
    backup = Path(backup).expanduser()
    target = sqlite_path(parse_url(address or default_url()))
    if target is None:
        raise BackupError(f"{address}: only a knowledge base in a file can be restored")
    if target.exists() and backup.exists() and target.samefile(backup):
        raise BackupError(f"{backup} is the knowledge base itself; choose a backup of it")
    found = examine(backup)
    present = target.exists() and target.stat().st_size > 0
    if present and not replace:
        raise BackupError(
            f"there is a knowledge base at {target} already, and nothing was changed; to replace it, ask for that "
            "(--replace): it is then kept beside it as a backup"
        )
    with _workshop(target.parent) as folder:
        staged = folder / "restored.db"
        with plain_errors(backup.name), closing(_reader(backup)) as saved, closing(sqlite3.connect(staged)) as copy:
            _copy(saved, copy, "Reading the backup", progress)
        before = _keep_present(target, progress) if present else None
        _prepare(staged, target if before else None, backup.name, who)
        if before is None:
            _put(staged, target, over_empty=True)
        else:
            with (
                plain_errors(str(target)),
                closing(sqlite3.connect(staged)) as fresh,
                closing(sqlite3.connect(target, timeout=WAIT_SECONDS)) as live,
            ):
                _copy(fresh, live, "Restoring", progress)
    return Restored(target, found, before)


def _keep_present(target: Path, progress: Progress) -> Backup:
    """Keep what is there beside it, under a name of its own."""
    kept = free_name(target.parent, f"{target.stem} before restore", target.suffix or ".db")
    try:
        return _back_up(target, kept, progress)
    except (BackupError, NotAKnowledgeBaseError, KnowledgeBaseTooNewError) as error:
        raise BackupError(
            f"{target} cannot be kept as a backup ({error}); nothing was changed. Move that file away, then restore"
        ) from error


def free_name(folder: Path, stem: str, suffix: str = ".db") -> Path:
    """Return a file name with the time in it that is not taken, e.g. ``backup 2026-11-24 09.30.db``."""
    named = f"{stem} {datetime.now():%Y-%m-%d %H.%M}"
    free, count = folder / f"{named}{suffix}", 2
    while free.exists():
        free, count = folder / f"{named} ({count}){suffix}", count + 1
    return free


def _prepare(staged: Path, live: Path | None, name: str, who: str | None) -> None:
    """Bring a copy up to date, note in its journal where it comes from, and never give a number twice."""
    opened = KnowledgeBase.open(staged, create=False)
    try:
        opened.add(who=who, label=f"restored from the backup {name}")
    finally:
        opened.close()
    if live is None:
        return
    with closing(_reader(live)) as connection:
        given = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    with closing(sqlite3.connect(staged)) as connection, connection:
        for table in NUMBERED:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
            newest = max(given.get(table, 0), row[0] if row else 0)
            connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, newest))


def _check_file(path: Path) -> None:
    if not path.exists():
        raise KnowledgeBaseNotFoundError(f"there is no file {path}; check the name and the folder")
    if not path.is_file():
        raise NotAKnowledgeBaseError(f"{path} is a folder or no ordinary file; give the backup itself")
    try:
        with path.open("rb") as file:
            head = file.read(len(SQLITE_MAGIC))
    except OSError as error:
        raise KnowledgeBaseUnavailableError(f"{path} cannot be read: {error.strerror}") from error
    if head != SQLITE_MAGIC:
        what = "is empty" if not head else "is not a Dancecard backup"
        raise NotAKnowledgeBaseError(f"{path.name} {what}; choose a file that `dancecard backup` or this page wrote")


def _reader(path: Path) -> sqlite3.Connection:
    """Open without writing; a file without a journal beside it is not even locked, so it may lie anywhere."""
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{mode}", uri=True, timeout=WAIT_SECONDS)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, what: str, progress: Progress) -> None:
    source.backup(target, pages=PAGES, progress=_reporter(what, progress), sleep=0.1)


def _reporter(what: str, progress: Progress) -> Callable[[int, int, int], None]:
    """Return a callback that passes progress on, and gives up when another program keeps the database locked."""
    moved, last = time.monotonic(), -1

    def report(_status: int, remaining: int, total: int) -> None:
        nonlocal moved, last
        if remaining != last:
            moved, last = time.monotonic(), remaining
        elif time.monotonic() - moved > WAIT_SECONDS:
            raise KnowledgeBaseLockedError(
                "the knowledge base is locked by another program; nothing was changed. Wait until it is done, "
                "then try again"
            )
        if remaining:  # once all is written, nobody may end the copying any more
            progress(what, total - remaining, total)

    return report


@contextmanager
def _workshop(parent: Path) -> Iterator[Path]:
    """Give a folder beside the target, so that a finished file can be renamed; it goes away afterwards."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".dancecard-", dir=parent) as folder:
            yield Path(folder)
    except KbError:
        raise
    except OSError as error:
        raise BackupError(f"{parent} cannot be written: {error.strerror or error}; choose another folder") from error


def _put(finished: Path, target: Path, *, over_empty: bool = False) -> None:
    """Give a finished file its name, unless something has that name by now."""
    with finished.open("rb+") as file:
        os.fsync(file.fileno())
    if over_empty and target.exists() and target.stat().st_size == 0:
        target.unlink()
    try:
        os.link(finished, target)
    except FileExistsError:
        raise BackupError(f"{target} was made by another program meanwhile and was left alone; try again") from None
    except OSError:
        if target.exists():
            raise BackupError(f"{target} exists already and was left alone; give another name") from None
        finished.replace(target)
