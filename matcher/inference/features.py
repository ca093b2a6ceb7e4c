"""What a judge of concerns looks at: where the mentions stand, what is done with them, what speaks against them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kb.organization import ConcernRole
from matcher.inference.findings import Finding
from matcher.inference.mentions import WORD, Mention
from matcher.inference.phrases import Phrase
from matcher.inference.reading import Reading
from matcher.inference.speaker import is_investor, is_proposal, is_tracker

TOKEN = re.compile(r"[a-z][a-z\-]*")
BEFORE, AFTER = 160, 70
NEAR_WORDS = 4
MANY = 4


def features(
    reading: Reading,
    code: str,
    mentions: Sequence[Mention],
    finding: Finding | None,
    roles: Mapping[str, tuple[Phrase, ...]],
) -> dict[str, float]:
    """Describe the mentions of one concern in one text by named numbers in 0..1."""
    x: dict[str, float] = {f"code={code}": 1.0}
    if finding is not None:
        x["rule"] = 1.0
        x[f"rule&code={code}"] = 1.0
        x[f"rule:score={finding.score}"] = 1.0
        if finding.role is ConcernRole.CORE:
            x["rule:core"] = 1.0
    clauses = {m.clause for m in mentions}
    sentences = {reading.clauses[index].sentence for index in clauses}
    first = min(sentences)
    x[f"first_sentence={min(first, 3)}"] = 1.0
    x["clauses"] = min(len(clauses), MANY) / MANY
    x["share"] = len(clauses) / len(reading.clauses)
    x[f"speaker={reading.speaker}"] = 1.0
    x["investor"] = float(is_investor(reading.lowered))
    x["proposal"] = float(is_proposal(reading.text, reading.lowered))
    x["tracker"] = float(is_tracker(reading.lowered))
    x["short"] = float(len(reading.clauses) <= 3)
    held = [m for m in mentions if not m.against]
    x["unheld"] = min(len({m.clause for m in held if m.part != WORD}), 3) / 3
    ruled = [m for m in mentions if m.part != WORD]
    x["only_words"] = float(not ruled)
    for name in set().union(*(m.against for m in mentions)):
        x[f"all_against={name}"] = float(all(name in m.against for m in mentions))
        x[f"some_against={name}"] = 1.0
    for part in {m.part for m in ruled}:
        x[f"part={part}"] = 1.0
    for m in mentions:
        x.update(_around(reading, m, roles))
    x["list_min"] = min(_listed(reading, m) for m in mentions)
    return x


def _around(reading: Reading, m: Mention, roles: Mapping[str, tuple[Phrase, ...]]) -> dict[str, float]:
    clause = reading.clauses[m.clause]
    before = reading.lowered[max(clause.start, m.start - BEFORE) : m.start]
    after = reading.lowered[m.end : min(clause.end, m.end + AFTER)]
    x: dict[str, float] = {}
    for word in TOKEN.findall(before)[-NEAR_WORDS:]:
        x[f"before={word}"] = 1.0
    for word in TOKEN.findall(after)[:NEAR_WORDS]:
        x[f"after={word}"] = 1.0
    x[f"itself={reading.lowered[m.start : m.end]}"] = 1.0
    verbs = ""
    for name in ("makes", "sells", "begins", "offers", "aside"):
        if any(True for phrase in roles[name] for _ in phrase.spans(before)):
            x[f"led={name}"] = 1.0
            verbs += name[0]
    place = "first" if clause.sentence == 0 else "second" if clause.sentence == 1 else "later"
    x[f"{place}:{verbs}"] = 1.0
    for word in set(TOKEN.findall(reading.lowered[clause.start : m.start])[:4]):
        x[f"opens={word}"] = 1.0
    return x


def _listed(reading: Reading, m: Mention) -> float:
    clause = reading.clauses[m.clause]
    low, high = max(clause.start, m.start - BEFORE), min(clause.end, m.end + AFTER)
    return min(reading.lowered.count(",", low, high), 8) / 8
