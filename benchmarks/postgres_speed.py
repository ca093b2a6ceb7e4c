"""Where to score on PostgreSQL: in SQL by pgvector, or over the columnar snapshot? And how fast do profiles land?

    python benchmarks/postgres_speed.py [--organizations N] [--vectors VECTORS.sqlite] [--runs 9] [--out RESULT.json]

A real server (`tests/postgres.py`) holds N vectors as ``halfvec(384)`` and as ``vector(384)``. The exact top 50 of
one text, and of the six texts of a usual brief (by the sum of their cosines), is asked of pgvector by ORDER BY ...
LIMIT, on one core and with the workers that the server takes by itself, and of numpy: one fused float32 pass over the
array that the snapshot maps. All are timed in turn in one run, on one BLAS thread, so that the ratios hold when the
machine's speed drifts. Then N profiles are written to a knowledge base on each engine: searchable, with their vectors
(encoding not counted), and with all that an edit records. Processor seconds of the program are given beside those on
the clock, because a busy machine has less to give (the server's own work on PostgreSQL is in the clock only).

The snapshot is what scores, on both engines: it was the faster one in every row, it holds full precision (half
precision changes who is in the top 50), and a ranking needs all components of all organizations, of which likeness of
texts is one; SQL would send all its values across. So no vectors are kept on the server; those of `kb.shards`, where
the organizations do not fit one machine, are.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray
from reporting import report
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kb import journal
from kb.columns.vectors import VectorCache
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization
from tests.postgres import Server, running_server

Floats = NDArray[np.float32]
DIMENSION, COUNT, TEXTS = 384, 50, 6
TYPES = {"halfvec": ">f2", "vector": ">f4"}
WORDS = (
    "water health children schools radio training nurses clinics malaria nets soap community market bank energy "
    "women farmers youth research housing transport repair software steel paper credit"
)


def real_vectors(path: Path, count: int) -> Floats:
    """Read vectors from a cache file; (count, 384) unit rows."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT substr(value, 1, ?) FROM vector LIMIT ?", (4 * DIMENSION, count))
        return np.array([np.frombuffer(row[0], np.float32) for row in rows])


def random_vectors(count: int, seed: int = 7) -> Floats:
    """Draw vectors around some directions, as texts of some fields lie; (count, 384) unit rows."""
    rng = np.random.default_rng(seed)
    fields = rng.standard_normal((40, DIMENSION))
    drawn = fields[rng.integers(0, 40, count)] + rng.standard_normal((count, DIMENSION))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def load(connection: psycopg.Connection, kind: str, vectors: Floats) -> float:
    """Fill a table of one type in binary; returns seconds."""
    connection.execute(f"CREATE TABLE {kind}s (number integer PRIMARY KEY, v {kind}({DIMENSION}) NOT NULL)")
    head = np.array([DIMENSION, 0], ">i2").tobytes()
    began = time.perf_counter()
    with connection.cursor().copy(f"COPY {kind}s FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int4", "bytea"])
        for number, vector in enumerate(vectors.astype(TYPES[kind])):
            copy.write_row((number, head + vector.tobytes()))
    seconds = time.perf_counter() - began
    connection.execute(f"VACUUM ANALYZE {kind}s")
    return seconds


def in_sql(connection: psycopg.Connection, kind: str, queries: Floats) -> list[int]:
    """Ask pgvector for the exact top 50 by the sum of inner products."""
    terms = " + ".join(f"(v <#> %s::{kind})" for _ in queries)
    texts = ["[" + ",".join(map(str, query.tolist())) + "]" for query in queries]
    found = connection.execute(f"SELECT number FROM {kind}s ORDER BY {terms} LIMIT {COUNT}", texts)
    return [row[0] for row in found]


def in_numpy(vectors: Floats, queries: Floats) -> list[int]:
    """Find the exact top 50 in one pass over the mapped array."""
    scores = (vectors @ queries.T).sum(axis=1) if len(queries) > 1 else vectors @ queries[0]
    best = np.argpartition(-scores, COUNT)[:COUNT]
    return [int(row) for row in best[np.argsort(-scores[best], kind="stable")]]


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def scoring(server: Server, vectors: Floats, runs: int, mapped: Floats) -> dict[str, object]:
    rng = np.random.default_rng(1)
    picks = rng.permutation(len(vectors))[: runs * TEXTS].reshape(runs, TEXTS)
    result: dict[str, object] = {}
    with server.connect(server.fresh_database()) as connection, threadpool_limits(1):
        connection.execute("CREATE EXTENSION vector")
        for kind in TYPES:
            result[f"rows_a_second_copied_into_{kind}"] = round(len(vectors) / load(connection, kind, vectors))
        for texts in (1, TEXTS):
            times: dict[str, list[float]] = {}
            alike: dict[str, list[int]] = {kind: [] for kind in TYPES}
            for run in range(-1, runs):
                queries = vectors[picks[run, :texts]]
                times.setdefault("numpy", []).append(timed(lambda q=queries: in_numpy(mapped, q)))
                exact = set(in_numpy(mapped, queries))
                for kind in TYPES:
                    for workers in (0, 2):
                        connection.execute(f"SET max_parallel_workers_per_gather = {workers}")
                        name = f"{kind}, {'one core' if not workers else 'with workers'}"
                        times.setdefault(name, []).append(timed(lambda k=kind, q=queries: in_sql(connection, k, q)))
                    alike[kind].append(len(exact & set(in_sql(connection, kind, queries))))
            medians = {name: statistics.median(values[1:]) for name, values in times.items()}
            result[f"top_{COUNT}_of_{texts}_ms"] = {name: round(value, 1) for name, value in medians.items()}
            result[f"top_{COUNT}_of_{texts}_times_numpy"] = {
                name: round(statistics.median(a / b for a, b in zip(times[name], times["numpy"], strict=True)), 1)
                for name in times
            }
            result[f"top_{COUNT}_of_{texts}_least_in_common_with_float32"] = {k: min(v) for k, v in alike.items()}
    return result


def profiles(count: int, mark: str) -> list[Organization]:
    rng = np.random.default_rng(len(mark))
    words = rng.choice(WORDS.split(), (count, 52))
    return [
        Organization(
            id=f"{mark}-{number}",
            name=f"{mark} {row[0]} {number}",
            country="KE",
            sector="private",
            mission=" ".join(row[:12]),
            description=" ".join(row[12:]),
        )
        for number, row in enumerate(words.tolist())
    ]


def rate(count: int, work: Callable[[], object]) -> dict[str, int]:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    return {"a_second": round(count / clock), "a_processor_second_of_the_program": round(count / processor)}


def write_profiles(kb: KnowledgeBase, made: Sequence[Organization]) -> None:
    """Write organizations with full-text search, in one transaction, and nothing else."""
    with kb._writing() as connection:
        for start in range(0, len(made), 2_000):
            part = [(item, None) for item in made[start : start + 2_000]]
            journal.ORGANIZATIONS.write(connection, part)


class Encoded:
    """Hands out vectors that were made before, so that keeping them can be timed without encoding."""

    key = "given"

    def __init__(self, vectors: Floats) -> None:
        self._vectors = vectors
        self.dimension = vectors.shape[1]

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return as many vectors."""
        return self._vectors[: len(texts)]


def write_with_vectors(kb: KnowledgeBase, made: Sequence[Organization], cache: VectorCache, encoder: Encoded) -> None:
    """Write organizations, and what their texts were encoded to."""
    write_profiles(kb, made)
    cache.encode(encoder, [item.text for item in made])


def inserting(address: str, cache: VectorCache, vectors: Floats, count: int) -> dict[str, object]:
    kb = KnowledgeBase.open(address)
    plain, encoded, edited = (profiles(count, mark) for mark in ("plain", "encoded", "edited"))
    encoder = Encoded(vectors)
    result: dict[str, object] = {
        "profiles_searchable": rate(count, lambda: write_profiles(kb, plain)),
        "profiles_searchable_with_vectors": rate(count, lambda: write_with_vectors(kb, encoded, cache, encoder)),
        "profiles_as_an_edit_that_can_be_undone": rate(count, lambda: kb.add(*edited)),
    }
    asked = ("health clinics", "radio", "micro", "plain bank 77", "steel pap")
    for words in asked:
        kb.find(words)
    result["search_ms"] = round(statistics.median(timed(lambda w=words: kb.find(w)) for words in asked * 3), 1)
    kb.close()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organizations", type=int, default=50_000)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    count = options.organizations
    vectors = real_vectors(options.vectors, count) if options.vectors else random_vectors(count)
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "vectors.npy", vectors)
        mapped = np.load(Path(folder) / "vectors.npy", mmap_mode="r")
        result = {
            "vectors": len(vectors),
            "of": "the bundled model" if options.vectors else "random",
            "runs": options.runs,
            **scoring(server, vectors, options.runs, mapped),
            "insert_profiles": count // 2,
            **{
                engine: inserting(address, VectorCache(Path(folder) / f"{engine}.vectors"), vectors, count // 2)
                for engine, address in (
                    ("sqlite", str(Path(folder) / "kb.db")),
                    ("postgresql", server.url(server.fresh_database())),
                )
            },
        }
    report(result, options.out)


if __name__ == "__main__":
    main()
