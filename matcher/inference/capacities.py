"""Capacities found in a reading: every rule that hits removes its share of the doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matcher.inference.findings import Finding, strongest_first
from matcher.inference.reading import Hit, Reading
from matcher.inference.rules import Rule


def capacity_findings(reading: Reading, rules: Mapping[str, Sequence[Rule]]) -> dict[str, Finding]:
    """Score every capacity that at least one rule hits.

    Returns
    -------
    dict of code to Finding
        `score` is ``1 - prod(1 - weight)`` over the rules that hit (a noisy or).
    """
    found: dict[str, Finding] = {}
    for code, listed in rules.items():
        doubt = 1.0
        hits: list[Hit] = []
        for rule in listed:
            if of_rule := list(reading.hits(rule)):
                doubt *= 1.0 - rule.weight
                hits += of_rule
        if hits:
            found[code] = Finding(code, 1.0 - doubt, strongest_first(hits))
    return found
