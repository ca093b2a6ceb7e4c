"""How fast is one warm brief, against a single fused float32 pass over the same columns?

    python benchmarks/matching_speed.py KNOWLEDGE_BASE [--brief ID] [--runs 15] [--out RESULT.json]

All are timed in turn in one process, on one BLAS thread, so that the ratios hold when the machine's speed
drifts. A fused pass is what any exact scan must at least do: every embedded text against one vector (or
against all vectors of the brief, itself and its needs), and the top 50 of the result. The ratios are of a brief
that is scored (its vectors are kept). One that was scored since the last change is ranked again from its component
values without any scan, so it is given apart and not compared.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from reporting import report
from threadpoolctl import threadpool_limits

from kb.columns import Columns
from matcher import open_matcher
from matcher.query import Query
from matcher.ranking import top
from matcher.similarity import fused

COUNT = 50

COLD = """
import time
start = time.perf_counter()
import sys
from matcher import open_matcher
matcher = open_matcher(sys.argv[1], create=False)
ranking = matcher.find_partners(matcher.kb.brief(sys.argv[2]))
print(time.perf_counter() - start, "torch" in sys.modules, len(ranking.candidates))
"""


def fused_pass(columns: Columns, vector: np.ndarray) -> np.ndarray:
    """Compare one vector with every text in the columns, and take the exact top 50 organizations."""
    score = columns.profile_vectors[: columns.n] @ vector
    offering = columns.offering_vectors @ vector
    engagement = columns.engagement_vectors @ vector
    np.maximum.at(score, columns.offering_row, offering)
    np.maximum.at(score, columns.participant, engagement[columns.engagement])
    return top(score, columns.alive[: columns.n], COUNT)


def fused_pass_of_all(columns: Columns, query: Query) -> np.ndarray:
    """Compare every vector of the brief with every text, and take the exact top 50 of their mean."""
    mean = fused(columns.profile_vectors[: columns.n], query.vectors).mean(axis=0)
    fused(columns.offering_vectors, query.vectors)
    fused(columns.engagement_vectors, query.vectors[:1])
    return top(mean, columns.alive[: columns.n], COUNT)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kb")
    parser.add_argument("--brief", default="bed-nets-tanzania")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    matcher = open_matcher(options.kb)
    brief = matcher.kb.brief(options.brief)
    columns = matcher.columns()
    prepared = matcher.prepare(brief)
    vector = prepared.query.vectors[0]
    fused, of_all, ranked, anew, weighed = [], [], [], [], []
    with threadpool_limits(1):
        for _ in range(3):
            fused_pass(columns, vector)
            matcher.find_partners(brief, count=COUNT)
        for run in range(options.runs):
            fused.append(timed(lambda: fused_pass(columns, vector)))
            of_all.append(timed(lambda: fused_pass_of_all(columns, prepared.query)))
            unseen = brief.model_copy(update={"id": f"run-{run}"})
            anew.append(timed(lambda one=unseen: matcher.find_partners(one, count=COUNT)))
            weighed.append(timed(lambda: matcher.rank(prepared, count=COUNT)))
            ranked.append(timed(lambda: matcher.find_partners(brief, count=COUNT)))
    command = [sys.executable, "-c", COLD, options.kb, options.brief]
    cold = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(3)]
    result = {
        "organizations": int(columns.alive.sum()),
        "engagements": len(columns.engagement_numbers),
        "runs": options.runs,
        "vectors_of_the_brief": len(prepared.query.vectors),
        "fused_float32_pass_ms": round(1000 * statistics.median(fused), 1),
        "fused_float32_pass_of_all_vectors_ms": round(1000 * statistics.median(of_all), 1),
        "kept_brief_ranked_again_ms": round(1000 * statistics.median(ranked), 1),
        "weights_changed_and_explained_ms": round(1000 * statistics.median(weighed), 1),
        "brief_ranked_and_explained_ms": round(1000 * statistics.median(anew), 1),
        "ratio_to_one_vector": round(statistics.median(r / f for r, f in zip(anew, fused, strict=True)), 2),
        "ratio_to_all_vectors": round(statistics.median(r / f for r, f in zip(anew, of_all, strict=True)), 2),
        "start_to_first_ranking_s": round(statistics.median(float(item[0]) for item in cold), 2),
        "model_was_loaded": cold[0][1] == "True",
    }
    report(result, options.out)


if __name__ == "__main__":
    main()
