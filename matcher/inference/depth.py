"""How deep an organization is in what a concern names: a main business, or one line of several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from matcher.inference.phrases import Phrase
from matcher.inference.reading import Hit, Reading

COMMA = re.compile(r"(?<!ed),")
LIST_PLACE = 0.2
AFTER = 40
BEFORE = 160
MANY_CLAUSES = 3
OFTEN = 0.15
HALF = 0.5
MOSTLY = 0.4
LATE = 2
MOST_WHEN_LATE = 0.7
FIRST = {0: 0.6, 1: 0.4}
LATER = 0.1
OWN_NAME_FOR_IT = 0.4
MAKES = 0.4
SELLS = 0.2
ASIDE = 0.5


def depth_of(reading: Reading, hits: Sequence[Hit], roles: Mapping[str, tuple[Phrase, ...]]) -> float:
    """Return how deep the organization is: 0 when it only supplies others, 0.8 or more for a main business."""
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
    clauses = len({hit.clause for hit in own})
    if clauses >= MANY_CLAUSES:
        depth += MOSTLY if clauses >= len(reading.clauses) * HALF else OFTEN
    return depth


def _of_hit(reading: Reading, hit: Hit, roles: Mapping[str, tuple[Phrase, ...]]) -> float:
    clause = reading.clauses[hit.clause]
    before = reading.lowered[max(clause.start, hit.start - BEFORE) : hit.start]
    depth = OWN_NAME_FOR_IT if hit.rule.part == "business" else 0.0
    depth += FIRST.get(clause.sentence, LATER)
    if _any(roles["makes"], reading.lowered[clause.start : min(clause.end, hit.end + AFTER)]) or (
        clause.sentence == 1 and _any(roles["offers"], before)
    ):
        depth += MAKES
    elif reading.stands(roles["sells"], clause) or (
        clause.sentence == 0 and _any((*roles["offers"], *roles["begins"]), before)
    ):
        depth += SELLS
    if _any(roles["aside"], before + reading.lowered[hit.start : hit.end]):
        depth = min(depth - ASIDE, MOST_WHEN_LATE)
    depth -= LIST_PLACE * _place_in_list(before, (*roles["begins"], *roles["makes"], *roles["sells"]))
    return min(depth, MOST_WHEN_LATE) if clause.sentence >= LATE else depth


def _any(phrases: Sequence[Phrase], text: str) -> bool:
    return any(True for phrase in phrases for _ in phrase.spans(text))


def _place_in_list(before: str, verbs: Sequence[Phrase]) -> int:
    """Count the commas between the last verb and what it is said of, but for those between its attributes."""
    last = max((end for phrase in verbs for _, end in phrase.spans(before)), default=0)
    return len(COMMA.findall(before, last))
