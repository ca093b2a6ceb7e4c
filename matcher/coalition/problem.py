"""The coalition as a problem in numbers: who covers what, what members and pairs cost, who cannot sit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matcher.coalition.rules import CoalitionRules

Pair = tuple[int, int]
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A choice among m candidates that together should cover k needs. Pairs are (i, j) with i < j.

    Attributes
    ----------
    importance : float64 (k,)
        Shares, adding up to 1.
    must : bool (k,)
        Needs that have to be covered.
    covers : float64 (k, m)
        How far each candidate meets each need; 0 where too weak to count.
    gain, fit, away : float64 (m,)
        What each gains, how well it fits the brief, and how little it works in the brief's places, 0..1.
    country, sector : int64 (m,)
        Codes; what is unknown (0) counts as one country or sector of its own.
    conflicts : frozenset of Pair
        Pairs that cannot both be chosen.
    frictions, ties : frozenset of Pair
        Pairs that cost more, and pairs that have worked together.
    wanted_sectors : tuple of int
        Each must be represented.
    kept : tuple of int
        Candidates that must be chosen.
    """

    importance: Doubles
    must: NDArray[np.bool_]
    covers: Doubles
    gain: Doubles
    fit: Doubles
    away: Doubles
    country: NDArray[np.int64]
    sector: NDArray[np.int64]
    conflicts: frozenset[Pair]
    frictions: frozenset[Pair]
    ties: frozenset[Pair]
    rules: CoalitionRules
    smallest: int = 2
    largest: int = 8
    wanted_sectors: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()

    @property
    def m(self) -> int:
        """How many candidates there are."""
        return int(self.covers.shape[1])

    @cached_property
    def relative_fit(self) -> Doubles:
        """Return the fit as a share of the best of all candidates; float64 (m,)."""
        best = self.fit.max(initial=0.0)
        return np.asarray(self.fit / best if best > 0 else np.ones_like(self.fit), np.float64)

    @cached_property
    def need_value(self) -> Doubles:
        """Return what each candidate adds when it is the one that covers a need; float64 (k, m)."""
        at_all = self.rules.covered_at_all
        worth = np.where(self.covers > 0, at_all + (1 - at_all) * self.covers * self.relative_fit, 0.0)
        return np.asarray(self.rules.coverage * self.importance[:, None] * worth, np.float64)

    @property
    def member_cost(self) -> Doubles:
        """Return what each candidate costs for itself: a seat, one-sidedness, misfit and distance; float64 (m,)."""
        costs = self.rules.costs
        return np.asarray(
            costs.member
            + costs.one_sided * (1 - self.gain)
            + costs.misfit * (1 - self.relative_fit)
            + costs.away * self.away,
            np.float64,
        )

    def extra_pair_costs(self) -> Mapping[Pair, float]:
        """Return what a pair costs beyond an ordinary one; negative where they have worked together."""
        costs = self.rules.costs
        extra: dict[Pair, float] = dict.fromkeys(sorted(self.ties), costs.known_pair - costs.pair)
        for pair in sorted(self.frictions):
            extra[pair] = extra.get(pair, 0.0) + costs.friction
        return {pair: cost for pair, cost in extra.items() if pair not in self.conflicts}


@dataclass(frozen=True)
class Worth:
    """What a set of members is worth: `total` is `covered` less the costs, by name."""

    total: float
    covered: float
    costs: Mapping[str, float]
    coverage: float
    """Importance-weighted mean of the best strength per need, 0..1."""


def coverage_of(problem: Problem, members: Sequence[int]) -> Doubles:
    """Return the best strength per need among members, 0 where none covers it; float64 (k,)."""
    if not members:
        return np.zeros(len(problem.importance))
    return np.asarray(problem.covers[:, list(members)].max(axis=1), np.float64)


def worth_of(problem: Problem, members: Sequence[int]) -> Worth:
    """Work out what a set is worth, cost by cost."""
    rules, chosen = problem.rules.costs, sorted(members)
    pairs = list(combinations(chosen, 2))
    known = sum(pair in problem.ties for pair in pairs)
    covered = float(problem.need_value[:, chosen].max(axis=1).sum()) if chosen else 0.0
    costs = {
        "members": rules.member * len(chosen),
        "pairs": rules.pair * (len(pairs) - known) + rules.known_pair * known,
        "friction": rules.friction * sum(pair in problem.frictions for pair in pairs),
        "distance": rules.away * float(problem.away[chosen].sum()),
        "countries": rules.further_country * (len(set(problem.country[chosen].tolist())) - 1),
        "sectors": rules.further_sector * (len(set(problem.sector[chosen].tolist())) - 1),
        "one-sidedness": rules.one_sided * float((1 - problem.gain[chosen]).sum()),
        "misfit": rules.misfit * float((1 - problem.relative_fit[chosen]).sum()),
    }
    coverage = float((problem.importance * coverage_of(problem, chosen)).sum())
    return Worth(covered - sum(costs.values()), covered, costs, coverage)


def allowed(problem: Problem, members: Sequence[int]) -> bool:
    """Return whether a set keeps every hard rule: size, musts, conflicts, sectors and those to be kept."""
    chosen = sorted(members)
    best = coverage_of(problem, chosen)
    return (
        problem.smallest <= len(chosen) <= problem.largest
        and bool((best[problem.must] > 0).all())
        and not any(pair in problem.conflicts for pair in combinations(chosen, 2))
        and set(problem.wanted_sectors) <= set(problem.sector[chosen].tolist())
        and set(problem.kept) <= set(chosen)
    )
