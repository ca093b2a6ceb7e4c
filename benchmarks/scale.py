"""How do time and memory of a ranking grow with the organizations, and how does one facet of two million compare?

    python benchmarks/scale.py KNOWLEDGE_BASE ... [--columns KNOWLEDGE_BASE] [--runs 15] [--out RESULT.json]

The knowledge bases come from `benchmarks/synthetic.py` (and the real one); --columns names one with columns only.

- Ranking: one warm brief, exact top 50 with explanations, the brief unseen (its vectors are kept), against a fused
  float32 pass of one vector, and of the brief's vectors in turn, over the same text columns.
- One facet: the exact top 50 of one text column by dot product, of float32 rows, and of int8 rows with exact comparison
  of those left; both must name the same rows.
- Start: a new process to its first ranking, without loading the model.
- Memory: ten processes that have each ranked a brief, by /proc/PID/smaps_rollup.

Everything compared is run in turn in one process on one BLAS thread. Medians of wall time and of CPU time are given: on
a busy machine only CPU time says what the work costs. Ratios are medians of the runs' own.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from matching_speed import COLD, COUNT, fused_pass, fused_pass_of_all
from reporting import report
from threadpoolctl import threadpool_limits

from kb.columns import Columns
from matcher import Matcher, open_matcher
from matcher.bulk import find_partners_for_many
from matcher.nearest import nearest
from matcher.ranking import top
from matcher.selection import Prepared

PROCESSES = 10
BLOCK = 2_048
HOLD = """
import sys
from matcher import open_matcher
matcher = open_matcher(sys.argv[1], create=False)
matcher.find_partners(matcher.kb.brief(sys.argv[2]))
print("ready", flush=True)
sys.stdin.read()
"""
Work = Mapping[str, Callable[[int], object]]


def in_turn(work: Work, runs: int, reference: str, warm: int = 2) -> dict[str, dict[str, float]]:
    """Run each piece of work in turn; returns medians in milliseconds and ratios to a reference."""
    wall: dict[str, list[float]] = {name: [] for name in work}
    cpu: dict[str, list[float]] = {name: [] for name in work}
    with threadpool_limits(1):
        for run in range(-warm, runs):
            for name, do in work.items():
                begun, busy = time.perf_counter(), time.process_time()
                do(run)
                if run >= 0:
                    wall[name].append(time.perf_counter() - begun)
                    cpu[name].append(time.process_time() - busy)

    def ratio(spent: dict[str, list[float]], name: str) -> float:
        return round(statistics.median(a / b for a, b in zip(spent[name], spent[reference], strict=True)), 2)

    return {
        name: {
            "ms": round(1000 * statistics.median(wall[name]), 1),
            "cpu_ms": round(1000 * statistics.median(cpu[name]), 1),
            "ratio": ratio(wall, name),
            "cpu_ratio": ratio(cpu, name),
        }
        for name in work
    }


def ranking(path: str, brief_id: str, runs: int) -> dict[str, object]:
    """Rank one brief, against the passes."""
    matcher = open_matcher(path)
    brief = matcher.kb.brief(brief_id)
    columns, prepared = matcher.columns(), matcher.prepare(brief)
    vector = prepared.query.vectors[0]
    work: Work = {
        "fused_pass_of_one_vector": lambda _: fused_pass(columns, vector),
        "fused_pass_of_all_vectors": lambda _: fused_pass_of_all(columns, prepared.query),
        "ranked_and_explained": lambda run: matcher.find_partners(
            brief.model_copy(update={"id": f"run {run}"}), count=COUNT
        ),
        "kept_brief_ranked_again": lambda _: matcher.find_partners(brief, count=COUNT),
    }
    starts = [cold_start(path, brief_id) for _ in range(3)]
    measured = in_turn(work, runs, "fused_pass_of_one_vector")
    of_all = measured["ranked_and_explained"]["cpu_ms"] / measured["fused_pass_of_all_vectors"]["cpu_ms"]
    return {
        "organizations": int(columns.alive.sum()),
        "engagements": len(columns.engagement_numbers),
        "vectors_of_the_brief": len(prepared.query.vectors),
        **measured,
        "cpu_ratio_to_all_vectors": round(of_all, 2),
        "many_briefs": many_briefs(matcher, max(3, runs // 3)),
        "start_to_first_ranking_s": round(statistics.median(item[0] for item in starts), 2),
        "start_to_first_ranking_cpu_s": round(statistics.median(item[1] for item in starts), 2),
        "model_was_loaded": starts[0][2],
    }


def cold_start(path: str, brief_id: str) -> tuple[float, float, bool]:
    """Start a process that ranks one brief; returns wall seconds, CPU seconds with the start of Python, and model."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", COLD, path, brief_id], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall, model, _ = done.stdout.split()
    return float(wall), cpu, model == "True"


def many_briefs(matcher: Matcher, runs: int) -> dict[str, object]:
    """Rank several briefs one by one, against a blocked product of all their vectors with all profile texts alone."""
    briefs = matcher.kb.briefs()
    columns = matcher.columns()
    vectors = np.concatenate([matcher.prepare(brief).query.vectors for brief in briefs])
    texts = np.asarray(columns.profile_vectors[: columns.n])

    def product(_: int) -> None:
        out = np.empty((len(vectors), columns.n), np.float32)
        for start in range(0, columns.n, BLOCK):
            np.matmul(vectors, texts[start : start + BLOCK].T, out=out[:, start : start + BLOCK])

    def one_by_one(run: int) -> None:
        unseen = [brief.model_copy(update={"id": f"{brief.id} many {run}"}) for brief in briefs]
        list(find_partners_for_many(matcher, unseen, count=COUNT))

    measured = in_turn({"product": product, "one_by_one": one_by_one}, runs, "product", warm=1)
    return {
        "briefs": len(briefs),
        "vectors": len(vectors),
        "blocked_product_alone_cpu_ms_a_brief": round(measured["product"]["cpu_ms"] / len(briefs), 1),
        "ranked_and_explained_cpu_ms_a_brief": round(measured["one_by_one"]["cpu_ms"] / len(briefs), 1),
    }


def ranking_of_columns(matcher: Matcher, brief_id: str, runs: int) -> dict[str, object]:
    """Order one brief's best over columns alone; nobody is explained, for only the columns are that large."""
    columns = matcher.columns()
    prepared = matcher.prepare(matcher.kb.brief(brief_id))
    query, vector = prepared.query, prepared.query.vectors[0]
    alive = columns.alive[: columns.n]
    weighing = matcher.weighing(query.brief)
    work: Work = {
        "fused_pass_of_one_vector": lambda _: fused_pass(columns, vector),
        "fused_pass_of_all_vectors": lambda _: fused_pass_of_all(columns, query),
        "ranked": lambda _: Prepared(query, columns).best(weighing, [(alive, COUNT)]),
    }
    return {"organizations": columns.n, **in_turn(work, runs, "fused_pass_of_one_vector")}


def one_facet(columns: Columns, vectors: np.ndarray, runs: int) -> dict[str, object]:
    """Find the nearest of one text column to each of several vectors in turn."""
    texts = columns.profile_vectors[: columns.n]
    short = columns.profile_short
    everyone = np.ones(columns.n, np.bool_)
    work: Work = {
        "float32_pass": lambda run: top(texts @ vectors[run % len(vectors)], everyone, COUNT),
        "int8": lambda run: nearest(texts, short, vectors[run % len(vectors)], COUNT),
    }
    measured = in_turn(work, runs, "float32_pass")
    found = [nearest(texts, short, vector, COUNT) for vector in vectors]
    full = [top(texts @ vector, everyone, COUNT) for vector in vectors]
    return {
        "rows": columns.n,
        "dimension": columns.dimension,
        "vectors": len(vectors),
        **measured,
        "rows_compared_after_int8": [item.compared for item in found],
        "same_rows_as_float32": sum(
            set(item.rows.tolist()) == set(rows.tolist()) for item, rows in zip(found, full, strict=True)
        ),
    }


def shared_memory(path: str, brief_id: str) -> dict[str, object]:
    """Open one knowledge base in ten processes and see what they hold together."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    held: list[subprocess.Popen[str]] = []
    totals = []
    for _ in range(PROCESSES):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, path, brief_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        held.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        totals.append([_memory(item.pid) for item in held])
    for process in held:
        process.communicate()
    one, all_ = totals[0][0], totals[-1]
    columns = sum(file.stat().st_size for file in Path(f"{path}.cache").glob("columns-*/*.npy"))
    return {
        "processes": PROCESSES,
        "columns_on_disk_mb": round(columns / 1e6),
        "one_process_pss_mb": round(one["Pss"] / 1024),
        "one_process_private_mb": round(one["private"] / 1024),
        "ten_processes_pss_mb": round(sum(item["Pss"] for item in all_) / 1024),
        "ten_processes_rss_summed_mb": round(sum(item["Rss"] for item in all_) / 1024),
        "ten_processes_private_mb": round(sum(item["private"] for item in all_) / 1024),
    }


def _memory(pid: int) -> dict[str, int]:
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
    found = {line[0].rstrip(":"): int(line[1]) for line in lines}
    return {**found, "private": found["Private_Clean"] + found["Private_Dirty"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kb", nargs="+")
    parser.add_argument("--columns")
    parser.add_argument("--brief", default="bed-nets-tanzania")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result: dict[str, object] = {"load_before": [round(item, 1) for item in os.getloadavg()], "runs": options.runs}
    result["ranking"] = [ranking(path, options.brief, options.runs) for path in options.kb]
    largest = options.columns or options.kb[-1]
    matcher = open_matcher(largest)
    vectors = np.concatenate([matcher.prepare(brief).query.vectors[:2] for brief in matcher.kb.briefs()])
    if options.columns:
        result["ranking_of_columns_alone"] = ranking_of_columns(matcher, options.brief, options.runs)
    result["one_facet"] = one_facet(matcher.columns(), vectors, options.runs)
    result["shared_memory"] = shared_memory(options.kb[-1], options.brief)
    result["load_after"] = [round(item, 1) for item in os.getloadavg()]
    report(result, options.out)


if __name__ == "__main__":
    main()
