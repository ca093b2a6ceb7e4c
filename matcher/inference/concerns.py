"""Concerns found in a reading: what an organization deals in, apart from what it merely mentions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kb.organization import ConcernRole
from kb.vocabulary import load_vocabulary
from matcher.inference.depth import depth_of
from matcher.inference.features import features
from matcher.inference.findings import Finding, Span, strongest_first
from matcher.inference.judge import Judge
from matcher.inference.mentions import Mention, hits_of, mentions
from matcher.inference.phrases import Phrase
from matcher.inference.reading import Hit, Reading
from matcher.inference.rules import Rules
from matcher.inference.speaker import is_proposal, is_tracker

SUPPLY_LIST = 3
INVESTED_LIST = 4
LONG_LIST = 5
REACH = 130
LISTED = re.compile(r"[^.;]*?\b(?:industries|sectors|markets|applications|projects|fields|segments|customers)\b")
TOWARDS = re.compile(r"\b(?:for|to|in|including|serves|such as|comprising|comprise)\b")
LIST_OF_OTHERS = re.compile(
    r"\b(?:industries|sectors|markets|fields|verticals|areas|customers|clients|companies)\b,?"
    r" (?:including|such as|like|comprising|namely|across|in)\b(?P<between>[^.;]*)$"
)
OTHERS = re.compile(
    r"\W+(?:\w+\W+)?(?:companies|manufacturers|growers|farmers|retailers|dealers|makers|brand owners)\b"
)
ANY_COMMA = re.compile(",")
COMMA = re.compile(r",(?!\s+(?:(?:the|and|or|of)\s+){0,3}[A-Z])")
ONE_OF_THEM = re.compile(r"\b(?:one of|among|largest|leading|biggest|which are|group of|owns|acquire[sd]?)\b[^.;]*$")
CORE = 0.8
SCORE = {"business": 0.9, "product": 0.8, "supply": 0.65}


def concern_findings(reading: Reading, rules: Rules, judge: Judge) -> dict[str, Finding]:
    """Find concerns and their role.

    What the rules say of a mention, where it stands and which words are around it goes to the judge; but whether a
    court or an authority has found something is for the rules alone. The proposal of a research project studies a
    thing and does not deal in it, and a paper that tracks a price does nothing.
    """
    found: dict[str, Finding] = {}
    if is_silent(reading):
        return found
    terms = load_vocabulary().concerns
    for code, listed in rules.concerns.items():
        if not (of_code := mentions(reading, listed)):
            continue
        finding = rule_finding(reading, code, of_code, rules.roles)
        if not terms[code].by_finding:
            finding = judged(reading, code, of_code, finding, rules, judge)
        if finding is not None:
            found[code] = finding
    return found


def is_silent(reading: Reading) -> bool:
    """Tell whether a text says nothing of what an organization deals in."""
    return is_proposal(reading.text, reading.lowered) or is_tracker(reading.lowered)


def rule_finding(
    reading: Reading, code: str, found: Sequence[Mention], roles: Mapping[str, tuple[Phrase, ...]]
) -> Finding | None:
    """Say what the rules alone find.

    A product in the first sentence of a maker, or in three clauses of it, is a main business; what stands
    late in a list, in a sentence that begins "it also", or is only sold or supplied, is minor.
    """
    hits = [hit for hit in hits_of(found) if not _is_mention(reading, hit, roles)]
    if not hits:
        return None
    role = ConcernRole.CORE if depth_of(reading, hits, roles) >= CORE else ConcernRole.MINOR
    return Finding(code, max(SCORE[hit.rule.part] for hit in hits), strongest_first(hits), role)


def judged(
    reading: Reading, code: str, found: Sequence[Mention], ruled: Finding | None, rules: Rules, judge: Judge
) -> Finding | None:
    """Let the judge decide on the mentions of a concern; `score` is its likelihood."""
    described = features(reading, code, found, ruled, rules.roles)
    likelihood = judge.presence(described)
    if likelihood is None:
        return None
    spans = ruled.spans if ruled else (_clearest(found),)
    return Finding(code, likelihood, spans, ConcernRole.CORE if judge.is_core(described) else ConcernRole.MINOR)


def _clearest(found: Sequence[Mention]) -> Span:
    best = min(found, key=lambda mention: (len(mention.against), mention.start))
    return Span(best.start, best.end, best.clause)


def _is_mention(reading: Reading, hit: Hit, roles: Mapping[str, tuple[Phrase, ...]]) -> bool:
    clause = reading.clauses[hit.clause]
    if reading.stands(roles["mention"], clause):
        return True
    around = _commas(reading, max(clause.start, hit.start - 20), min(clause.end, hit.end + 90))
    if hit.rule.part != "business" and _in_list_of_industries(reading, hit):
        return True
    if around > INVESTED_LIST and reading.investor:
        return True
    if hit.rule.part == "product":
        return _is_of_others(reading, hit)
    return hit.rule.part == "supply" and around > SUPPLY_LIST


def _commas(reading: Reading, start: int, end: int) -> int:
    """Count the commas of a list of things: those before a capital part names and places."""
    return len((COMMA if reading.text != reading.text.upper() else ANY_COMMA).findall(reading.text, start, end))


def _in_list_of_industries(reading: Reading, hit: Hit) -> bool:
    """Tell whether a word stands in "for A, B, C and other industries": those are customers, named in passing."""
    clause = reading.clauses[hit.clause]
    after = LISTED.match(reading.lowered, hit.end, min(clause.end, hit.end + REACH))
    low = max(clause.start, hit.start - REACH)
    before = reading.lowered[low : hit.start]
    if after is not None:
        commas = _commas(reading, low, after.end())
        if commas >= LONG_LIST or (commas >= SUPPLY_LIST and TOWARDS.search(reading.lowered, low, hit.end)):
            return True
    led = LIST_OF_OTHERS.search(before)
    if led is None:
        return False
    rest = _commas(reading, hit.end, min(clause.end, hit.end + REACH))
    return led.group("between").count(",") + rest >= SUPPLY_LIST - 1


def _is_of_others(reading: Reading, hit: Hit) -> bool:
    """Tell whether a word only says what other companies deal in ("crop protection companies")."""
    if not OTHERS.match(reading.lowered, hit.end):
        return False
    clause = reading.clauses[hit.clause]
    return not ONE_OF_THEM.search(reading.lowered[clause.start : hit.start])
