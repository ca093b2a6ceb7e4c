"""The best coalition, exactly, as a mixed-integer programme for HiGHS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from matcher.coalition.problem import Problem
from matcher.errors import MatcherError

INFEASIBLE, TIMED_OUT, SOLVED = 2, 1, 0
SMALLEST_COVER = 1e-9


@dataclass(frozen=True)
class Cut:
    """Members of an earlier answer, and how many of them a new one has to do without."""

    members: tuple[int, ...]
    difference: int


@dataclass(frozen=True)
class Solution:
    """Chosen candidates, in order of their number; `proven` unless the time limit was reached."""

    members: tuple[int, ...]
    proven: bool


@dataclass
class _Program:
    """A linear programme under construction: variables with costs, rows with bounds."""

    cost: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def variables(self, costs: Sequence[float], whole: bool) -> range:
        first = len(self.cost)
        self.cost += costs
        self.whole += [int(whole)] * len(costs)
        return range(first, len(self.cost))

    def row(self, terms: Sequence[tuple[int, float]], low: float, high: float) -> None:
        number = len(self.low)
        self.entries += [(number, column, value) for column, value in terms]
        self.low.append(low)
        self.high.append(high)

    def solve(self, time_limit: float) -> OptimizeResult:
        rows, columns, values = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = csr_array((values, (rows, columns)), shape=(len(self.low), len(self.cost)))
        return milp(
            np.array(self.cost),
            integrality=np.array(self.whole),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, np.array(self.low), np.array(self.high)),
            options={"time_limit": time_limit, "mip_rel_gap": 0.0},
        )


def solve(problem: Problem, cuts: Sequence[Cut] = ()) -> Solution | None:
    """Return the set of the highest worth that keeps every hard rule and every cut; None when there is none.

    One binary per candidate; a need's cover is shared out among chosen candidates (the best takes it all); binaries for
    the size carry the cost of its pairs, so that only pairs that differ from an ordinary one need a variable.

    Raises
    ------
    MatcherError
        When the solver gives up without an answer.
    """
    if problem.m < problem.smallest:
        return None
    program = _Program()
    chosen = program.variables(problem.member_cost.tolist(), whole=True)
    _covers(program, problem, chosen)
    _size(program, problem, chosen)
    _groups(program, problem.country, problem.rules.costs.further_country, chosen)
    _groups(program, problem.sector, problem.rules.costs.further_sector, chosen)
    _pairs(program, problem, chosen)
    for sector in problem.wanted_sectors:
        program.row([(chosen[i], 1.0) for i in np.flatnonzero(problem.sector == sector)], 1, np.inf)
    for member in problem.kept:
        program.row([(chosen[member], 1.0)], 1, 1)
    for cut in cuts:
        program.row([(chosen[i], 1.0) for i in cut.members], -np.inf, len(cut.members) - cut.difference)
    result = program.solve(problem.rules.time_limit_s)
    if result.status == INFEASIBLE:
        return None
    if result.x is None:
        raise MatcherError(f"no coalition was found in time: {result.message}; ask for fewer members, or fewer needs")
    members = tuple(int(i) for i in np.flatnonzero(result.x[: problem.m] > 0.5))
    return Solution(members, result.status == SOLVED)


def _covers(program: _Program, problem: Problem, chosen: range) -> None:
    value = problem.need_value
    for need, row in enumerate(problem.covers):
        holders = np.flatnonzero(row > SMALLEST_COVER)
        shares = program.variables((-value[need, holders]).tolist(), whole=False)
        for share, holder in zip(shares, holders, strict=True):
            program.row([(share, 1.0), (chosen[holder], -1.0)], -np.inf, 0)
        if len(shares):
            program.row([(share, 1.0) for share in shares], -np.inf, 1)
        if problem.must[need]:
            program.row([(chosen[0], 0.0), *((chosen[holder], 1.0) for holder in holders)], 1, np.inf)


def _size(program: _Program, problem: Problem, chosen: range) -> None:
    sizes = range(problem.smallest, problem.largest + 1)
    costs = [problem.rules.costs.pair * size * (size - 1) / 2 for size in sizes]
    is_size = program.variables(costs, whole=True)
    program.row([(variable, 1.0) for variable in is_size], 1, 1)
    counted = [(variable, -float(size)) for variable, size in zip(is_size, sizes, strict=True)]
    program.row([*((variable, 1.0) for variable in chosen), *counted], 0, 0)


def _groups(program: _Program, codes: np.ndarray[Any, Any], cost: float, chosen: range) -> None:
    groups = np.unique(codes)
    present = program.variables([cost] * len(groups), whole=False)
    for variable, group in zip(present, groups, strict=True):
        for member in np.flatnonzero(codes == group):
            program.row([(chosen[member], 1.0), (variable, -1.0)], -np.inf, 0)


def _pairs(program: _Program, problem: Problem, chosen: range) -> None:
    for i, j in sorted(problem.conflicts):
        program.row([(chosen[i], 1.0), (chosen[j], 1.0)], -np.inf, 1)
    for (i, j), cost in problem.extra_pair_costs().items():
        both = program.variables([cost], whole=False)[0]
        if cost < 0:
            program.row([(both, 1.0), (chosen[i], -1.0)], -np.inf, 0)
            program.row([(both, 1.0), (chosen[j], -1.0)], -np.inf, 0)
        else:
            program.row([(chosen[i], 1.0), (chosen[j], 1.0), (both, -1.0)], -np.inf, 1)


def differing(problem: Problem, count: int, difference: int) -> tuple[Solution, ...]:
    """Return the best set, then the best of those that lack some members of every earlier one (no-good cuts)."""
    found: list[Solution] = []
    cuts: list[Cut] = []
    while len(found) < count:
        solution = solve(problem, cuts)
        if solution is None:
            break
        found.append(solution)
        free = len(set(solution.members) - set(problem.kept))
        if not free:
            break
        cuts.append(Cut(solution.members, max(1, min(difference, free - 1))))
    return tuple(found)
