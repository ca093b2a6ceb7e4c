"""Terms: exclusivity, endorsement, conflicts, data, property, money; and why together, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from kb.brief import Brief
from kb.organization import ClaimStatus, Relation, RelationKind
from kb.yaml_files import read_mapping
from matcher.errors import MatcherError
from matcher.exchange.ledger import CAUSE, Ledger, Line
from matcher.exchange.parties import Party, brief_reason
from matcher.results import Reason

FOLDER = Path(__file__).parent
LEVELS = ("conflict", "cannot", "settle")


@dataclass(frozen=True)
class Document:
    """The document that a term comes from: its title or publisher, the place in it, the publisher's address."""

    title: str
    section: str = ""
    url: str = ""


@dataclass(frozen=True)
class TermFinding:
    """One term that one side must see to.

    Attributes
    ----------
    level : str
        ``conflict`` (to be dealt with first), ``cannot`` (not free to agree otherwise), ``settle``.
    party : str
        Key of the side that it binds.
    reasons : tuple of Reason
        The facts that brought it up.
    """

    topic: str
    topic_label: str
    level: str
    party: str
    text: str
    document: Document
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question that only the partners can answer, with the facts that bear on it; no facts, no answer."""

    topic: str
    text: str
    facts: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class TermsOfExchange:
    """What binds either side, gravest first, and what to ask."""

    findings: tuple[TermFinding, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class _Facing:
    """One side looking at the other: what a rule's conditions are judged on."""

    party: Party
    other: Party
    gives: tuple[Line, ...]
    gets: tuple[Line, ...]
    brief: Brief | None
    relations: tuple[Relation, ...]
    public_kinds: frozenset[str]

    def is_public(self, party: Party) -> bool:
        return party.sector == "public" or party.kind in self.public_kinds


Evidence = tuple[Reason, ...]
Wanted: TypeAlias = "bool | str | list[str]"
Holds = Callable[[_Facing, Wanted], Evidence | None]
"""A condition returns the facts that it holds by, and None when it does not hold."""


def _party_public(facing: _Facing, wanted: Wanted) -> Evidence | None:
    return _kind_of(facing.party) if facing.is_public(facing.party) is wanted else None


def _other_private(facing: _Facing, wanted: Wanted) -> Evidence | None:
    return _kind_of(facing.other) if (facing.other.sector == "private") is wanted else None


def _kind_of(party: Party) -> Evidence:
    words = f"{party.name}: {(party.kind or party.sector or 'unknown').replace('_', ' ')}"
    return (Reason("Kind", words, ClaimStatus.STATED, "profile or brief"),)


def _regulates_other(facing: _Facing, wanted: Wanted) -> Evidence | None:
    by_industry = [
        reason for item in facing.party.regulates if item.code == facing.other.industry for reason in item.reasons
    ]
    by_name = [
        Reason(
            "Regulates",
            relation.evidence[0].text if relation.evidence else f"{facing.party.name} regulates {facing.other.name}.",
            relation.status,
            relation.source.name,
            relation.source.url,
            observed_on=relation.observed_on,
        )
        for relation in facing.relations
        if relation.kind is RelationKind.REGULATES
        and (relation.subject_id, relation.object_id) == (facing.party.key, facing.other.key)
    ]
    found = (*by_name, *by_industry)
    return found if bool(found) is wanted else None


def _regulator_unknown(facing: _Facing, wanted: Wanted) -> Evidence | None:
    unknown = facing.party.kind == "regulator" and not facing.party.regulates and facing.other.sector == "private"
    return _kind_of(facing.party) if unknown is wanted else None


def _lines_with(lines: tuple[Line, ...], codes: Wanted) -> Evidence | None:
    found = [
        reason
        for line in lines
        if line.subject != CAUSE and isinstance(codes, list) and line.code in codes
        for reason in line.had[:1]
    ]
    return tuple(found) or None


def _asked(facing: _Facing, topic: Wanted) -> Evidence | None:
    if facing.brief is None or not getattr(facing.brief, str(topic)):
        return None
    return (brief_reason(facing.brief, str(topic).capitalize(), f"The brief asks for {topic}."),)


CONDITIONS: Mapping[str, Holds] = {
    "party_public": _party_public,
    "other_private": _other_private,
    "regulates_other": _regulates_other,
    "regulator_unknown": _regulator_unknown,
    "gives": lambda facing, codes: _lines_with(facing.gives, codes),
    "gets": lambda facing, codes: _lines_with(facing.gets, codes),
    "asked": _asked,
}


@dataclass(frozen=True)
class TermRules:
    """terms.yaml, checked."""

    public_kinds: frozenset[str]
    topics: Mapping[str, Mapping[str, Any]]
    rules: tuple[Mapping[str, Any], ...]


@cache
def load_term_rules(folder: Path = FOLDER) -> TermRules:
    """Read terms.yaml.

    Raises
    ------
    MatcherError
        With one line per rule that cannot be used.
    """
    problems: list[str] = []
    body = read_mapping(folder / "terms.yaml", problems)
    topics, rules = body.get("topics", {}), body.get("rules", [])
    for number, rule in enumerate(rules, 1):
        where = f"terms.yaml: rule {number}"
        problems += [f"{where}: unknown condition {name}" for name in sorted(set(rule["when"]) - set(CONDITIONS))]
        if rule["topic"] not in topics:
            problems.append(f"{where}: unknown topic {rule['topic']}")
        if rule["level"] not in LEVELS:
            problems.append(f"{where}: level must be one of {', '.join(LEVELS)}")
        if not rule.get("document", {}).get("title"):
            problems.append(f"{where}: must cite a document")
    if problems:
        raise MatcherError("\n".join(problems))
    return TermRules(frozenset(body["public_kinds"]), topics, tuple(rules))


def terms_of_exchange(
    ledger: Ledger, brief: Brief | None = None, relations: tuple[Relation, ...] = ()
) -> TermsOfExchange:
    """Find the terms that bind either side of a ledger, and the questions that remain.

    Parameters
    ----------
    brief : Brief, optional
        Its wish for exclusivity or endorsement is held against what the sides are free to agree to.
    relations : tuple of Relation
        Relations between the two sides.
    """
    rules = load_term_rules()
    back, public = ledger.swapped(), rules.public_kinds
    sides = [
        _Facing(side.first, side.second, side.first_gives, side.second_gives, brief, relations, public)
        for side in (ledger, back)
    ]
    findings = [found for facing in sides for found in _findings(facing, rules)]
    findings.sort(key=lambda found: LEVELS.index(found.level))
    return TermsOfExchange(tuple(findings), tuple(_questions(ledger, brief, relations, rules)))


def _findings(facing: _Facing, rules: TermRules) -> Iterator[TermFinding]:
    for rule in rules.rules:
        held = [CONDITIONS[name](facing, wanted) for name, wanted in rule["when"].items()]
        if any(found is None for found in held):
            continue
        yield TermFinding(
            rule["topic"],
            str(rules.topics[rule["topic"]]["label"]),
            rule["level"],
            facing.party.key,
            rule["text"].format(party=facing.party.name, other=facing.other.name),
            Document(**rule["document"]),
            tuple(reason for found in held if found for reason in found),
        )


def _questions(
    ledger: Ledger, brief: Brief | None, relations: tuple[Relation, ...], rules: TermRules
) -> Iterator[Question]:
    causes = [line for line in (*ledger.first_gives, *ledger.second_gives) if line.subject == CAUSE]
    why = [brief_reason(brief, "Behaviour to change", brief.behaviour)] if brief and brief.behaviour else []
    why += [reason for line in causes for reason in line.wanted[:1]]
    yield Question("purpose", "Why are we in this together?", tuple(dict.fromkeys(why)))
    past = tuple(
        Reason(
            relation.kind.value.replace("_", " ").capitalize(),
            relation.evidence[0].text if relation.evidence else "",
            relation.status,
            relation.source.name,
            relation.source.url,
            observed_on=relation.observed_on,
        )
        for relation in relations
        if relation.kind is not RelationKind.COMPETITOR_OF
    )
    yield Question("duration", "For how long, and what ends it: a date, a result, or the money?", past)
    for topic, body in rules.topics.items():
        for text in body["questions"]:
            yield Question(topic, str(text))
