"""What a judge of concerns looks at: where the mentions stand, what is done with them, what speaks against them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kb.organization import ConcernRole
from matcher.inference.findings import Finding
from matcher.inference.mentions import Mention
from matcher.inference.phrases import Phrase
from matcher.inference.reading import Reading
from matcher.inference.surroundings import beside, listed, opening

Features = dict[str, float]

TOKEN = re.compile(r"[a-z][a-z\-]*")
GOVERNING = "governing_"
TOWARDS = re.compile(r"\b(?:for|to|in|by|with|from|against)\b")
INDUSTRY = re.compile(
    r"^[^.;]{0,70}?\b(?:industr(?:y|ies)|sectors?|markets?|applications|fields|compan(?:y|ies)|manufacturers|producers|"
    r"operators|customers|plants)\b"
)
BEFORE, AFTER = 160, 80
NEAR_WORDS = 4
MOST_CLAUSES, MOST_COMMAS = 4, 8
SHORT_TEXT = 3


def features(
    reading: Reading,
    code: str,
    mentions: Sequence[Mention],
    finding: Finding | None,
    roles: Mapping[str, tuple[Phrase, ...]],
) -> Features:
    """Describe the mentions of one concern in one text.

    Returns
    -------
    dict of name to number in 0..1
        A name that is missing counts as 0.
    """
    found: Features = {f"code={code}": 1.0, f"speaker={reading.speaker}": 1.0}
    found["investor"] = float(reading.investor)
    found["short"] = float(len(reading.clauses) <= SHORT_TEXT)
    found.update(_of_rules(code, mentions, finding))
    clauses = {mention.clause for mention in mentions}
    first = min(reading.clauses[index].sentence for index in clauses)
    found[f"first={min(first, 3)}"] = 1.0
    found["clauses"] = min(len(clauses), MOST_CLAUSES) / MOST_CLAUSES
    found["share"] = len(clauses) / len(reading.clauses)
    found["fewest commas"] = min(_commas(reading, mention) for mention in mentions)
    for mention in mentions:
        found.update(dict.fromkeys(_around(reading, mention, roles), 1.0))
        found.update(dict.fromkeys(beside(reading, code, mention, roles), 1.0))
        for name, share in listed(reading, code, mention, roles).items():
            found[name] = max(found.get(name, 0.0), share)
    found.update(dict.fromkeys(opening(reading, code, mentions, roles), 1.0))
    for index in clauses:
        clause = reading.clauses[index]
        words = TOKEN.findall(reading.lowered[clause.start : clause.end])
        found.update(dict.fromkeys((f"word={word} of {code}" for word in words), 1.0))
    return found


def _of_rules(code: str, mentions: Sequence[Mention], finding: Finding | None) -> Features:
    found: Features = {}
    if finding is not None:
        found |= {"rule": 1.0, f"rule of {code}": 1.0, f"rule score={finding.score}": 1.0}
        found["rule core"] = float(finding.role is ConcernRole.CORE)
    free = {mention.clause for mention in mentions if not mention.against}
    found["free clauses"] = min(len(free), MOST_CLAUSES) / MOST_CLAUSES
    for name in set().union(*(mention.against for mention in mentions)):
        found[f"all against={name}"] = float(all(name in mention.against for mention in mentions))
        found[f"some against={name}"] = 1.0
    for part in {mention.rule.part for mention in mentions}:
        found[f"part={part}"] = 1.0
        found[f"part={part} of {code}"] = 1.0
    return found


def _around(reading: Reading, mention: Mention, roles: Mapping[str, tuple[Phrase, ...]]) -> Iterator[str]:
    clause = reading.clauses[mention.clause]
    before = reading.lowered[max(clause.start, mention.start - BEFORE) : mention.start]
    after = reading.lowered[mention.end : min(clause.end, mention.end + AFTER)]
    yield from (f"before={word}" for word in TOKEN.findall(before)[-NEAR_WORDS:])
    yield from (f"after={word}" for word in TOKEN.findall(after)[:NEAR_WORDS])
    yield f"itself={reading.lowered[mention.start : mention.end]}"
    yield from (f"opens={word}" for word in TOKEN.findall(reading.lowered[clause.start : mention.start])[:NEAR_WORDS])
    verb, towards = _governing(before, roles)
    place = ("first", "second")[clause.sentence] if clause.sentence < 2 else "later"
    industry = bool(INDUSTRY.match(after))
    yield from (f"verb={verb}", f"verb={verb} in {place}", f"verb={verb} towards={towards}")
    yield f"towards={towards} industry={industry}"
    yield f"verb={verb} towards={towards} industry={industry}"
    if any(True for phrase in roles["aside"] for _ in phrase.spans(before)):
        yield "aside"
        yield f"aside in {place}"


def _governing(before: str, roles: Mapping[str, tuple[Phrase, ...]]) -> tuple[str, bool]:
    """Return the kind of verb that stands last before a mention, and whether "for", "to" or "in" follows it."""
    last, kind = 0, "none"
    for name, phrases in roles.items():
        if name.startswith(GOVERNING):
            end = max((end for phrase in phrases for _, end in phrase.spans(before)), default=0)
            if end > last:
                last, kind = end, name.removeprefix(GOVERNING)
    return kind, bool(TOWARDS.search(before, last))


def _commas(reading: Reading, mention: Mention) -> float:
    clause = reading.clauses[mention.clause]
    low, high = max(clause.start, mention.start - BEFORE), min(clause.end, mention.end + AFTER)
    return min(reading.lowered.count(",", low, high), MOST_COMMAS) / MOST_COMMAS
