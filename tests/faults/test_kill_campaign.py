"""Whenever a process is killed, what it acknowledged is there, and of what it was doing all or nothing."""

from __future__ import annotations

import os

import pytest

from tests.faults.running import run_campaigns

KILLS = {"snapshot rebuild": 26, "import": 30, "undo": 36, "merge": 36, "edit": 40, "migration": 36}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_two_hundred_killed_processes_lose_nothing():
    reports = run_campaigns(KILLS, seed=7)
    assert [failure for report in reports for failure in report["failures"]] == []
    assert sum(report["kills"] for report in reports) >= 200
    assert sum(report["acts_checked"] for report in reports) >= 200
    assert sum(report["acknowledged"] for report in reports) >= 40, "too few calls had returned before the kill"
    inside = sum(report["inside"] for report in reports)
    assert inside >= 120, "too few of the kills fell into an operation"
    moments = [sum(report["moments"][tenth] for report in reports) for tenth in range(10)]
    assert min(moments) >= 1, f"the kills are not spread over the operations: {moments}"
