"""People's judgements of the starter knowledge base, as data: who must outrank whom, and why."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from kb.starter import load_starter_briefs
from matcher.selection import Prepared
from matcher.service import Matcher
from matcher.terms import Filters, apply_terms, why_kept_out

CASES = Path(__file__).parents[1] / "cases"
BRIEFS = {brief.id: brief for brief in load_starter_briefs()}
LEAST = {"STRONG": 1.0, "MEDIUM": 0.85, "WEAK": 0.7}


def read(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def prepared(starter_matcher: Matcher) -> dict[str, Prepared]:
    return {key: starter_matcher.prepare(brief) for key, brief in BRIEFS.items()}


def scores_of(matcher: Matcher, one: Prepared) -> dict[str, float]:
    weighted = matcher.weighing(one.query.brief)(one.scores)
    numbers = {number: row for row, number in enumerate(one.columns.numbers[: one.columns.n])}
    wanted = {row[side] for row in read("rankings.csv") for side in ("better_id", "worse_id")}
    return {key: float(weighted.score[numbers[matcher.kb.number_of(key)]]) for key in wanted}


def test_the_better_one_outranks_the_worse_one(starter_matcher: Matcher, prepared: dict[str, Prepared]):
    right, asked, wrong = Counter(), Counter(), []
    scores = {key: scores_of(starter_matcher, one) for key, one in prepared.items()}
    for case in read("rankings.csv"):
        mine = scores[case["brief_id"]]
        asked[case["grade"]] += 1
        if mine[case["better_id"]] > mine[case["worse_id"]]:
            right[case["grade"]] += 1
        else:
            wrong.append(f"{case['brief_id']}: {case['better_id']} > {case['worse_id']}: {case['because']}")
    assert sum(asked.values()) >= 60
    for grade, least in LEAST.items():
        assert right[grade] >= least * asked[grade], "\n".join(wrong)


@pytest.mark.parametrize(
    "case", read("set_apart.csv"), ids=lambda case: f"{case['brief_id']}-{case['organization_id']}"
)
def test_who_crosses_a_red_line_is_set_apart_with_the_reason(
    case: dict[str, str], starter_matcher: Matcher, prepared: dict[str, Prepared]
):
    one = prepared[case["brief_id"]]
    must = starter_matcher.settings.must_strength
    row = one.columns.row_of(starter_matcher.kb.number_of(case["organization_id"]))
    assert apply_terms(one.at_most, Filters(), must).kept_out[row]
    why = " ".join(why_kept_out(one.query, starter_matcher.kb.get(case["organization_id"]), must))
    assert case["reason_contains"] in why


def test_nine_in_ten_of_those_expected_stand_near_the_top(starter_matcher: Matcher, prepared: dict[str, Prepared]):
    cases, missed = read("expected_top.csv"), []
    for key, one in prepared.items():
        ranks = {item.organization.id: item.rank for item in starter_matcher.rank(one, count=100).candidates}
        for case in cases:
            if case["brief_id"] == key and ranks.get(case["organization_id"], 1_000) > int(case["within"]):
                missed.append((key, case["organization_id"], ranks.get(case["organization_id"])))
    assert len(missed) <= len(cases) / 10, missed
