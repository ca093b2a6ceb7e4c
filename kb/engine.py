"""Opening a database: addresses, migrations, transactions. What engines do each in its own way: `kb.engines`."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from kb.engines import explained, kind_of, postgres, sqlite
from kb.errors import KnowledgeBaseTooNewError, NotAKnowledgeBaseError

MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = "0003"
SQLITE_MAGIC = sqlite.MAGIC
BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another one."""
HOLDS_PASSWORD = re.compile(r":[^/\\\s]*[^/\\\s:]@")

plain_errors = explained
sqlite_path = sqlite.file_of
_migrating = threading.Lock()  # Alembic keeps what it is at work on in one place for the whole process


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
        When a URL cannot be read, or is for an engine that cannot hold a knowledge base.
    """
    text = str(address)
    if "://" not in text:
        if HOLDS_PASSWORD.search(text):
            raise NotAKnowledgeBaseError(
                "an address with a password must begin like postgresql+psycopg://USER:PASSWORD@SERVER/DATABASE; it is "
                "not shown here, because of its password"
            )
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    if text.startswith(("postgres://", "postgresql://")):
        text = f"{postgres.DRIVER}://{text.partition('://')[2]}"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise NotAKnowledgeBaseError(
            f"{postgres.masked(text)!r} is not a database address; give a file path, or "
            "postgresql+psycopg://USER:PASSWORD@SERVER/DATABASE"
        ) from None
    if "@" in (url.host or ""):
        raise NotAKnowledgeBaseError("the address has several @; write an @ of the password as %40")
    kind_of(url)
    return url


def shown_address(url: URL) -> str:
    """Return an address as it may be shown and logged: the path of a file, a URL without its password."""
    return str(sqlite_path(url) or postgres.shown(url))


def address_digest(url: URL) -> str:
    """Return a name for the database behind an address: the same with any password, and with none."""
    public = {name: value for name, value in url.query.items() if name not in postgres.SECRET_OPTIONS}
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, public)
    return hashlib.sha256(bare.render_as_string().encode()).hexdigest()[:16]


def make_engine(url: URL) -> Engine:
    """Create the engine that an address is for."""
    return kind_of(url).make(url, BUSY_TIMEOUT_MS)


@contextmanager
def reading(engine: Engine, shown: str) -> Iterator[Connection]:
    """Open a transaction that sees one moment and changes nothing."""
    with explained(shown), engine.connect() as connection:
        yield connection.execution_options(**kind_of(engine.url).READING)


@contextmanager
def writing(engine: Engine, shown: str) -> Iterator[Connection]:
    """Open a transaction in which nobody else writes; it is committed at the end, and undone by an exception."""
    with explained(shown), engine.connect() as connection:
        chosen = connection.execution_options(**kind_of(engine.url).WRITING)
        with chosen.begin():
            yield chosen


def _current_revision(engine: Engine, shown: str) -> str | None:
    with reading(engine, shown) as connection:
        tables = kind_of(engine.url).tables(connection)
        if not tables:
            return None
        if not {"alembic_version", "organization"} <= tables:
            raise NotAKnowledgeBaseError(f"{shown} is a database of another program; it was left alone")
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def _known_revisions() -> set[str]:
    return {path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def migrate(engine: Engine, shown: str) -> None:
    """Bring the schema to the newest revision, whole or not at all; whoever else is at it waits, and finds it done."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with (
        _migrating,
        explained(shown),
        engine.connect() as connection,
        kind_of(engine.url).migrating(connection, shown),
    ):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def open_engine(address: str | Path, *, create: bool = True) -> Engine:
    """Open a database and bring its schema up to date.

    Raises
    ------
    KnowledgeBaseNotFoundError, NotAKnowledgeBaseError, KnowledgeBaseTooNewError, KnowledgeBaseLockedError,
    KnowledgeBaseUnavailableError
        Each with what to do; the database is left alone.
    """
    url = parse_url(address)
    kind, shown = kind_of(url), shown_address(url)
    kind.check(url, shown, create=create)
    engine = make_engine(url)
    try:
        revision = _current_revision(engine, shown)
        if revision is None and not create and sqlite_path(url) is None:
            raise kind.nothing_there(shown)
        if revision is not None and revision not in _known_revisions():
            raise KnowledgeBaseTooNewError(
                f"{shown} was written by a newer Dancecard (schema {revision}); install the newer version"
            )
        if revision != HEAD:
            migrate(engine, shown)
    except BaseException:
        engine.dispose()
        raise
    return engine
