"""Asset signals, likely needs and values found in a reading: each only where words say so."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache
from typing import TYPE_CHECKING

from kb.organization import ClaimKind
from kb.vocabulary import load_vocabulary
from matcher.inference.capacities import capacity_findings
from matcher.inference.findings import Finding, Span
from matcher.inference.reading import Reading
from matcher.inference.rules import Rules
from matcher.inference.speaker import is_investor, is_proposal, is_tracker

if TYPE_CHECKING:
    from matcher.values.cues import Cues
    from matcher.values.stances import Stance

TAKES_A_SIDE = 0.9
"""Least sign of a stance: a phrase that takes a side by itself, or two mentions that lean the same way."""
STANCE_WEIGHT = 0.75


def signal_findings(reading: Reading, rules: Rules) -> Iterator[tuple[ClaimKind, Finding]]:
    """Find what an organization says it brings, lacks and stands for.

    A need is never concluded from what an organization does; a proposal says what a project lacks and brings, not
    what an organization does, and a fund or a paper that tracks an index has none of these.
    """
    if is_tracker(reading.lowered) or is_proposal(reading.text, reading.lowered):
        return
    for finding in capacity_findings(reading, rules.assets).values():
        yield ClaimKind.ASSET, finding
    if not is_investor(reading.lowered):
        for finding in capacity_findings(reading, rules.needs).values():
            yield ClaimKind.NEED, finding
    values = capacity_findings(reading, rules.values)
    for finding in _from_stances(reading, rules.values):
        values.setdefault(finding.code, finding)
    for finding in values.values():
        yield ClaimKind.VALUE, finding


@cache
def _questions() -> tuple[tuple[Stance, ...], Cues]:
    """Load late: the values package reads its own texts with the phrases of this one."""
    from matcher.values.cues import load_cues
    from matcher.values.stances import load_stances

    return load_stances(), load_cues()


def _from_stances(reading: Reading, told: Container[str]) -> Iterator[Finding]:
    """Read the side taken on questions of two sides, for principles that no rule of words tells.

    Only what is stood for, and not by companies: one that sells argues for nothing.
    """
    if reading.speaker == "company":
        return
    from matcher.values.reading import read_stances

    stances, cues = _questions()
    principles = load_vocabulary().values
    asked = [stance for stance in stances if stance.principle_for in principles and stance.principle_for not in told]
    sides = read_stances(reading.text, asked, cues).sides
    for stance in asked:
        side = sides.get(stance.code)
        if side is not None and side.sign >= TAKES_A_SIDE:
            at = side.at[0]
            yield Finding(stance.principle_for, side.sign * STANCE_WEIGHT, (Span(at, at + 1, reading.clause_at(at)),))
