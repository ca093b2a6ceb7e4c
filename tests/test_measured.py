"""What README and dashboard say was measured is what the committed results say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from dashboard.components.measured import measured_table, measured_words
from matcher.evaluation.measured import MEASURED, Measured, load_measured

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("summary", ROOT / "benchmarks" / "summary.py")
assert SPEC is not None
assert SPEC.loader is not None
summary = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(summary)


def test_the_summary_is_in_step_with_the_results():
    rows = summary.summed_up()
    assert json.loads(MEASURED.read_text(encoding="utf-8")) == json.loads(json.dumps(rows)), (
        "run: python benchmarks/summary.py"
    )
    assert summary.table(rows) in (ROOT / "README.md").read_text(encoding="utf-8"), "run: python benchmarks/summary.py"


@pytest.mark.parametrize(("value", "lower", "met"), [(0.9, False, True), (0.7, False, False), (0.7, True, True)])
def test_a_bar_is_reached_or_missed(value: float, lower: bool, met: bool):
    row = Measured("?", "", "", lower, {"F1": value, "free": 1.0}, {"F1": 0.8}, {"words": {"F1": 0.5}})
    assert row.met("F1") is met
    assert row.met("free") is None
    assert ("missed: F1" in measured_words(row)) is not met
    table = measured_table(row)
    assert table.loc["F1", "Reached"] == ("reached" if met else "missed")
    assert table.loc["F1", "words"] == ".500"
    assert table.loc["free", "words"] == "-"


def test_every_question_has_a_table():
    for row in load_measured():
        assert list(measured_table(row).index)[: len(row.figures)] == list(row.figures)
