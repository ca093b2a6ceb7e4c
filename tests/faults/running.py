"""Campaigns of several operations, each in a process of its own, as many at once as there are cores to spare."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2


def run_campaigns(kills: Mapping[str, int], seed: int) -> list[dict[str, Any]]:
    """Run a campaign of so many kills for each operation; returns their reports."""

    def run(operation: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.faults.campaign", operation]
        command += ["--kills", str(kills[operation]), "--seed", str(seed)]
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        done = subprocess.run(command, cwd=ROOT, env=os.environ | one_thread, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{operation}: {done.stderr}")
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return report

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, kills))
