"""Why there is no coalition, and which demand to relax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from matcher.coalition.problem import Problem
from matcher.coalition.solver import solve


def why_infeasible(problem: Problem, needs: tuple[str, ...], sectors: tuple[str, ...]) -> tuple[str, ...]:
    """Say what stands in the way, then which single demand would have to give.

    Parameters
    ----------
    needs, sectors : tuple of str
        Words for the needs and for the wanted sectors, in the problem's order.
    """
    plain = tuple(_plain_reasons(problem, needs, sectors))
    if plain:
        return plain
    found = [text for text, relaxed in _relaxations(problem, needs, sectors) if solve(relaxed) is not None]
    if found:
        return ("No set of partners keeps all demands together.", *(f"It works when {text}." for text in found))
    return (
        "No set of partners keeps all demands together, and giving up any single one is not enough: relax two of "
        "the musts, the sectors asked for and the size.",
    )


def _plain_reasons(problem: Problem, needs: tuple[str, ...], sectors: tuple[str, ...]) -> Iterator[str]:
    if problem.m < problem.smallest:
        yield (
            f"{problem.m} organization{'s are' if problem.m != 1 else ' is'} left to choose from, and a coalition "
            f"has at least {problem.smallest} partners. Import more organizations, or relax a red line or a filter."
        )
        return
    for index in np.flatnonzero(problem.must & ~(problem.covers > 0).any(axis=1)):
        yield (
            f"Nobody that the red lines and filters leave is known to meet the must {needs[index]}. Make it a wish, "
            "widen the places, or confirm it in the profile of somebody who has it."
        )
    for code, label in zip(problem.wanted_sectors, sectors, strict=True):
        if not (problem.sector == code).any():
            yield f"Nobody of the {label} sector is left to choose from. Drop that sector, or relax a red line."
    kept = set(problem.kept)
    if any(pair <= kept for pair in map(frozenset, problem.conflicts)):
        yield "Two organizations that must be members cannot sit together: leave one of them out."
    if len(kept) > problem.largest:
        yield f"{len(kept)} organizations must be members, and only {problem.largest} may be: allow more partners."


def _relaxations(problem: Problem, needs: tuple[str, ...], sectors: tuple[str, ...]) -> Iterator[tuple[str, Problem]]:
    for index in np.flatnonzero(problem.must):
        must = problem.must.copy()
        must[index] = False
        yield f"the must {needs[index]} becomes a wish", replace(problem, must=must)
    for at, label in enumerate(sectors):
        rest = tuple(code for other, code in enumerate(problem.wanted_sectors) if other != at)
        yield f"the {label} sector need not be represented", replace(problem, wanted_sectors=rest)
    most = problem.rules.sizes["most"]
    for size in range(problem.largest + 1, most + 1):
        if solve(replace(problem, largest=size)) is not None:
            yield f"up to {size} partners are allowed", replace(problem, largest=size)
            break
    if problem.kept:
        yield "nobody has to be a member from the start", replace(problem, kept=())
    if problem.conflicts:
        yield (
            "competitors and partners across a red line may sit together (which this product does not suggest)",
            replace(problem, conflicts=frozenset()),
        )
