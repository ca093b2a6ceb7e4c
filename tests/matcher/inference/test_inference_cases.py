"""Graded cases: what must be inferred from a text, and what must not."""

import csv
from pathlib import Path

import pytest

from matcher.inference import infer

with Path(__file__).with_name("cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


def _found(case):
    claims = infer(case["text"], name=case["name"])
    plain = {f"{claim.kind}:{claim.code}" for claim in claims}
    return plain | {f"{claim.kind}:{claim.code}:{claim.role}" for claim in claims if claim.role}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_says_what_the_text_says_and_no_more(case):
    found = _found(case)
    expected = set(filter(None, case["expected"].split(";")))
    forbidden = set(filter(None, case["forbidden"].split(";")))
    assert expected <= found, f"missing {sorted(expected - found)}"
    assert not forbidden & found, f"wrongly found {sorted(forbidden & found)}"


def test_there_are_enough_traps():
    assert sum(bool(case["forbidden"]) for case in CASES) >= 35
    assert len(CASES) >= 60
