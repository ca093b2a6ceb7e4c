"""Loading: batches that land whole or not at all, and are skipped when the shard already holds them.

Organizations are cut into batches by their number. A shard remembers a digest of its part of each batch in the same
transaction as the rows, so that a load that was killed goes on where it was, a repeated one writes nothing, and a later
one writes the batches in which something changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from kb.importing.parsed import Progress, no_progress
from kb.shards.cluster import Cluster, Node
from kb.shards.connecting import connect, plain_errors
from kb.shards.errors import ShardRowError, ShardsBusyError, ShardsLayoutError
from kb.shards.layout import SCHEMA, partition
from kb.shards.rows import VectorRow, check, digest_of

if TYPE_CHECKING:
    from kb.shards.connecting import Connection

WIDTH = 8_192
"""Numbers in a batch."""

LOCK = 5_021_977
"""The advisory lock on the coordinator that keeps two loads apart."""

PATIENCE = "3s"
"""How long a load waits for the lock: that of a load that was killed is gone by then."""

TYPES = ("int8", "text", "text", "text", "text", "text", "text[]", "vector")
TABLE = f"{SCHEMA}.organization"
ARRIVING = f"CREATE TEMP TABLE arriving (LIKE {TABLE})"
UPSERT = f"""
INSERT INTO {TABLE} AS held SELECT * FROM pg_temp.arriving ON CONFLICT (number) DO UPDATE SET
    (id, name, sector, kind, country, capacities, vector) = (excluded.id, excluded.name, excluded.sector,
     excluded.kind, excluded.country, excluded.capacities, excluded.vector)
WHERE held.* IS DISTINCT FROM excluded.*
"""
GONE = f"""
DELETE FROM {TABLE} AS held WHERE number >= %s AND number < %s
AND NOT EXISTS (SELECT FROM pg_temp.arriving WHERE arriving.number = held.number)
"""
REMEMBER = f"""
INSERT INTO {SCHEMA}.batch VALUES (%s, %s, %s)
ON CONFLICT (first) DO UPDATE SET digest = excluded.digest, organizations = excluded.organizations
"""
START = f"""
INSERT INTO {SCHEMA}.loading (model, started_at) VALUES (%s, now())
ON CONFLICT (only_row) DO UPDATE SET model = excluded.model, started_at = now(), finished_at = NULL
"""


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Attributes
    ----------
    organizations : int
        Read from the source.
    written : int
        Those in batches that were written; the others stood as they are.
    per_shard : tuple of int
        Organizations on each shard.
    """

    organizations: int
    written: int
    per_shard: tuple[int, ...]


class _Shard:
    """One shard while it is loaded."""

    def __init__(self, node: Node, connection: Connection, dimension: int) -> None:
        self.node = node
        self._connection = connection
        self._dimension = dimension
        with plain_errors(node):
            _know_vectors(connection)
            connection.execute(ARRIVING)
            self.held: dict[int, bytes] = dict(connection.execute(f"SELECT first, digest FROM {SCHEMA}.batch"))

    def put(self, first: int, rows: Sequence[VectorRow]) -> int:
        """Make the shard's part of a batch be `rows`; returns how many were written."""
        digest = digest_of(rows)
        if self.held.get(first) == digest:
            return 0
        for row in rows:
            check(row, self._dimension)
        with plain_errors(self.node), self._connection.transaction():
            span = (first, first + WIDTH)
            held = self._connection.execute(
                f"SELECT EXISTS (SELECT FROM {TABLE} WHERE number >= %s AND number < %s)", span
            ).fetchone()
            if held == (False,):
                _copy(self._connection, TABLE, rows)
            else:
                self._connection.execute("TRUNCATE pg_temp.arriving")
                _copy(self._connection, "pg_temp.arriving", rows)
                self._connection.execute(GONE, span)
                self._connection.execute(UPSERT)
            self._connection.execute(REMEMBER, (first, digest, len(rows)))
        self.held[first] = digest
        return len(rows)

    def doubt(self) -> None:
        """Compare every batch with what the shard holds, whatever it remembers."""
        with plain_errors(self.node):
            there = self._connection.execute(f"SELECT DISTINCT number / {WIDTH} * {WIDTH} FROM {TABLE}").fetchall()
        self.held = dict.fromkeys([*self.held, *(first for (first,) in there)], b"")

    def clear(self) -> None:
        """Take everything away."""
        with plain_errors(self.node):
            self._connection.execute(f"TRUNCATE {TABLE}, {SCHEMA}.batch")
        self.held.clear()

    def finish(self, seen: set[int]) -> int:
        """Take away the batches that the source no longer has; returns the shard's organizations."""
        with plain_errors(self.node):
            for first in sorted(set(self.held) - seen):
                with self._connection.transaction():
                    self._connection.execute(
                        f"DELETE FROM {TABLE} WHERE number >= %s AND number < %s", (first, first + WIDTH)
                    )
                    self._connection.execute(f"DELETE FROM {SCHEMA}.batch WHERE first = %s", (first,))
            self._connection.execute(f"ANALYZE {TABLE}")
            (count,) = self._connection.execute(f"SELECT count(*) FROM {TABLE}").fetchone() or (0,)
        return int(count)


def _know_vectors(connection: Connection) -> None:
    from psycopg.adapt import Dumper
    from psycopg.pq import Format
    from psycopg.types import TypeInfo

    info = TypeInfo.fetch(connection, "public.vector")
    if info is None:
        raise ShardsLayoutError("the vector extension is missing; run: dancecard shards create")
    info.register(connection)
    identifier = info.oid

    class Vector(Dumper):
        format = Format.BINARY
        oid = identifier

        def dump(self, obj: bytes) -> bytes:
            return obj

    connection.adapters.register_dumper(Vector, Vector)


def _copy(connection: Connection, table: str, rows: Sequence[VectorRow]) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(TYPES)
        for row in rows:
            copy.write_row(row.fields)


@contextmanager
def _alone(cluster: Cluster) -> Iterator[Connection]:
    """Hold the coordinator's lock while something is loaded."""
    import psycopg

    with connect(cluster, cluster.coordinator) as coordinator, plain_errors(cluster.coordinator):
        coordinator.execute(f"SET lock_timeout = '{PATIENCE}'")
        try:
            coordinator.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        except psycopg.errors.LockNotAvailable:
            raise ShardsBusyError(
                "another load of these shards is running; wait until it is done, then try again"
            ) from None
        coordinator.execute("RESET lock_timeout")
        try:
            yield coordinator
        finally:
            if not coordinator.broken:
                coordinator.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


def load(
    cluster: Cluster,
    rows: Iterable[VectorRow],
    model: str,
    *,
    anew: bool = False,
    total: int | None = None,
    progress: Progress = no_progress,
) -> Loaded:
    """Make the shards hold exactly `rows`.

    Parameters
    ----------
    rows : iterable of VectorRow
        By ascending number.
    model : str
        What made the vectors. Shards of another model are emptied first: vectors of two models are never mixed.
    anew : bool
        Whether to compare every batch with what the shards hold, also those that they remember.

    Raises
    ------
    ShardUnavailableError
        When a server does not answer; what was loaded stays, and the next load goes on from there.
    ShardRowError
        When a row cannot be loaded.
    ShardsBusyError
        When another load is running.
    """
    nodes = cluster.shards
    read = written = 0
    seen: set[int] = set()
    with _alone(cluster) as coordinator, ExitStack() as stack:
        dimension = _dimension(coordinator)
        connections = [stack.enter_context(connect(cluster, node)) for node in nodes]
        shards = [_Shard(node, connection, dimension) for node, connection in zip(nodes, connections, strict=True)]
        pool = stack.enter_context(ThreadPoolExecutor(len(nodes)))
        if _model(coordinator) not in {None, model}:
            list(pool.map(_Shard.clear, shards))
        if anew:
            list(pool.map(_Shard.doubt, shards))
        coordinator.execute(START, (model,))
        for batch, members in groupby(_ascending(rows), lambda row: row.number // WIDTH):
            first, arrived = batch * WIDTH, list(members)
            parts: list[list[VectorRow]] = [[] for _ in nodes]
            for row, place in zip(arrived, _places(coordinator, len(nodes), arrived), strict=True):
                parts[place].append(row)
            written += sum(pool.map(lambda shard, part, at=first: shard.put(at, part), shards, parts))
            seen.add(first)
            read += len(arrived)
            progress("Loading shards", read, total)
        per_shard = tuple(pool.map(lambda shard: shard.finish(seen), shards))
        _learn_sizes(coordinator, len(nodes))
        coordinator.execute(f"UPDATE {SCHEMA}.loading SET finished_at = now()")
    return Loaded(read, written, per_shard)


def put(cluster: Cluster, rows: Sequence[VectorRow]) -> None:
    """Write a few organizations, new or changed; the next query sees them.

    The next `load` compares their batches anew.

    Raises
    ------
    ShardUnavailableError, ShardRowError, ShardsBusyError
        As `load`.
    """
    with _alone(cluster) as coordinator:
        dimension = _dimension(coordinator)
        for row in rows:
            check(row, dimension)
        places = _places(coordinator, len(cluster.shards), rows)
        for place, node in enumerate(cluster.shards):
            if chosen := [row for row, at in zip(rows, places, strict=True) if at == place]:
                _put(cluster, node, chosen)


def _put(cluster: Cluster, node: Node, rows: Sequence[VectorRow]) -> None:
    with connect(cluster, node) as connection, plain_errors(node), connection.transaction():
        _know_vectors(connection)
        connection.execute(ARRIVING)
        _copy(connection, "pg_temp.arriving", rows)
        connection.execute(UPSERT)
        for first in sorted({row.number // WIDTH * WIDTH for row in rows}):
            connection.execute(REMEMBER, (first, b"", 0))


def _ascending(rows: Iterable[VectorRow]) -> Iterator[VectorRow]:
    last = -1
    for row in rows:
        if row.number <= last:
            raise ShardRowError(f"{row.id}: number {row.number} comes after {last}; rows must come by ascending number")
        last = row.number
        yield row


def _dimension(coordinator: Connection) -> int:
    found = coordinator.execute(f"SELECT dimension FROM {SCHEMA}.layout").fetchone()
    if found is None:
        raise ShardsLayoutError("the coordinator holds no shards yet; create them: dancecard shards create")
    return int(found[0])


def _learn_sizes(coordinator: Connection, shards: int) -> None:
    """Let the coordinator's planner know how much the shards hold, from as small a sample as there can be."""
    coordinator.execute("SET default_statistics_target = 1")
    for place in range(shards):
        coordinator.execute(f"ANALYZE {SCHEMA}.{partition(place)}")


def _model(coordinator: Connection) -> str | None:
    found = coordinator.execute(f"SELECT model FROM {SCHEMA}.loading").fetchone()
    return None if found is None else str(found[0])


def _places(coordinator: Connection, shards: int, rows: Sequence[VectorRow]) -> list[int]:
    """Ask the coordinator which shard each row belongs to, so that its hash is the one that counts."""
    tests = ", ".join(
        f"satisfies_hash_partition('{TABLE}'::regclass, {shards}, {place}, number)" for place in range(shards)
    )
    query = (
        f"SELECT array_position(ARRAY[{tests}], true) - 1 "
        "FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(number, at) ORDER BY at"
    )
    return [int(row[0]) for row in coordinator.execute(query, ([row.number for row in rows],))]
