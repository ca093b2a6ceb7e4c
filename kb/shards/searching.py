"""Searching: the exact nearest organizations, from every shard its own nearest.

Each shard answers `ORDER BY vector <#> query, id LIMIT n` over its own organizations, and the coordinator puts the
answers together with UNION ALL. A shard adds products in float32, so its order is right only up to rounding. What is
fetched is therefore compared again in float64, and the answer is given when no organization that was not fetched can
reach it; otherwise more are fetched.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kb.shards.cluster import Cluster
from kb.shards.connecting import AGAIN, connect, plain_errors
from kb.shards.errors import ShardsError, ShardsLayoutError, ShardUnavailableError
from kb.shards.layout import SCHEMA, partition
from kb.shards.rows import LENGTH_TOLERANCE, Floats, unpacked

if TYPE_CHECKING:
    from typing import Self

    from kb.shards.connecting import Connection, Statement

SPARE = 8
"""Organizations fetched from each shard beyond those that it is likely to have among the nearest."""

GROWTH = 4

PUSH_DOWN = "SET enable_sort = off"
"""Otherwise the coordinator's planner, which knows little of what the shards hold, may fetch every row to sort it."""

NEAR = """(SELECT tableoid, number, id, name, sector, country, vector, vector OPERATOR(public.<#>) {query} AS away
FROM {table} {where} ORDER BY away, id LIMIT {limit})"""
"""What is sorted by stands among the columns: otherwise the coordinator asks one shard after the other."""


@dataclass(frozen=True)
class Wanted:
    """What an organization must be to be found; empty means anything.

    Attributes
    ----------
    capacities : tuple of str
        All of them must be had.
    """

    sectors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    capacities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Near:
    """An organization that was found.

    Attributes
    ----------
    similarity : float in -1..1
        Product of its vector and the query's of length 1, added up in float64.
    """

    number: int
    id: str
    name: str
    sector: str | None
    country: str | None
    similarity: float


@dataclass(frozen=True)
class Nearest:
    """The answer.

    Attributes
    ----------
    found : tuple of Near
        By falling similarity, then by id.
    missing : tuple of str
        Shards that did not answer: what they hold is not among the found.
    unfinished : bool
        Whether a load was going on, or was broken off: some organizations may be old or missing.
    fetched : int
        Organizations that were fetched from each shard to be sure, at most.
    """

    found: tuple[Near, ...]
    missing: tuple[str, ...] = ()
    unfinished: bool = False
    fetched: int = 0


class Shards:
    """A connection to the coordinator that searches.

    Parameters
    ----------
    cluster : Cluster

    Notes
    -----
    One thread at a time searches; others wait. A connection that was lost is opened again by the next search.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._lock = threading.Lock()
        self._open: Connection | None = None

    def __enter__(self) -> Self:
        """Give itself; the connection opens at the first search."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    @property
    def _connection(self) -> Connection:
        if self._open is None or self._open.closed:
            self._open = connect(self.cluster, self.cluster.coordinator)
            self._open.execute(PUSH_DOWN)
            one_state(self._open)
        return self._open

    def loaded(self) -> tuple[str, bool]:
        """Return what made the vectors on the shards, and whether the last load was finished.

        Raises
        ------
        ShardsLayoutError
            When nothing was loaded yet.
        """
        with self._lock:
            return self._loading()

    def nearest(
        self, vector: Floats, count: int = 50, wanted: Wanted | None = None, *, partial: bool = False
    ) -> Nearest:
        """Find the nearest organizations of all shards, exactly.

        Parameters
        ----------
        vector : float32 (d,)
            Of the model that made the shards' vectors; it is scaled to length 1.
        count : int
        wanted : Wanted, optional
        partial : bool
            Whether to answer with what is left when shards are missing; the answer names them.

        Raises
        ------
        ShardUnavailableError
            When a server does not answer, with its name.
        """
        query = np.asarray(vector, np.float64)
        length = float(np.linalg.norm(query))
        if not np.isfinite(length) or length == 0:
            raise ShardsError("the vector to search for is zero or not finite; there is no text to compare with")
        unit = np.asarray(query / length, np.float32)
        places = tuple(range(len(self.cluster.shards)))
        with self._lock:
            try:
                return self._nearest(unit, count, wanted or Wanted(), places)
            except ShardUnavailableError:
                dead = self._dead(places)
            alive = tuple(place for place in places if place not in dead)
            missing = tuple(self.cluster.shards[place].name for place in dead)
            if dead and not (partial and alive):
                raise ShardUnavailableError(self._told(dead, bool(alive)), missing)
            answer = self._nearest(unit, count, wanted or Wanted(), alive)
            return Nearest(answer.found, missing, answer.unfinished, answer.fetched)

    def _told(self, dead: Sequence[int], some: bool) -> str:
        names = " and ".join(self.cluster.shards[place].shown for place in dead)
        rest = "; --partial answers with the shards that are left" if some else ""
        return f"{names} {'do' if len(dead) > 1 else 'does'} not answer; {AGAIN}{rest}"

    def _dead(self, places: Sequence[int]) -> tuple[int, ...]:
        return tuple(place for place in places if self._problem(place))

    def problem(self, place: int) -> str:
        """Say why the coordinator gets no answer from a shard; nothing when it does."""
        with self._lock:
            return self._problem(place)

    def _problem(self, place: int) -> str:
        connection = self._connection
        try:
            with plain_errors(self.cluster.shards[place]), connection.transaction():
                connection.execute(f"SET LOCAL statement_timeout = '{self.cluster.connect_timeout}s'")
                connection.execute(f"SELECT FROM {SCHEMA}.{partition(place)} LIMIT 1")
        except ShardsError as error:
            if connection.closed:
                raise
            return str(error)
        return ""

    def _nearest(self, unit: Floats, count: int, wanted: Wanted, places: Sequence[int]) -> Nearest:
        coordinator = self.cluster.coordinator
        limit = first_limit(count, len(places))
        with plain_errors(coordinator), self._connection.transaction():
            unfinished = not self._loading()[1]
            while True:
                found, horizon = self._fetch(unit, limit, wanted, places)
                if (len(found) >= count and found[count - 1].similarity > horizon) or np.isneginf(horizon):
                    return Nearest(found[:count], (), unfinished, limit)
                limit *= GROWTH

    def _loading(self) -> tuple[str, bool]:
        with plain_errors(self.cluster.coordinator):
            found = self._connection.execute(f"SELECT model, finished_at IS NOT NULL FROM {SCHEMA}.loading").fetchone()
        if found is None:
            raise ShardsLayoutError("nothing was loaded yet; run: dancecard shards load")
        return str(found[0]), bool(found[1])

    def _fetch(self, unit: Floats, limit: int, wanted: Wanted, places: Sequence[int]) -> tuple[tuple[Near, ...], float]:
        """Return what was fetched, in order, and what no organization that was not fetched can exceed."""
        near: dict[int, list[Near]] = {}
        cursor = self._connection.cursor(binary=True)
        for place, number, key, name, sector, country, vector, _ in cursor.execute(
            near_statement(unit, limit, wanted, places)
        ):
            one = Near(number, key, name, sector, country, similarity(unpacked(vector), unit))
            near.setdefault(place, []).append(one)
        last = [min(one.similarity for one in of_it) for of_it in near.values() if len(of_it) == limit]
        horizon = max(last) + 2 * rounding(len(unit)) if last else -np.inf
        found = sorted((one for of_it in near.values() for one in of_it), key=lambda one: (-one.similarity, one.id))
        return tuple(found), horizon


def first_limit(count: int, shards: int) -> int:
    """Return how many to fetch from each shard at first: what a shard hardly ever has more of among the nearest.

    Hashing spreads the nearest evenly, so their number on one shard is binomial: its mean, and four deviations.
    """
    share = 1 / shards
    return min(count, math.ceil(count * share + 4 * math.sqrt(count * share * (1 - share)))) + SPARE


def one_state(connection: Connection) -> None:
    """Let every transaction only read, and see one state of each shard however often it asks."""
    from psycopg import IsolationLevel

    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True


def rounding(dimension: int) -> float:
    """Return the most by which a float32 sum of products of two vectors of length 1 can be wrong.

    Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1: gamma_n = nu / (1 - nu).
    """
    unit = dimension * 2.0**-24
    return unit / (1 - unit) * (1 + LENGTH_TOLERANCE)


def similarity(vector: Floats, unit: Floats) -> float:
    """Return the product of two vectors, added up in float64, the same wherever the vector stands."""
    product: NDArray[np.float64] = vector.astype(np.float64) * unit.astype(np.float64)
    return float(product.sum())


def near_statement(unit: Floats, limit: int, wanted: Wanted, places: Sequence[int]) -> Statement:
    """Return the query of the nearest organizations of some shards, in no order between shards."""
    from psycopg import sql

    text = "[" + ",".join(map(str, unit.tolist())) + "]"
    query = sql.SQL("{}::public.vector").format(sql.Literal(text))
    return sql.SQL(" UNION ALL ").join(
        sql.SQL(NEAR).format(
            table=_table(place),
            where=_where(wanted),
            query=query,
            limit=sql.Literal(limit),
        )
        for place in places
    )


def _table(place: int) -> Statement:
    from psycopg import sql

    return sql.SQL("{}.{}").format(sql.Identifier(SCHEMA), sql.Identifier(partition(place)))


def _where(wanted: Wanted) -> Statement:
    from psycopg import sql

    one_of = (("sector", wanted.sectors), ("kind", wanted.kinds), ("country", wanted.countries))
    tests: list[Statement] = [
        sql.SQL("{} = ANY({}::text[])").format(sql.Identifier(column), sql.Literal(list(values)))
        for column, values in one_of
        if values
    ]
    if wanted.capacities:
        tests.append(sql.SQL("capacities @> {}::text[]").format(sql.Literal(list(wanted.capacities))))
    if not tests:
        return sql.Composed([])
    # The detour keeps the coordinator from taking the filters for so strict that a LIMIT is not worth handing over.
    return sql.SQL("WHERE ({})::integer <> 0").format(sql.SQL(" AND ").join(tests))
