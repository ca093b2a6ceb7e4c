"""Concerns found in a reading, and how deep the organization is in each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kb.organization import ConcernRole
from matcher.inference.findings import Finding, strongest_first
from matcher.inference.phrases import Phrase
from matcher.inference.reading import Hit, Reading
from matcher.inference.rules import Rule

SUPPLY_LIST = 3
LIST_PLACE = 0.2
AFTER = 40
REACH = 130
LISTED = re.compile(r"[^.;]*?\b(?:industries|sectors|markets|applications|projects|fields|segments)\b")
TOWARDS = re.compile(r"\b(?:for|to|in|including|serves|such as|comprising|comprise)\b")
CORE = 0.8
BEFORE = 160
MANY_CLAUSES = 3
SCORE = {"business": 0.9, "product": 0.8, "supply": 0.65}


def concern_findings(
    reading: Reading, rules: Mapping[str, Sequence[Rule]], roles: Mapping[str, tuple[Phrase, ...]]
) -> dict[str, Finding]:
    """Find concerns and their role.

    A product in the first sentence of a maker, or in three clauses of it, is a main business; what stands
    late in a list, in a sentence that begins "it also", or is only sold or supplied, is minor.
    """
    found: dict[str, Finding] = {}
    for code, listed in rules.items():
        hits = [hit for rule in listed for hit in reading.hits(rule)]
        hits = [hit for hit in hits if not _is_mention(reading, hit, roles)]
        if hits:
            role = ConcernRole.CORE if _depth(reading, hits, roles) >= CORE else ConcernRole.MINOR
            score = max(SCORE[hit.rule.part] for hit in hits)
            found[code] = Finding(code, score, strongest_first(hits), role)
    return found


def _is_mention(reading: Reading, hit: Hit, roles: Mapping[str, tuple[Phrase, ...]]) -> bool:
    clause = reading.clauses[hit.clause]
    if reading.stands(roles["mention"], clause):
        return True
    if hit.rule.part != "business" and _in_list_of_industries(reading, hit):
        return True
    if hit.rule.part != "supply":
        return False
    around = reading.lowered[max(clause.start, hit.start - 20) : min(clause.end, hit.end + 90)]
    return around.count(",") > SUPPLY_LIST


def _in_list_of_industries(reading: Reading, hit: Hit) -> bool:
    """Tell whether a word stands in "for A, B, C and other industries": those are customers, named in passing."""
    clause = reading.clauses[hit.clause]
    after = LISTED.match(reading.lowered, hit.end, min(clause.end, hit.end + REACH))
    if after is None:
        return False
    before = reading.lowered[max(clause.start, hit.start - REACH) : hit.start]
    return before.count(",") + after.group().count(",") >= SUPPLY_LIST and bool(TOWARDS.search(before))


def _depth(reading: Reading, hits: Sequence[Hit], roles: Mapping[str, tuple[Phrase, ...]]) -> float:
    """Return `CORE` or more for a main business."""
    supplied = [hit for hit in hits if hit.rule.part == "supply"]
    own = [
        hit
        for hit in hits
        if hit.rule.part == "business"
        or (
            hit.rule.part == "product"
            and not any(hit.start < other.end and other.start < hit.end for other in supplied)
        )
    ]
    if not own:
        return 0.0
    depth = max(_of_hit(reading, hit, roles) for hit in own)
    if len({hit.clause for hit in own}) >= MANY_CLAUSES:
        depth += 0.15
    return depth


def _of_hit(reading: Reading, hit: Hit, roles: Mapping[str, tuple[Phrase, ...]]) -> float:
    clause = reading.clauses[hit.clause]
    before = reading.lowered[max(clause.start, hit.start - BEFORE) : hit.start]
    depth = 0.4 if hit.rule.part == "business" else 0.0
    depth += {0: 0.6, 1: 0.4}.get(clause.sentence, 0.1)
    if any(
        True
        for phrase in roles["makes"]
        for _ in phrase.spans(reading.lowered[clause.start : min(clause.end, hit.end + AFTER)])
    ) or (clause.sentence == 1 and any(True for phrase in roles["offers"] for _ in phrase.spans(before))):
        depth += 0.4
    elif reading.stands(roles["sells"], clause):
        depth += 0.2
    if any(True for phrase in roles["aside"] for _ in phrase.spans(before)):
        depth -= 0.5
    return depth - LIST_PLACE * _place_in_list(before, (*roles["begins"], *roles["makes"], *roles["sells"]))


def _place_in_list(before: str, verbs: Sequence[Phrase]) -> int:
    """Count the commas between the last verb and what it is said of."""
    last = max((end for phrase in verbs for _, end in phrase.spans(before)), default=0)
    return before.count(",", last)
