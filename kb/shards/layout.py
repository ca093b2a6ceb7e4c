"""The tables: one of vectors on each shard, and on the coordinator the foreign tables that lead to them.

Organizations are partitioned by the hash of their number. The partitioned parent serves counting and inserts of a few
rows; it is never searched, because an ORDER BY ... LIMIT through it is not handed to the shards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kb.shards.cluster import Cluster, Node
from kb.shards.connecting import connect, plain_errors
from kb.shards.errors import ShardsLayoutError

if TYPE_CHECKING:
    from kb.shards.connecting import Connection, Statement

FORMAT = 1
DIMENSION = 384
SCHEMA = "dancecard_shards"

SHARD = """
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.layout (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    format integer NOT NULL, place integer NOT NULL, shards integer NOT NULL, dimension integer NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.organization ({columns}, PRIMARY KEY (number));
ALTER TABLE {schema}.organization ALTER COLUMN vector SET STORAGE PLAIN;
CREATE TABLE IF NOT EXISTS {schema}.batch (
    first bigint PRIMARY KEY, digest bytea NOT NULL, organizations integer NOT NULL);
"""

COLUMNS = """
    number bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    sector text COLLATE "C",
    kind text COLLATE "C",
    country text COLLATE "C",
    capacities text[] COLLATE "C" NOT NULL,
    vector public.vector({dimension}) NOT NULL"""

COORDINATOR = """
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.layout (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    format integer NOT NULL, shards integer NOT NULL, dimension integer NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.loading (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    model text NOT NULL, started_at timestamptz NOT NULL, finished_at timestamptz);
CREATE TABLE IF NOT EXISTS {schema}.organization ({columns}) PARTITION BY HASH (number);
"""

PARTITION = """
CREATE FOREIGN TABLE IF NOT EXISTS {schema}.{table} PARTITION OF {schema}.organization
FOR VALUES WITH (MODULUS {shards}, REMAINDER {place}) SERVER {server}
OPTIONS (schema_name {schema_name}, table_name 'organization')
"""

QUIET = """
SET LOCAL log_statement = 'none';
SET LOCAL log_min_duration_statement = -1;
SET LOCAL log_min_error_statement = 'panic';
"""
"""So that a server's log never holds a statement with a password in it. Only a superuser may set these."""


def partition(place: int) -> str:
    """Return the name of a shard's foreign table on the coordinator."""
    return f"organization_{place}"


def server(node: Node) -> str:
    """Return the name of a shard's foreign server on the coordinator."""
    return f"dancecard_{node.name}"


def create(cluster: Cluster, dimension: int = DIMENSION) -> None:
    """Create the tables on every server, or bring addresses, users and settings up to date where they exist.

    Parameters
    ----------
    cluster : Cluster
        Its users must be allowed to create extensions and, on the coordinator, foreign servers.
    dimension : int
        Length of a vector.

    Raises
    ------
    ShardUnavailableError, ShardsLayoutError
        When a server does not answer, or holds another cluster's shards.
    """
    for place, node in enumerate(cluster.shards):
        with connect(cluster, node) as connection, plain_errors(node), connection.transaction():
            connection.execute(_filled(SHARD, dimension))
            _claim(connection, node, {"place": place, "shards": len(cluster.shards), "dimension": dimension})
    with connect(cluster, cluster.coordinator) as connection, plain_errors(cluster.coordinator):
        with connection.transaction():
            connection.execute(_filled(COORDINATOR, dimension))
            _claim(connection, cluster.coordinator, {"shards": len(cluster.shards), "dimension": dimension})
            for place, node in enumerate(cluster.shards):
                _lead_to(connection, cluster, place, node)
        connection.execute("SELECT postgres_fdw_disconnect_all()")


def _filled(text: str, dimension: int) -> Statement:
    from psycopg import sql

    columns = sql.SQL(COLUMNS).format(dimension=sql.Literal(dimension))
    return sql.SQL(text).format(schema=sql.Identifier(SCHEMA), columns=columns)


def _claim(connection: Connection, node: Node, wanted: Mapping[str, int]) -> None:
    from psycopg import sql

    wanted = {"format": FORMAT, **wanted}
    names = sql.SQL(", ").join(map(sql.Identifier, wanted))
    table = sql.SQL("{}.layout").format(sql.Identifier(SCHEMA))
    values = sql.SQL(", ").join(map(sql.Literal, wanted.values()))
    connection.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(table, names, values))
    found = connection.execute(sql.SQL("SELECT {} FROM {}").format(names, table)).fetchone()
    held = dict(zip(wanted, found or (), strict=False))
    if held != wanted:
        raise ShardsLayoutError(
            f"{node.shown} already holds shards of another layout ({_words(held)}; wanted: {_words(wanted)}); "
            f"name another database, or drop the schema {SCHEMA} there"
        )


def _words(layout: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in layout.items())


def _lead_to(connection: Connection, cluster: Cluster, place: int, node: Node) -> None:
    from psycopg import sql

    name = sql.Identifier(server(node))
    table = sql.SQL(PARTITION).format(
        schema=sql.Identifier(SCHEMA),
        table=sql.Identifier(partition(place)),
        shards=sql.Literal(len(cluster.shards)),
        place=sql.Literal(place),
        server=name,
        schema_name=sql.Literal(SCHEMA),
    )
    connection.execute(sql.SQL("CREATE SERVER IF NOT EXISTS {} FOREIGN DATA WRAPPER postgres_fdw").format(name))
    wanted = _server_options(cluster, node)
    rows = connection.execute(
        "SELECT option_name FROM pg_foreign_server, pg_options_to_table(srvoptions) WHERE srvname = %s", [server(node)]
    )
    changes = _changes({row[0] for row in rows}, wanted)
    connection.execute(sql.SQL("ALTER SERVER {} OPTIONS ({})").format(name, changes))
    connection.execute(sql.SQL("DROP USER MAPPING IF EXISTS FOR CURRENT_USER SERVER {}").format(name))
    if connection.execute("SELECT current_setting('is_superuser')").fetchone() == ("on",):
        connection.execute(QUIET)
    secrets = {key: node.parameters[key] for key in ("user", "password") if key in node.parameters}
    mapping = sql.SQL("CREATE USER MAPPING FOR CURRENT_USER SERVER {} OPTIONS ({})")
    connection.execute(mapping.format(name, _given(secrets)))
    connection.execute(table)


def _server_options(cluster: Cluster, node: Node) -> dict[str, str]:
    reached = {key: value for key, value in node.parameters.items() if key not in {"user", "password", "passfile"}}
    return {
        **reached,
        "options": f"{node.parameters.get('options', '')} {cluster.options}".strip(),
        "connect_timeout": str(cluster.connect_timeout),
        "extensions": "vector",
        "fetch_size": str(cluster.fetch_size),
        "async_capable": "true",
        "parallel_commit": "true",
        "batch_size": "1000",
    }


def _given(options: Mapping[str, str]) -> Statement:
    from psycopg import sql

    pairs = [sql.SQL("{} {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in options.items()]
    return sql.SQL(", ").join(pairs)


def _changes(held: set[str], wanted: Mapping[str, str]) -> Statement:
    from psycopg import sql

    kept = [
        sql.SQL("{} {} {}").format(sql.SQL("SET" if name in held else "ADD"), sql.Identifier(name), sql.Literal(value))
        for name, value in wanted.items()
    ]
    gone = [sql.SQL("DROP {}").format(sql.Identifier(name)) for name in sorted(held - set(wanted))]
    return sql.SQL(", ").join([*kept, *gone])
