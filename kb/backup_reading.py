"""Reading a backup: whether it is a whole knowledge base, and what it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from kb import backup_seal
from kb.backup_files import BackupError
from kb.engine import HEAD, SQLITE_MAGIC, plain_errors
from kb.errors import (
    KnowledgeBaseNotFoundError,
    KnowledgeBaseTooNewError,
    KnowledgeBaseUnavailableError,
    NotAKnowledgeBaseError,
)
from kb.knowledge_base import KnowledgeBase

READ_SECONDS = 15.0
COUNTED = {
    "organizations": "SELECT COUNT(*) FROM organization WHERE merged_into IS NULL",
    "claims": "SELECT COUNT(*) FROM claim",
    "engagements": "SELECT COUNT(*) FROM engagement",
    "relations": "SELECT COUNT(*) FROM relation",
    "briefs": "SELECT COUNT(*) FROM brief",
    "watchlists": "SELECT COUNT(*) FROM watchlist WHERE in_use",
    "events of casework": "SELECT COUNT(*) FROM case_event",
}


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


def examine(path: Path) -> Backup:
    """Read a database file through and make sure that it is a whole knowledge base; it is not changed.

    Raises
    ------
    KnowledgeBaseNotFoundError, NotAKnowledgeBaseError, KnowledgeBaseTooNewError, BackupError
        When it is missing, something else, of a later version, or damaged.
    """
    path = Path(path)
    _check_file(path)
    if backup_seal.is_broken(path):
        raise BackupError(f"{path.name} is damaged (its bytes are not the ones that were written); use another backup")
    with _damage_told(path.name), plain_errors(path.name), closing(reader(path)) as connection:
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
        counts = counted(connection)
        newest = connection.execute("SELECT at FROM batch ORDER BY number DESC LIMIT 1").fetchone()
        changed_at = datetime.fromisoformat(newest[0]).replace(tzinfo=UTC) if newest else None
    return Backup(path, path.stat().st_size, schema, counts, changed_at)


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    """Turn what values that nobody wrote lead to, such as text that is not Unicode, into an error of our own."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError) as error:
        words = str(error)[:200] or type(error).__name__
        raise BackupError(f"{name} is damaged ({words}); use another backup") from error


def contents(kb: KnowledgeBase) -> dict[str, int]:
    """Return how much of everything a knowledge base holds, counted as in `Backup.counts`."""
    with kb.reading() as connection:
        return {name: int(connection.exec_driver_sql(query).scalar_one()) for name, query in COUNTED.items()}


def counted(connection: sqlite3.Connection) -> dict[str, int]:
    """Count what is there; an earlier schema lacks some tables."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = {}
    for name, query in COUNTED.items():
        table = query.split(" FROM ")[1].split()[0]
        found[name] = int(connection.execute(query).fetchone()[0]) if table in tables else 0
    return found


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


def reader(path: Path) -> sqlite3.Connection:
    """Open without writing; a file without a journal beside it is not even locked, so it may lie anywhere."""
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{mode}", uri=True, timeout=READ_SECONDS)
