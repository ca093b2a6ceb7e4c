"""How long does the dashboard take to rank again after a weight or a filter was changed?

    python benchmarks/dashboard_speed.py KNOWLEDGE_BASE [--brief ID] [--runs 15] [--out RESULT.json]

Reruns are those of a real page in Streamlit's own test runtime: the script, its widgets and the messages to the
browser, without network and drawing. The cold start is that of a new process up to the first ranked page, on vectors
and columns that are there already. All figures are wall-clock times of one process and vary with the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from reporting import report
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[1] / "app.py"
PAGE = APP.parent / "dashboard" / "pages" / "partners.py"


def opened(brief: str) -> AppTest:
    """Open the page on which a brief is ranked, as a new session."""
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.query_params["brief"] = brief
    app.switch_page(str(PAGE))
    app.run()
    if app.exception:
        raise SystemExit(f"the page failed: {app.exception[0].message}")
    return app


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def reruns(app: AppTest, runs: int) -> tuple[list[float], list[float]]:
    """Change a weight, then a filter, again and again; milliseconds each."""
    sectors = app.sidebar.multiselect[0].options
    weights, filters = [], []
    for run in range(runs):
        app.sidebar.slider[run % 4].set_value(10 + (7 * run) % 80)
        weights.append(timed(app.run))
        app.sidebar.multiselect[0].set_value([sectors[run % len(sectors)]] if run % 2 else [])
        filters.append(timed(app.run))
    return weights, filters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kb")
    parser.add_argument("--brief", default="bed-nets-tanzania")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--cold", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["DANCECARD_KB"] = options.kb
    start = time.perf_counter()
    app = opened(options.brief)
    if options.cold:
        print(time.perf_counter() - start)
        return
    reruns(app, 3)
    weights, filters = reruns(app, options.runs)
    tracemalloc.start()
    sessions = [opened(options.brief) for _ in range(3)]
    per_session = tracemalloc.get_traced_memory()[0] / len(sessions)
    tracemalloc.stop()
    command = [sys.executable, __file__, options.kb, "--brief", options.brief, "--cold"]
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    cold = time.perf_counter() - began
    from matcher import open_matcher

    result = {
        "organizations": open_matcher(options.kb).kb.count()["organizations"],
        "runs": options.runs,
        "weight_changed_ms": round(statistics.median(weights), 1),
        "filter_changed_ms": round(statistics.median(filters), 1),
        "memory_per_session_mb": round(per_session / 2**20, 1),
        "process_start_to_ranked_page_s": round(cold, 2),
    }
    report(result, options.out)


if __name__ == "__main__":
    main()
