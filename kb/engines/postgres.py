"""Knowledge bases on a PostgreSQL server: transactions, locks, and plain words for what goes wrong.

**Nobody's change is lost because writers take turns.** Every write transaction begins by taking one advisory lock of
the database, which it holds until it commits or rolls back, and only then looks at anything: in READ COMMITTED each
statement after the lock sees all that earlier writers committed. That is what SQLite's BEGIN IMMEDIATE gives, so every
rule that is checked inside a transaction (nobody wrote since, the id is free, the step is the latest) holds on both
engines for the same reason. Chosen over SERIALIZABLE with retries and over row locks because three things need one
order of writers anyway: the hash chain of the trail, undo (which asks what was built on a batch), and the change feed
of the columnar snapshot, which remembers one number and would miss a change with a lower number that commits later.
The price is that an import makes writers wait while it lands; nobody who reads ever waits. A writer that waits too
long is told so (`KnowledgeBaseLockedError`), and one that falls silent in the middle is ended by the server.

Readers see one moment (REPEATABLE READ, read only), so that columns are never made of two states.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, TableClause, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, TimeoutError

from kb.errors import (
    KbError,
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseUnavailableError,
)

DRIVER = "postgresql+psycopg"
LOCK = 4_713_201_126
"""The advisory lock that a writer holds; such locks are apart for each database."""
CONNECT_SECONDS = 10
SILENT_MS = 600_000
"""A writer that says nothing for so long between two statements is ended, so that the others can go on."""
READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITING: dict[str, Any] = {"isolation_level": "READ COMMITTED", "postgresql_readonly": False, "takes_turns": True}
SECRET_OPTIONS = ("password", "sslpassword")
BUSY = {"55P03", "57014", "40001", "40P01", "53300"}
LOST = {"57P01", "57P02", "57P03", "25P03", "25P04"}
NOT_ALLOWED = {"42501", "25006"}
FULL = {"53100", "53200", "54000"}
CONNECTING = (
    (r"database \"(?P<name>[^\"]*)\" does not exist", "there is no database {name!r}; create it on the server first"),
    (r"password authentication failed|no password supplied", "the user or the password is wrong"),
    (r"role \"(?P<name>[^\"]*)\" does not exist", "the server knows no user {name!r}"),
    (r"no pg_hba.conf entry|authentication failed", "the server does not let this user in from here"),
    (
        r"too many (clients|connections)|remaining connection slots",
        "the server has no connection left; try again later",
    ),
    (r"resolve host|translate host name", "the name of the server is not known; check it"),
    (r"refused|No such file|timeout expired|timed? ?out|unreachable", "no server answers there; is it running?"),
)


def check(url: URL, shown: str, *, create: bool) -> None:  # noqa: ARG001 (whether it is there is known later)
    """Refuse an address without a database; anything else only the server can tell."""
    if not url.database:
        raise KnowledgeBaseNotFoundError(f"{shown} names no database; write it after the last slash")


def nothing_there(shown: str) -> KbError:
    """Return the error for a database without tables."""
    return KnowledgeBaseNotFoundError(
        f"there is no knowledge base in {shown} yet; check the address, or create it: dancecard init --kb ADDRESS"
    )


def shown(url: URL) -> str:
    """Return an address as it may be shown: no password, wherever it stands in it."""
    hidden = {name: "***" for name in SECRET_OPTIONS if name in url.query}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def make(url: URL, wait_ms: int) -> Engine:
    """Create the engine. Connections are checked before they are used again, so a restarted server does no harm.

    Raises
    ------
    KnowledgeBaseUnavailableError
        When the driver is not installed.
    """
    try:
        engine = create_engine(
            url.set(drivername=DRIVER),
            pool_pre_ping=True,
            max_overflow=20,
            connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "dancecard"},
        )
    except ModuleNotFoundError as error:
        raise KnowledgeBaseUnavailableError(
            f"{shown(url)}: knowledge bases on PostgreSQL need psycopg: pip install 'dancecard[postgres]'"
        ) from error

    @event.listens_for(engine, "begin")
    def take_turn(connection: Connection) -> None:
        if connection.get_execution_options().get("takes_turns"):
            _lock(connection, wait_ms)

    return engine


def _lock(connection: Connection, wait_ms: int) -> None:
    connection.exec_driver_sql(
        f"SET LOCAL lock_timeout = {wait_ms}; SET LOCAL idle_in_transaction_session_timeout = {SILENT_MS}; "
        f"SELECT pg_advisory_xact_lock({LOCK})"
    )


def tables(connection: Connection) -> set[str]:
    """Return the names of the tables that are there, in the schema that new tables would go to."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    return {row[0] for row in connection.exec_driver_sql(query)}


@contextmanager
def migrating(connection: Connection, shown: str) -> Iterator[None]:  # noqa: ARG001 (errors name it already)
    """Hold the writers' lock; the whole migration is one transaction, in which PostgreSQL keeps references true."""
    _lock(connection, SILENT_MS)
    yield
    connection.commit()


def copy_rows(connection: Connection, table: TableClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows with COPY, several times as fast as INSERT. All rows have the keys of the first."""
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    finally:
        cursor.close()


def explain(error: BaseException, shown: str) -> KbError | None:
    """Say in plain words what one of PostgreSQL's errors means; the password is in none of them."""
    if isinstance(error, TimeoutError):
        return KnowledgeBaseLockedError(f"{shown}: too many are at work in this program at once; try again in a moment")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if cause is None or not type(cause).__module__.startswith("psycopg"):
        return None
    state = str(getattr(cause, "sqlstate", None) or "")
    said = str(cause).strip().split("\n")[0]
    if state in BUSY:
        return KnowledgeBaseLockedError(
            f"{shown} is locked or busy: somebody else has been writing for too long, e.g. an import ({said}); "
            "nothing was changed, try again when that is done"
        )
    if state in NOT_ALLOWED:
        return KnowledgeBaseUnavailableError(
            f"{shown}: the database does not allow that to this user ({said}); nothing was changed, ask whoever runs it"
        )
    if state in FULL:
        return KnowledgeBaseUnavailableError(f"{shown}: the server has no room left ({said}); nothing was changed")
    if "NUL (0x00)" in said:
        return KbError("a text holds the character NUL, which PostgreSQL cannot keep; remove it, then try again")
    if state in LOST or state.startswith("08") or type(cause).__name__ in {"OperationalError", "InterfaceError"}:
        return _unreachable(said, shown, connecting=not state)
    return None


def _unreachable(said: str, shown: str, *, connecting: bool) -> KbError:
    for pattern, meaning in CONNECTING if connecting else ():
        if match := re.search(pattern, said, re.IGNORECASE):
            words = meaning.format(**match.groupdict())
            error = KnowledgeBaseNotFoundError if "there is no database" in words else KnowledgeBaseUnavailableError
            return error(f"{shown}: {words} ({said})")
    return KnowledgeBaseUnavailableError(
        f"{shown}: the connection to the server failed or was lost ({said}); what was not finished was not kept, "
        "try again"
    )


def masked(address: str) -> str:
    """Return an address that could not be read, without what may be its password."""
    try:
        return shown(make_url(address))
    except Exception:
        scheme, _, rest = address.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}".split("?")[0]
