"""How long does the exact search for coalitions take on a whole knowledge base?

    python benchmarks/coalition_speed.py KNOWLEDGE_BASE [--runs 3] [--out RESULT.json]

For every brief in the knowledge base, on one thread: the search for three different coalitions (mixed-integer
programmes alone), and all of it, from the scored brief to the explained answer with its missing seats. Given is the
median of the runs, with the size of each problem.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from reporting import report
from threadpoolctl import threadpool_limits

from matcher import open_matcher
from matcher.partnering import Partnering


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kb")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    matcher = open_matcher(options.kb, create=False)
    partnering = Partnering(matcher)
    briefs = {}
    with threadpool_limits(1):
        for brief in matcher.kb.briefs():
            partnering.coalition(brief, count=1)
            searches, wholes = [], []
            for _ in range(options.runs):
                start = time.perf_counter()
                found = partnering.coalition(brief)
                partnering.seats(brief, [member.organization.id for member in found.alternatives[0].members])
                wholes.append(time.perf_counter() - start)
                searches.append(found.seconds)
            briefs[brief.id] = {
                "could_be_partners": found.considered,
                "shortlisted": found.shortlisted,
                "pairs_kept_apart": found.incompatible_pairs,
                "coalitions": len(found.alternatives),
                "all_proven_best": all(item.proven for item in found.alternatives),
                "search_s": round(statistics.median(searches), 2),
                "whole_s": round(statistics.median(wholes), 2),
            }
    result = {
        "organizations": int(matcher.columns().alive.sum()),
        "runs": options.runs,
        "slowest_search_s": max(item["search_s"] for item in briefs.values()),
        "slowest_whole_s": max(item["whole_s"] for item in briefs.values()),
        "briefs": briefs,
    }
    report(result, options.out)


if __name__ == "__main__":
    main()
