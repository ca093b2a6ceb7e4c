"""Health: which shards answer, what they hold, and whether they do their own sorting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kb.shards.cluster import Cluster, Node
from kb.shards.connecting import connect, plain_errors
from kb.shards.errors import ShardsError
from kb.shards.layout import SCHEMA
from kb.shards.searching import PUSH_DOWN, Shards, Wanted, near_statement


@dataclass(frozen=True)
class ShardHealth:
    """One shard.

    Attributes
    ----------
    address : str
        Without user and password.
    organizations : int or None
        What it holds; None when it cannot be asked.
    expected : int or None
        What the loads that landed put there.
    bytes : int or None
        On its disk.
    problem : str
        Why it is not ready; empty when it is.
    """

    name: str
    address: str
    organizations: int | None = None
    expected: int | None = None
    bytes: int | None = None
    problem: str = ""

    @property
    def ready(self) -> bool:
        """Whether it can be searched through the coordinator and holds what it should."""
        return not self.problem


@dataclass(frozen=True)
class ClusterHealth:
    """All of them.

    Attributes
    ----------
    model : str
        What made the vectors; empty when nothing was loaded.
    unfinished : bool
        Whether a load is going on, or was broken off.
    problem : str
        Why the coordinator is not ready; empty when it is.
    """

    shards: tuple[ShardHealth, ...]
    model: str = ""
    unfinished: bool = False
    problem: str = ""

    @property
    def ready(self) -> bool:
        """Whether a search is exact and complete now."""
        return not self.problem and not self.unfinished and all(shard.ready for shard in self.shards)


def check_health(cluster: Cluster) -> ClusterHealth:
    """Ask every server, each on its own, so that one that is dead does not hide the others."""
    held = tuple(_held(cluster, node) for node in cluster.shards)
    with Shards(cluster) as shards:
        try:
            model, finished = shards.loaded()
        except ShardsError as error:
            return ClusterHealth(held, problem=str(error))
        seen = tuple(_reached(shards, place, shard) for place, shard in enumerate(held))
    return ClusterHealth(seen, model, not finished)


def _held(cluster: Cluster, node: Node) -> ShardHealth:
    query = (
        f"SELECT (SELECT count(*) FROM {SCHEMA}.organization), "
        f"(SELECT CASE WHEN bool_and(digest <> '') THEN sum(organizations) END FROM {SCHEMA}.batch), "
        f"pg_total_relation_size('{SCHEMA}.organization')"
    )
    try:
        with connect(cluster, node) as connection, plain_errors(node):
            count, expected, size = connection.execute(query).fetchone() or (0, 0, 0)
    except ShardsError as error:
        return ShardHealth(node.name, node.address, problem=str(error))
    lost = f"{node.shown} holds {count:,} organizations instead of {expected:,}; run: dancecard shards load --anew"
    problem = lost if expected is not None and count != expected else ""
    return ShardHealth(node.name, node.address, count, expected, size, problem)


def _reached(shards: Shards, place: int, shard: ShardHealth) -> ShardHealth:
    problem = shard.problem or shards.problem(place)
    if problem and not shard.problem:
        problem = f"it answers here, and not to the coordinator: {problem}"
    return ShardHealth(shard.name, shard.address, shard.organizations, shard.expected, shard.bytes, problem)


def remote_queries(
    cluster: Cluster, wanted: Wanted | None = None, count: int = 50, dimension: int = 384
) -> tuple[Mapping[str, Any], ...]:
    """Return the plan's node of every shard for a search, as EXPLAIN (VERBOSE, FORMAT JSON) tells it."""
    unit = np.full(dimension, dimension**-0.5, np.float32)
    statement = near_statement(unit, count, wanted or Wanted(), range(len(cluster.shards)))
    with connect(cluster, cluster.coordinator) as connection, plain_errors(cluster.coordinator):
        from psycopg import sql

        connection.execute(PUSH_DOWN)
        found = connection.execute(sql.SQL("EXPLAIN (VERBOSE, FORMAT JSON) {}").format(statement)).fetchone()
    plan = found[0] if found else []
    return tuple(_foreign((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def _foreign(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "Remote SQL" in plan:
        yield plan
    below: Sequence[Mapping[str, Any]] = plan.get("Plans", ())
    for child in below:
        yield from _foreign(child)
