"""All pairs, the best 50 of each: the product's weighed pairs against a plain blocked matrix product.

    python benchmarks/all_pairs.py KNOWLEDGE_BASE [--organizations 10000] [--runs 5] [--sample 20] [--out RESULT.json]

In turn, on one BLAS thread:

- the product of all texts with all texts alone, in blocks;
- the same with the best 50 of every row (`argpartition`, then sorted): what "blocked matrix product" means here;
- what `dancecard bulk pairs` computes: closeness of texts, needs met in both directions, unknowns drawn to the
  usual, red lines, and the best 50;
- a Python loop over pairs that weighs the same values, on a sample of seekers, scaled up.

Medians of wall and CPU time; on a busy machine only CPU time says what the work costs.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from reporting import report
from scale import in_turn

from matcher import open_matcher
from matcher.bulk.pairs import Pairs

COUNT = 50
BLOCK = 256


def product(texts: np.ndarray) -> None:
    """Multiply all with all, keeping nothing."""
    out = np.empty((BLOCK, len(texts)), np.float32)
    for start in range(0, len(texts), BLOCK):
        part = texts[start : start + BLOCK]
        np.matmul(part, texts.T, out=out[: len(part)])


def product_and_best(texts: np.ndarray) -> np.ndarray:
    """Multiply all with all and take the best of each row."""
    best = np.empty((len(texts), COUNT), np.int64)
    for start in range(0, len(texts), BLOCK):
        near = texts[start : start + BLOCK] @ texts.T
        at = np.argpartition(-near, COUNT, axis=1)[:, :COUNT]
        order = np.argsort(-np.take_along_axis(near, at, axis=1), axis=1)
        best[start : start + BLOCK] = np.take_along_axis(at, order, axis=1)
    return best


def loop(pairs: Pairs, seekers: list[int], n: int) -> dict[int, list[tuple[float, int]]]:
    """Weigh one pair after the other, as one would without matrices."""
    texts, needs, lends = pairs._texts, pairs._needs, pairs._lends
    weights, unrelated = pairs._weights.tolist(), float(pairs._unrelated)
    caution, usual = float(pairs._caution), float(pairs._usual)
    found = {}
    for one in seekers:
        scores = []
        for other in range(n):
            if other == one or not pairs.alive[other]:
                continue
            values = []
            if pairs._has_text[one] and pairs._has_text[other]:
                cosine = float(np.dot(texts[one], texts[other]))
                values.append((weights[0], min(1.0, max(0.0, (cosine - unrelated) / (1 - unrelated)))))
            if pairs._needy[one] and pairs._known[other]:
                values.append((weights[1], float(np.dot(needs[one], lends[other]))))
            if pairs._known[one] and pairs._needy[other]:
                values.append((weights[2], float(np.dot(lends[one], needs[other]))))
            coverage = sum(weight for weight, _ in values)
            crossed = np.dot(pairs._refused[one], pairs._concern[other]) + np.dot(
                pairs._concern[one], pairs._refused[other]
            )
            if coverage and not crossed:
                fit = sum(weight * value for weight, value in values) / coverage
                unknown = 1 - coverage
                scores.append((fit * (1 - caution * unknown) + caution * usual * unknown, other))
        found[one] = sorted(scores, key=lambda item: (-item[0], item[1]))[:COUNT]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kb")
    parser.add_argument("--organizations", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    matcher = open_matcher(options.kb)
    columns = matcher.columns()
    columns.n = n = min(columns.n, options.organizations)
    pairs = Pairs(columns, matcher.settings, matcher.background)
    texts = np.array(columns.profile_vectors[:n])
    load = [round(item, 1) for item in os.getloadavg()]
    sample = np.linspace(0, n - 1, options.sample).astype(int).tolist()
    measured = in_turn(
        {
            "product_alone": lambda _: product(texts),
            "product_and_best_50": lambda _: product_and_best(texts),
            "weighed_pairs_and_best_50": lambda _: pairs.best(0, n, COUNT),
        },
        options.runs,
        "product_and_best_50",
        warm=1,
    )
    looped = in_turn({"loop": lambda _: loop(pairs, sample, n)}, 1, "loop", warm=0)["loop"]
    seeker, other, score = pairs.best(0, n, COUNT)
    agree = 0
    for one, expected in loop(pairs, sample, n).items():
        mine = seeker == one
        np.testing.assert_allclose(score[mine], [value for value, _ in expected], atol=1e-5)
        agree += len({found for _, found in expected} & set(other[mine].tolist()))
    result = {
        "organizations": n,
        "runs": options.runs,
        "load_before": load,
        "load_after": [round(item, 1) for item in os.getloadavg()],
        **measured,
        "python_loop_of_all_s_estimated": round(looped["cpu_ms"] / 1000 * n / options.sample),
        "pairs_found": len(seeker),
        "sampled_seekers_with_the_same_scores_as_the_loop": options.sample,
        "partners_in_common_with_the_loop": agree,
        "pairs_of_the_loop": sum(len(found) for found in loop(pairs, sample, n).values()),
    }
    report(result, options.out)


if __name__ == "__main__":
    main()
