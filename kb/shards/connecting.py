"""Connections to the servers: psycopg when it is needed, and plain words for what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kb.shards.errors import ShardsError, ShardsLayoutError, ShardUnavailableError

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

    from kb.shards.cluster import Cluster, Node

    Connection = psycopg.Connection[tuple[Any, ...]]
    Statement = sql.Composed | sql.SQL

SLOW = "see that every server is well, or raise statement_timeout under settings and run: dancecard shards create"
AGAIN = "see that the server runs and can be reached, then try again; nothing needs to be restarted here"


def require_psycopg() -> None:
    """Make sure that the PostgreSQL driver is there.

    Raises
    ------
    ShardsError
        With the command that installs it.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise ShardsError(
            "shards need the PostgreSQL driver; install it with: pip install 'dancecard[postgres]'"
        ) from (error)


def parameters_of(url: str) -> dict[str, str]:
    """Split an address into libpq's parameters.

    Raises
    ------
    ValueError
        When it cannot be read. The message does not repeat the address, which may hold a password.
    """
    require_psycopg()
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    plain = "postgresql://" + url.partition("://")[2]
    try:
        return {name: str(value) for name, value in conninfo_to_dict(plain).items() if value is not None}
    except psycopg.Error:
        pass
    raise ValueError("not an address of PostgreSQL")


def connect(cluster: Cluster, node: Node) -> Connection:
    """Open a connection with the cluster's session settings, which commits every statement of its own accord.

    Raises
    ------
    ShardUnavailableError
        When the server does not answer.
    """
    require_psycopg()
    import psycopg

    own = {**node.parameters, "connect_timeout": str(cluster.connect_timeout), "application_name": "dancecard"}
    own["options"] = f"{node.parameters.get('options', '')} {cluster.options}".strip()
    with plain_errors(node):
        return psycopg.connect(**own, autocommit=True)  # type: ignore[arg-type]


@contextmanager
def plain_errors(node: Node) -> Iterator[None]:
    """Turn the driver's errors into the knowledge base's own, saying which server and what to do, and no secret."""
    require_psycopg()
    import psycopg

    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        problem: ShardsError = ShardsLayoutError(
            f"{node.shown} holds no shards yet; create them: dancecard shards create"
        )
    except psycopg.errors.QueryCanceled as error:
        words = f"{node.shown} did not answer in time ({_words(node, error)}); {SLOW}"
        problem = ShardUnavailableError(words, [node.name])
    except psycopg.OperationalError as error:
        words = f"{node.shown} does not answer ({_words(node, error)}); {AGAIN}"
        problem = ShardUnavailableError(words, [node.name])
    except psycopg.Error as error:
        problem = ShardsError(f"{node.shown}: {_words(node, error)}")
    else:
        return
    raise problem from None


def _words(node: Node, error: psycopg.Error) -> str:
    first = str(error.diag.message_primary or error).strip().splitlines() or [type(error).__name__]
    return node.without_secrets(first[0])
