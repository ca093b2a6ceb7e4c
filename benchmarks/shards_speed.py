"""How fast is an exact nearest-organizations search over three PostgreSQL shards?

    python benchmarks/shards_speed.py [--vectors VECTORS.sqlite] [--organizations 300000] [--runs 15] [--out FILE]

Starts four real servers on this machine (three shards and a coordinator), loads them, and times in turn, in one
process: one fused float32 pass with numpy; the query that is shipped (UNION ALL of each shard's ORDER BY ... LIMIT,
then float64); the same with a sector, a country and a capacity; and the same search through the partitioned parent
table. With a vector cache, the vectors are those of real texts, jittered and scaled to length 1;
otherwise they are random. The three servers share the cores of this machine, so three machines would be faster.
"""

from __future__ import annotations

import argparse
import gc
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil
from reporting import report
from threadpoolctl import threadpool_limits

from kb.shards import Cluster, Node, Shards, VectorRow, Wanted, check_health, create, load
from kb.shards.connecting import connect, parameters_of
from kb.shards.layout import SCHEMA

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.postgres import running_server

COUNT, DIMENSION = 50, 384
JITTER = 0.02
SECTORS, COUNTRIES = ("public", "voluntary", "private"), ("KE", "TZ", "US", "IN", "GB")
CAPACITIES = ("funding", "logistics", "training", "distribution")
PARENT = f"SELECT id FROM {SCHEMA}.organization ORDER BY vector <#> %s::vector, id LIMIT {COUNT}"


def real_vectors(path: Path, count: int) -> np.ndarray:
    """Draw vectors from a cache file, jitter them, and scale them to length 1; float32 (count, 384)."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        blobs = [row[0] for row in connection.execute("SELECT value FROM vector LIMIT 100000")]
    known = np.stack([np.frombuffer(blob, np.float32, DIMENSION) for blob in blobs])
    return scaled(known[np.random.default_rng(1).integers(0, len(known), count)], JITTER)


def scaled(vectors: np.ndarray, jitter: float) -> np.ndarray:
    draw = np.random.default_rng(2)
    for start in range(0, len(vectors), 10_000):
        block = vectors[start : start + 10_000]
        block += draw.standard_normal(block.shape, np.float32) * np.float32(jitter)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    return vectors


def rows(vectors: np.ndarray) -> Iterator[VectorRow]:
    draw = np.random.default_rng(3)
    sector, country = draw.integers(0, len(SECTORS), len(vectors)), draw.integers(0, len(COUNTRIES), len(vectors))
    has = draw.integers(0, len(CAPACITIES), len(vectors))
    for at, vector in enumerate(vectors):
        capacities = CAPACITIES[: has[at]]
        yield VectorRow(
            at,
            f"org-{at:07d}",
            f"Organization {at}",
            SECTORS[sector[at]],
            "company",
            COUNTRIES[country[at]],
            capacities,
            vector,
        )


def fused_pass(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Compare one vector with all, and take the exact top 50."""
    products = vectors @ query
    best = np.argpartition(-products, COUNT)[:COUNT]
    return best[np.argsort(-products[best])]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def compare(works: dict[str, Callable[[], object]], runs: int, slow: frozenset[str]) -> dict[str, list[float]]:
    """Time everything in turn; what is slow, in three of the runs only."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for name, work in works.items():
        for _ in range(1 if name in slow else 3):
            work()
    for run in range(runs):
        for name, work in works.items():
            if name not in slow or run % max(1, runs // 3) == 0:
                times[name].append(timed(work))
    return times


def processor_ms(pids: list[int]) -> float:
    """Return the processor time that servers have used so far."""
    found = [one for pid in pids for one in (psutil.Process(pid), *psutil.Process(pid).children())]
    return sum(1000 * (one.cpu_times().user + one.cpu_times().system) for one in found)


def processor_of(work: Callable[[], object], pids: list[int], runs: int) -> float:
    """Return the processor time that servers use for one run, which other programs on the machine disturb less."""
    before = processor_ms(pids)
    for _ in range(runs):
        work()
    return round((processor_ms(pids) - before) / runs, 1)


def measure(options: argparse.Namespace, vectors: np.ndarray, stack: ExitStack) -> dict[str, object]:
    servers = [stack.enter_context(running_server()) for _ in range(4)]
    for server in servers:
        with server.connect() as connection:
            connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
            connection.execute("SELECT pg_reload_conf()")

    def node(name: str, place: int) -> Node:
        return Node(name, parameters_of(servers[place].url(servers[place].fresh_database())))

    settings = {"max_parallel_workers_per_gather": str(options.workers), "jit": "off", "work_mem": "32MB"}
    three = Cluster(node("coordinator", 0), tuple(node(f"shard_{at}", at) for at in (1, 2, 3)), settings)
    create(three)
    start = time.perf_counter()
    loaded = load(three, rows(vectors), "synthetic")
    loading = time.perf_counter() - start
    start = time.perf_counter()
    load(three, rows(vectors), "synthetic")
    again = time.perf_counter() - start
    size = sum(shard.bytes or 0 for shard in check_health(three).shards)
    searching = stack.enter_context(Shards(three))
    query = scaled(vectors[7:8].copy(), 0.03)[0]
    wanted = Wanted(("private",), (), ("KE",), ("funding",))
    through_parent = stack.enter_context(connect(three, three.coordinator))
    text = str(query.tolist())
    works = {
        "fused_float32_pass": lambda: fused_pass(vectors, query),
        "three_shards": lambda: searching.nearest(query, COUNT),
        "three_shards_filtered": lambda: searching.nearest(query, COUNT, wanted),
        "through_the_parent_table": lambda: through_parent.execute(PARENT, (text,)).fetchall(),
    }
    found = [one.number for one in searching.nearest(query, COUNT).found]
    with threadpool_limits(1):
        if found != fused_pass(vectors, query).tolist():
            raise SystemExit("the shards and numpy disagree")
        times = compare(works, options.runs, frozenset({"through_the_parent_table"}))
        pids = [server.pid for server in servers]
        on_shards = processor_of(works["three_shards"], pids[1:], options.runs)
        on_coordinator = processor_of(works["three_shards"], pids[:1], options.runs)
    medians = {f"{name}_ms": round(statistics.median(each), 1) for name, each in times.items()}
    fastest = {name: round(min(each), 1) for name, each in times.items()}
    shards = statistics.median(times["three_shards"])
    return {
        "organizations": len(vectors),
        "vectors": "jittered texts" if options.vectors else "random",
        "runs": options.runs,
        "cores_shared_by_all_servers": os.cpu_count(),
        "parallel_workers_per_shard": options.workers,
        "load_average_while_measured": round(os.getloadavg()[0], 1),
        "loaded_per_second": round(loaded.organizations / loading),
        "loaded_again_unchanged_s": round(again, 1),
        "bytes_per_organization": round(size / len(vectors)),
        **medians,
        "fastest_ms": fastest,
        "processor_ms_of_three_shards": {"shards together": on_shards, "coordinator": on_coordinator},
        "same_order_as_the_fused_pass": True,
        "ratio_to_the_fused_pass": round(shards / statistics.median(times["fused_float32_pass"]), 2),
        "parent_table_to_shards": round(statistics.median(times["through_the_parent_table"]) / shards, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vectors", type=Path, help="Vector cache of a knowledge base (vectors.sqlite).")
    parser.add_argument("--organizations", type=int, default=300_000)
    parser.add_argument("--workers", type=int, default=0, help="Parallel workers per shard and query.")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.vectors:
        vectors = real_vectors(options.vectors, options.organizations)
    else:
        shape = (options.organizations, DIMENSION)
        vectors = scaled(np.random.default_rng(1).standard_normal(shape, np.float32), 0)
    gc.collect()
    with ExitStack() as stack:
        report(measure(options, vectors, stack), options.out)


if __name__ == "__main__":
    main()
