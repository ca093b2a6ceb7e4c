"""Knowledge bases in SQLite files: pragmas, locks, and plain words for what goes wrong."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from kb.errors import (
    KbError,
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseUnavailableError,
    NotAKnowledgeBaseError,
)

MAGIC = b"SQLite format 3\x00"
SWITCHING_S = 0.01
READING: dict[str, Any] = {}
WRITING: dict[str, Any] = {"begin": "BEGIN IMMEDIATE"}


def file_of(url: URL) -> Path | None:
    """Return the file behind a SQLite address, None for memory and for other engines."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def check(url: URL, shown: str, *, create: bool) -> None:
    """Refuse folders, files of another kind, and missing ones unless they may be created."""
    path = file_of(url)
    if path is None:
        return
    if path.is_dir():
        raise NotAKnowledgeBaseError(f"{shown} is a folder; name a file in it, e.g. {path / 'knowledge_base.db'}")
    if not path.exists():
        if not create:
            raise nothing_there(shown)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KnowledgeBaseUnavailableError(f"{path.parent} cannot be created: {error.strerror}") from error
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except OSError as error:
        raise KnowledgeBaseUnavailableError(f"{shown} cannot be read: {error.strerror}") from error
    if head and head != MAGIC:
        raise NotAKnowledgeBaseError(f"{shown} is not a SQLite database; it was left alone")


def nothing_there(shown: str) -> KbError:
    """Return the error for a file that is not there."""
    return KnowledgeBaseNotFoundError(
        f"there is no knowledge base at {shown}; check the path, or create it: dancecard init --kb {shown}"
    )


def make(url: URL, wait_ms: int) -> Engine:
    """Create the engine, with WAL, foreign keys and explicit transactions."""
    in_memory = {"poolclass": StaticPool} if file_of(url) is None else {}
    engine = create_engine(url, connect_args={"check_same_thread": False}, **in_memory)
    event.listen(engine, "connect", _pragmas(wait_ms))
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(wait_ms: int) -> Callable[[sqlite3.Connection, object], None]:
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={wait_ms}")
        cursor.execute("PRAGMA foreign_keys=ON")
        _write_ahead(cursor, wait_ms)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.close()

    return prepare


def _write_ahead(cursor: sqlite3.Cursor, wait_ms: int) -> None:
    """Switch to WAL; SQLite does not wait by itself when several switch a new file at once."""
    until = time.monotonic() + wait_ms / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(SWITCHING_S)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def tables(connection: Connection) -> set[str]:
    """Return the names of the tables that are there."""
    return {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")}


@contextmanager
def migrating(connection: Connection, shown: str) -> Iterator[None]:
    """Switch foreign keys off meanwhile, and check them before anything is committed."""
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    yield
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        connection.rollback()
        raise KnowledgeBaseUnavailableError(f"{shown}: the migration would break references; nothing was changed")
    connection.commit()
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    connection.exec_driver_sql("BEGIN")


def explain(error: BaseException, shown: str) -> KbError | None:
    """Say in plain words what one of SQLite's errors means."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, sqlite3.DatabaseError):
        return None
    low = str(cause).lower()
    if "locked" in low or "busy" in low:
        return KnowledgeBaseLockedError(
            f"{shown} is locked by another program; close it or wait until its import is done, then try again"
        )
    if "not a database" in low or "malformed" in low:
        return NotAKnowledgeBaseError(f"{shown} is not a SQLite database, or is damaged ({cause}); it was left alone")
    if isinstance(cause, sqlite3.OperationalError) or "readonly" in low or "full" in low:
        return KnowledgeBaseUnavailableError(
            f"{shown} cannot be used: {cause}; check that the folder exists, is writable and has free space"
        )
    return None
