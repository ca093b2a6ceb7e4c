"""Opening a database: addresses, pragmas, migrations, and plain words for what goes wrong."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from kb.errors import (
    KbError,
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseTooNewError,
    KnowledgeBaseUnavailableError,
    NotAKnowledgeBaseError,
)

MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = "0002"
SQLITE_MAGIC = b"SQLite format 3\x00"
BUSY_TIMEOUT_MS = 10_000


def default_url() -> str:
    """Return the address in ``DANCECARD_KB``, or the file in the user's data folder."""
    if chosen := os.environ.get("DANCECARD_KB"):
        return chosen
    return str(Path(platformdirs.user_data_dir("dancecard")) / "knowledge_base.db")


def parse_url(address: str | Path) -> URL:
    """Read an address: a SQLAlchemy URL, or the path of a SQLite file.

    Raises
    ------
    NotAKnowledgeBaseError
        When a URL cannot be read.
    """
    text = str(address)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        return make_url(text)
    except ArgumentError as error:
        raise NotAKnowledgeBaseError(
            f"{text!r} is not a database address; give a file path or sqlite:///PATH"
        ) from error


def sqlite_path(url: URL) -> Path | None:
    """Return the file behind a SQLite address, None for memory and for other engines."""
    if not url.drivername.startswith("sqlite") or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def make_engine(url: URL) -> Engine:
    """Create the engine; SQLite gets WAL, foreign keys and explicit transactions."""
    if not url.drivername.startswith("sqlite"):
        return create_engine(url)
    in_memory = {"poolclass": StaticPool} if sqlite_path(url) is None else {}
    engine = create_engine(url, connect_args={"check_same_thread": False}, **in_memory)
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def plain_errors(address: str) -> Iterator[None]:
    """Turn the driver's errors into the knowledge base's own, saying which database and what to do."""
    try:
        yield
    except (DatabaseError, sqlite3.Error) as error:
        text = str(getattr(error, "orig", None) or error)
        low = text.lower()
        if "locked" in low or "busy" in low:
            raise KnowledgeBaseLockedError(
                f"{address} is locked by another program; close it or wait until its import is done, then try again"
            ) from error
        if "not a database" in low or "malformed" in low:
            raise NotAKnowledgeBaseError(
                f"{address} is not a SQLite database, or is damaged ({text}); it was left alone"
            ) from error
        if isinstance(error, OperationalError) or "readonly" in low or "full" in low:
            raise KnowledgeBaseUnavailableError(
                f"{address} cannot be used: {text}; check that the folder exists, is writable and has free space"
            ) from error
        raise


def _current_revision(engine: Engine, address: str) -> str | None:
    with plain_errors(address), engine.connect() as connection:
        tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")}
        if not tables:
            return None
        if not {"alembic_version", "organization"} <= tables:
            raise NotAKnowledgeBaseError(f"{address} is a database of another program; it was left alone")
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def _known_revisions() -> set[str]:
    return {path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def migrate(engine: Engine, address: str) -> None:
    """Bring the schema to the newest revision; foreign keys are off meanwhile and checked after."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with plain_errors(address), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            connection.rollback()
            raise KnowledgeBaseUnavailableError(f"{address}: the migration would break references; nothing was changed")
        connection.commit()
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN")


def open_engine(address: str | Path, *, create: bool = True) -> Engine:
    """Open a database and bring its schema up to date.

    Raises
    ------
    KnowledgeBaseNotFoundError, NotAKnowledgeBaseError, KnowledgeBaseTooNewError, KnowledgeBaseLockedError,
    KnowledgeBaseUnavailableError
        Each with what to do; the file is left alone.
    """
    url = parse_url(address)
    shown = str(sqlite_path(url) or url.render_as_string(hide_password=True))
    path = sqlite_path(url)
    if path is not None:
        _check_file(path, create=create)
    if not url.drivername.startswith("sqlite"):
        raise KbError(f"{shown}: only SQLite knowledge bases can be opened by this version")
    engine = make_engine(url)
    revision = _current_revision(engine, shown)
    if revision is not None and revision not in _known_revisions():
        engine.dispose()
        raise KnowledgeBaseTooNewError(
            f"{shown} was written by a newer Dancecard (schema {revision}); install the newer version"
        )
    if revision != HEAD:
        migrate(engine, shown)
    return engine


def _check_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise NotAKnowledgeBaseError(f"{path} is a folder; name a file in it, e.g. {path / 'knowledge_base.db'}")
    if not path.exists():
        if not create:
            raise KnowledgeBaseNotFoundError(
                f"there is no knowledge base at {path}; check the path, or create it: dancecard init --kb {path}"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KnowledgeBaseUnavailableError(f"{path.parent} cannot be created: {error.strerror}") from error
        return
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise KnowledgeBaseUnavailableError(f"{path} cannot be read: {error.strerror}") from error
    if head and head != SQLITE_MAGIC:
        raise NotAKnowledgeBaseError(f"{path} is not a SQLite database; it was left alone")
