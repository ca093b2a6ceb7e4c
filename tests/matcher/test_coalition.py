"""The exact search: equal to trying every set, never worse for a capable partner, clear when there is none."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.coalition.diagnosing import why_infeasible
from matcher.coalition.problem import Problem, allowed, coverage_of, worth_of
from matcher.coalition.rules import CoalitionRules, Costs, load_coalition_rules
from matcher.coalition.solver import Cut, differing, solve

RULES = load_coalition_rules()
MOST = 5


@st.composite
def rules(draw: st.DrawFn) -> CoalitionRules:
    cost = {field.name: draw(st.floats(0, 3, width=32)) for field in fields(Costs)}
    cost["known_pair"] = min(cost["known_pair"], cost["pair"])
    return replace(RULES, costs=Costs(**cost), covered_at_all=draw(st.floats(0, 1, width=32)))


@st.composite
def problems(draw: st.DrawFn, hard: bool = True) -> Problem:
    m, k = draw(st.integers(2, 7)), draw(st.integers(1, 4))
    shares = st.floats(0, 1, allow_nan=False, width=32)

    def some(size: int) -> np.ndarray:
        return np.array(draw(st.lists(shares, min_size=size, max_size=size)), np.float64)

    def codes(most: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(0, most), min_size=m, max_size=m)), np.int64)

    def pairs(size: int) -> frozenset[tuple[int, int]]:
        return frozenset(draw(st.lists(st.sampled_from(list(combinations(range(m), 2))), max_size=size)))

    met = some(k * m).reshape(k, m)
    importance = some(k) + 0.1
    sector = codes(2)
    return Problem(
        importance=importance / importance.sum(),
        must=np.array(draw(st.lists(st.booleans(), min_size=k, max_size=k))) & hard,
        covers=np.where(met >= 0.4, met, 0),
        gain=some(m),
        fit=some(m),
        away=some(m),
        country=codes(2),
        sector=sector,
        conflicts=pairs(4) if hard else frozenset(),
        frictions=pairs(3),
        ties=pairs(3),
        rules=draw(rules()),
        smallest=draw(st.integers(2, 3)) if hard else 2,
        largest=MOST,
        wanted_sectors=tuple(draw(st.lists(st.integers(0, 2), max_size=1))) if hard else (),
        kept=tuple(draw(st.lists(st.integers(0, m - 1), max_size=1))) if hard else (),
    )


def best_by_trying(problem: Problem, *cuts: Cut) -> float | None:
    worths = [
        worth_of(problem, members).total
        for size in range(problem.smallest, problem.largest + 1)
        for members in combinations(range(problem.m), size)
        if allowed(problem, members) and all(len(set(cut.members) - set(members)) >= cut.difference for cut in cuts)
    ]
    return max(worths, default=None)


def same(problem: Problem, found: object, best: float | None, *cuts: Cut) -> None:
    assert (found is None) == (best is None)
    if found is None:
        return
    members = found.members  # type: ignore[attr-defined]
    assert allowed(problem, members)
    assert all(len(set(cut.members) - set(members)) >= cut.difference for cut in cuts)
    assert worth_of(problem, members).total == pytest.approx(best, abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_answer_is_the_best_of_all_sets(problem: Problem) -> None:
    same(problem, solve(problem), best_by_trying(problem))


@settings(max_examples=60, deadline=None)
@given(problems())
def test_a_further_answer_is_the_best_of_those_that_differ_enough(problem: Problem) -> None:
    first = solve(problem)
    if first is not None:
        cut = Cut(first.members, 1)
        same(problem, solve(problem, [cut]), best_by_trying(problem, cut), cut)


@settings(max_examples=60, deadline=None)
@given(problems(hard=False), st.data())
def test_adding_a_capable_partner_never_lowers_coverage_or_the_best_worth(
    problem: Problem, data: st.DataObject
) -> None:
    full = solve(problem)
    assert full is not None
    out = data.draw(st.integers(0, problem.m - 1))
    rest = [index for index in range(problem.m) if index != out]
    for members in (full.members, rest):
        assert (coverage_of(problem, sorted({*members, out})) >= coverage_of(problem, members)).all()
    if len(rest) >= 2:
        without = max(
            worth_of(problem, members).total for size in range(2, MOST + 1) for members in combinations(rest, size)
        )
        assert worth_of(problem, full.members).total >= without - 1e-6


def plain(covers: list[list[float]], **more: object) -> Problem:
    met = np.array(covers, np.float64)
    k, m = met.shape
    fields: dict[str, object] = {
        "importance": np.full(k, 1 / k),
        "must": np.zeros(k, np.bool_),
        "covers": met,
        "gain": np.full(m, 0.5),
        "fit": np.full(m, 0.5),
        "away": np.zeros(m),
        "country": np.ones(m, np.int64),
        "sector": np.ones(m, np.int64),
        "conflicts": frozenset(),
        "frictions": frozenset(),
        "ties": frozenset(),
        "rules": RULES,
        **more,
    }
    return Problem(**fields)  # type: ignore[arg-type]


def test_rivals_are_not_put_together() -> None:
    covers = [[0.9, 0, 0.5], [0, 0.9, 0.5]]
    together = solve(plain(covers))
    apart = solve(plain(covers, conflicts=frozenset({(0, 1)})))
    assert together is not None
    assert together.members == (0, 1)
    assert apart is not None
    assert 2 in apart.members


def test_among_equals_those_who_know_each_other_and_are_near_are_chosen() -> None:
    covers = [[0.8, 0, 0, 0.8], [0, 0.8, 0.8, 0]]
    assert solve(plain(covers, ties=frozenset({(0, 2)}))).members == (0, 2)  # type: ignore[union-attr]
    assert solve(plain(covers, country=np.array([1, 2, 3, 2]))).members == (1, 3)  # type: ignore[union-attr]
    assert solve(plain(covers, frictions=frozenset({(0, 1), (0, 2), (1, 3)}))).members == (2, 3)  # type: ignore[union-attr]
    assert solve(plain(covers, gain=np.array([1, 0, 1, 0]))).members == (0, 2)  # type: ignore[union-attr]


def test_a_must_is_covered_even_when_it_does_not_pay() -> None:
    covers = [[0.9, 0.9, 0], [0, 0, 0.21]]
    problem = plain(covers, importance=np.array([0.999, 0.001]), away=np.array([0, 0, 1.0]))
    assert solve(problem).members == (0, 1)  # type: ignore[union-attr]
    must = solve(replace(problem, must=np.array([False, True])))
    assert must is not None
    assert 2 in must.members


def test_a_sector_that_is_asked_for_is_represented() -> None:
    problem = plain([[0.9, 0.8, 0.3], [0.8, 0.9, 0.3]], sector=np.array([1, 1, 2]), wanted_sectors=(2,))
    found = solve(problem)
    assert found is not None
    assert 2 in found.members


def test_several_answers_differ_from_one_another() -> None:
    covers = np.full((2, 8), 0.5)
    found = differing(plain(covers.tolist()), count=3, difference=2)
    assert len(found) == 3
    for one, two in combinations(found, 2):
        assert len(set(one.members) - set(two.members)) >= 1


def test_nobody_to_choose_from_is_said() -> None:
    assert why_infeasible(plain([[0.9]]), ("shops",), ())[0].startswith("1 organization is left to choose from")
    assert "0 organizations are left" in why_infeasible(plain([[]]), ("shops",), ())[0]


def test_a_must_that_nobody_meets_is_named() -> None:
    problem = plain([[0.9, 0.9], [0, 0]], must=np.array([True, True]))
    assert solve(problem) is None
    (said,) = why_infeasible(problem, ("shops", "radio"), ())
    assert "the must radio" in said


def test_a_sector_without_anybody_is_named() -> None:
    problem = plain([[0.9, 0.9]], wanted_sectors=(3,))
    assert solve(problem) is None
    assert "private sector" in why_infeasible(problem, ("shops",), ("private",))[0]


def test_what_to_relax_is_what_makes_it_work() -> None:
    problem = plain([[0.9, 0, 0.9], [0, 0.9, 0]], must=np.array([True, True]), conflicts=frozenset({(0, 1), (1, 2)}))
    assert solve(problem) is None
    said = why_infeasible(problem, ("shops", "radio"), ())
    assert any("the must shops becomes a wish" in text for text in said) is (
        solve(replace(problem, must=np.array([False, True]))) is not None
    )
    assert any("the must radio becomes a wish" in text for text in said)
    assert any("across a red line" in text for text in said)


def test_too_few_seats_are_named_as_what_to_relax() -> None:
    problem = plain(np.eye(3).tolist(), must=np.ones(3, np.bool_), largest=2)
    assert solve(problem) is None
    assert "up to 3 partners are allowed" in " ".join(why_infeasible(problem, ("a", "b", "c"), ()))


def test_members_that_must_be_in_and_cannot_sit_together_are_named() -> None:
    problem = plain([[0.9, 0.9]], kept=(0, 1), conflicts=frozenset({(0, 1)}))
    assert solve(problem) is None
    assert "cannot sit together" in why_infeasible(problem, ("shops",), ())[0]


FREE = Costs(**{field.name: 0.0 for field in fields(Costs)})


def test_a_further_member_costs_a_channel_to_each_of_the_others() -> None:
    each = RULES.coverage / 3
    costs = replace(FREE, pair=each / 1.5)
    problem = plain(np.eye(3).tolist(), rules=replace(RULES, costs=costs, covered_at_all=1.0))
    assert worth_of(problem, (0, 1, 2)).costs["pairs"] == pytest.approx(3 * costs.pair)
    assert len(solve(problem).members) == 2  # type: ignore[union-attr]
    cheaper = replace(problem, rules=replace(problem.rules, costs=replace(FREE, pair=each / 3)))
    assert solve(cheaper).members == (0, 1, 2)  # type: ignore[union-attr]


def test_of_two_that_have_it_the_one_closer_to_the_brief_covers_it() -> None:
    covers = [[0.8, 0.8, 0], [0, 0, 0.8]]
    problem = plain(covers, fit=np.array([0.2, 0.6, 0.5]), rules=replace(RULES, costs=FREE))
    assert problem.need_value[0, 1] > problem.need_value[0, 0]
    assert 1 in solve(problem).members  # type: ignore[union-attr]
