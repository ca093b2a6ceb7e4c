"""The search for coalitions: what is asked is checked, the best sets are found, and explained."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from kb.brief import Brief
from kb.vocabulary import Vocabulary
from matcher.coalition.candidates import Asked, Shortlist, between, build_problem, shortlist_rows
from matcher.coalition.diagnosing import why_infeasible
from matcher.coalition.explaining import Between, Seated, explain_coalition
from matcher.coalition.problem import Problem
from matcher.coalition.results import Coalition, Coalitions
from matcher.coalition.rules import load_coalition_rules
from matcher.coalition.solver import Solution, differing
from matcher.components.reciprocity import candidate_gain
from matcher.errors import BriefProblemError
from matcher.flags import flags_of
from matcher.scene import Scene


def check_asked(brief: Brief, asked: Asked, vocabulary: Vocabulary) -> list[str]:
    """List what makes a coalition impossible to look for, each problem with what to change."""
    sizes, problems = load_coalition_rules().sizes, []
    if not brief.needs:
        problems.append("The brief has no needs, so there is nothing that partners could cover together; add some.")
    if not sizes["smallest"] <= asked.smallest <= asked.largest <= sizes["most"]:
        problems.append(
            f"A coalition has {sizes['smallest']} to {sizes['most']} partners, the smaller number first; "
            f"{asked.smallest} to {asked.largest} was asked for."
        )
    for code in asked.sectors:
        if code not in vocabulary.sectors:
            problems.append(f"{vocabulary.unknown('sectors:', code, vocabulary.sectors)}.")
        elif code in brief.red_lines.sectors:
            problems.append(
                f"The sector {code} is asked for and a red line of the brief; take it out of one of the two."
            )
        elif brief.sectors and code not in brief.sectors:
            problems.append(f"The brief wants other sectors only, so {code} cannot be represented; widen its sectors.")
    both = sorted(set(asked.kept) & set(asked.excluded))
    problems += [f"{name} is to be a member and is kept out; decide which." for name in both]
    return problems


def search_coalitions(scene: Scene, asked: Asked, count: int) -> Coalitions:
    """Find and explain the best coalition and others that differ from it.

    Raises
    ------
    BriefProblemError
        When somebody who must be a member cannot be one.
    """
    short, problem = _problem(scene, asked)
    start = time.perf_counter()
    solutions = differing(problem, count, problem.rules.alternatives["difference"])
    seconds = time.perf_counter() - start
    return Coalitions(
        scene.brief,
        _explained(scene, short, problem, solutions),
        int(scene.welcome.sum()),
        problem.m,
        len(problem.conflicts),
        seconds,
        _notes(scene, problem, asked, solutions),
    )


def _problem(scene: Scene, asked: Asked) -> tuple[Shortlist, Problem]:
    settings, rules, columns = scene.matcher.settings, load_coalition_rules(), scene.scored.columns
    kept = [scene.row(scene.matcher.kb.get(name)) for name in asked.kept]
    shut = [name for name, row in zip(asked.kept, kept, strict=True) if not scene.welcome[row]]
    if shut:
        raise BriefProblemError(
            [f"{name} cannot be a partner: it is the seeker, or kept out by the brief." for name in shut]
        )
    welcome = scene.welcome.copy()
    welcome[[row for row in map(scene.row_of, asked.excluded) if row is not None]] = False
    sectors = [columns.codes.sectors[code] for code in asked.sectors]
    rows = shortlist_rows(scene.scored, scene.score, welcome, rules, settings.must_strength, sectors, kept)
    short = between(columns, rows, scene.query.vocabulary)
    problem = build_problem(
        scene.scored, scene.score, short, rules, settings.must_strength, settings.usual, asked, kept
    )
    return short, problem


def _explained(
    scene: Scene, short: Shortlist, problem: Problem, solutions: Sequence[Solution]
) -> tuple[Coalition, ...]:
    words = Between.of({int(row): index for index, row in enumerate(short.rows)}, short.frictions, short.ties)
    gain = scene.scored.once(candidate_gain)
    found = []
    for solution in solutions:
        rows = [int(short.rows[index]) for index in solution.members]
        seated = [
            Seated(
                index,
                profile.organization,
                None if np.isnan(gain[row]) else float(gain[row]),
                flags_of(scene.query, profile),
            )
            for index, row, profile in zip(solution.members, rows, scene.profiles(rows), strict=True)
        ]
        found.append(explain_coalition(problem, solution, seated, words, scene.brief, scene.query.vocabulary))
    return tuple(found)


def _notes(scene: Scene, problem: Problem, asked: Asked, solutions: Sequence[Solution]) -> tuple[str, ...]:
    vocabulary = scene.query.vocabulary
    labels = tuple(vocabulary.lendable[need.code].label.lower() for need in scene.brief.needs)
    if not solutions:
        return why_infeasible(problem, labels, tuple(vocabulary.sectors[code].lower() for code in asked.sectors))
    nobody = [label for label, row in zip(labels, problem.covers, strict=True) if not (row > 0).any()]
    notes = [f"Nobody that could be a partner is known to meet {label}; it stays open." for label in nobody]
    if not all(solution.proven for solution in solutions):
        notes.append("The time limit was reached: there may be better coalitions than these.")
    return tuple(notes)
