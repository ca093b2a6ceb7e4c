"""Which capacities a programme asks for, owns, misses or can do without."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from kb.brief import Brief
from kb.organization import ClaimKind, Organization
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.errors import MatcherError
from matcher.reading.phrases import PhraseIndex, entry, tokenize

RULES = Path(__file__).with_name("diagnosis.yaml")
MIX = ("product", "price", "place", "promotion", "people", "policy")
RULE_FIELDS = {"traits", "always", "importance", "because"}
OWNED_FROM = 0.2
State = Literal["missing", "asked", "owned", "not needed"]
ORDER: tuple[State, ...] = ("missing", "asked", "owned", "not needed")


@dataclass(frozen=True)
class Diagnosis:
    """One capacity, and how the programme stands to it.

    Attributes
    ----------
    mix : str
        The part of the social marketing mix that it serves: product, price, place, promotion, people or policy.
    importance : float in 0..1
        How much this kind of programme usually depends on it; 0 where it does not.
    reason : str
        Why this kind of programme needs it, or why not.
    evidence : str
        What the state rests on: the need's or the claim's words; empty for a guess from the kind of programme.
    question : str
        What to ask oneself.
    """

    capacity: str
    label: str
    state: State
    mix: str
    importance: float
    reason: str
    evidence: str
    question: str


@dataclass(frozen=True)
class Rule:
    """A capacity is needed when the programme has one of the traits, or always."""

    traits: frozenset[str]
    always: bool
    importance: float
    because: str


@dataclass(frozen=True)
class CapacityRules:
    """What is known about one capacity."""

    mix: str
    question: str
    unneeded: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class DiagnosisRules:
    """The content of diagnosis.yaml."""

    capacities: Mapping[str, CapacityRules]
    labels: Mapping[str, str]
    words: PhraseIndex
    by_cause: Mapping[str, frozenset[str]]
    by_audience: Mapping[str, frozenset[str]]


def _rule(body: object, where: str, traits: Collection[str], problems: list[str]) -> Rule:
    if not isinstance(body, dict):
        problems.append(f"{where}: must be a mapping")
        return Rule(frozenset(), False, 0.0, "")
    problems.extend(f"{where}: unknown field {name}" for name in sorted(set(body) - RULE_FIELDS))
    named = body.get("traits") or []
    problems.extend(f"{where}: unknown trait {name}" for name in named if name not in traits)
    importance, because = body.get("importance"), body.get("because")
    if not isinstance(importance, int | float) or not 0 < importance <= 1:
        problems.append(f"{where}: importance {importance!r} must lie above 0 and up to 1")
        importance = 0.5
    if not isinstance(because, str) or not because:
        problems.append(f"{where}: needs a reason in `because`")
    if bool(named) == bool(body.get("always")):
        problems.append(f"{where}: needs either traits or `always: true`")
    return Rule(frozenset(named), bool(body.get("always")), float(importance), str(because))


def _capacity(code: str, body: object, traits: Collection[str], problems: list[str]) -> CapacityRules:
    where = f"diagnosis.yaml: {code}"
    if not isinstance(body, dict) or not isinstance(body.get("rules"), list):
        problems.append(f"{where}: needs mix, question and a list of rules")
        return CapacityRules("product", "", "", ())
    if body.get("mix") not in MIX:
        problems.append(f"{where}: mix {body.get('mix')!r} must be one of {', '.join(MIX)}")
    if not str(body.get("question", "")).strip():
        problems.append(f"{where}: needs a question")
    rules = tuple(_rule(row, f"{where}[{i}]", traits, problems) for i, row in enumerate(body["rules"]))
    if not body.get("unneeded") and not any(rule.always for rule in rules):
        problems.append(f"{where}: needs a sentence `unneeded` for programmes without it")
    return CapacityRules(str(body.get("mix")), str(body.get("question", "")), str(body.get("unneeded", "")), rules)


def _inverted(listed: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for trait, codes in listed.items():
        for code in codes:
            found.setdefault(code, set()).add(trait)
    return {code: frozenset(traits) for code, traits in found.items()}


@cache
def load_diagnosis_rules(path: Path = RULES) -> DiagnosisRules:
    """Read and check the rules.

    Raises
    ------
    MatcherError
        With one line per problem.
    """
    vocabulary = load_vocabulary()
    try:
        body: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MatcherError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(body, dict):
        raise MatcherError(f"{path.name} must be a mapping")
    problems: list[str] = []
    traits: dict[str, Any] = body.get("traits") or {}
    audiences: dict[str, Any] = body.get("audience_traits") or {}
    causes = {name: trait.get("causes", []) for name, trait in traits.items()}
    for name, codes in causes.items():
        problems += [f"traits: {name}: unknown cause {code}" for code in codes if code not in vocabulary.causes]
    for name, codes in audiences.items():
        problems += [f"audience_traits: {name}: unknown {code}" for code in codes if code not in vocabulary.audiences]
    known = {*traits, *audiences}
    listed: dict[str, Any] = body.get("capacities") or {}
    problems += [f"capacities: {code} has no entry" for code in vocabulary.capacities if code not in listed]
    problems += [f"capacities: {code} is not in the vocabulary" for code in listed if code not in vocabulary.capacities]
    capacities = {code: _capacity(code, row, known, problems) for code, row in listed.items()}
    if problems:
        raise MatcherError("the diagnosis rules cannot be used:\n" + "\n".join(problems))
    words = [entry(name, name, str(word)) for name, trait in traits.items() for word in trait.get("words", [])]
    labels = {name: str(trait.get("label", name)) for name, trait in traits.items()}
    return DiagnosisRules(capacities, labels, PhraseIndex(words), _inverted(causes), _inverted(audiences))


def traits_of(brief: Brief, vocabulary: Vocabulary) -> dict[str, str]:
    """Tell what kind of programme a brief describes.

    Returns
    -------
    dict
        Each trait with the word, cause or audience that it was read from.
    """
    rules = load_diagnosis_rules()
    found: dict[str, str] = {}
    text = ". ".join((brief.title, brief.behaviour))
    for match in rules.words.find(text, tokenize(text)):
        found.setdefault(match.entries[0].code, f"“{text[match.start : match.end]}”")
    for code in brief.causes:
        for trait in sorted(rules.by_cause.get(code, ())):
            found.setdefault(trait, vocabulary.label(ClaimKind.CAUSE, code))
    for code in brief.audiences:
        for trait in sorted(rules.by_audience.get(code, ())):
            found.setdefault(trait, vocabulary.label(ClaimKind.AUDIENCE, code))
    return found


def diagnose(
    brief: Brief, seeker: Organization | None, vocabulary: Vocabulary, owned: Collection[str] = ()
) -> tuple[Diagnosis, ...]:
    """Say for every capacity whether it is asked for, owned, missing or not needed.

    Parameters
    ----------
    seeker : Organization or None
        The seeker's own profile; its capacities count as owned.
    owned : collection of str
        Capacities that the seeker says it has.

    Returns
    -------
    tuple of Diagnosis
        Missing ones first, then by importance.
    """
    rules, traits = load_diagnosis_rules(), traits_of(brief, vocabulary)
    having = _owned(brief, seeker, vocabulary, owned)
    asked = {need.code: need.text or f"asked for in the brief: {need.code}" for need in brief.needs}
    found = []
    for code, term in vocabulary.capacities.items():
        capacity = rules.capacities[code]
        importance, reason = _why(capacity, traits)
        state: State = "missing" if importance else "not needed"
        if code in asked or code in having:
            state = "asked" if code in asked else "owned"
        if not importance and state != "not needed":
            verb = "ask for it" if state == "asked" else "have it"
            reason = f"You {verb}; nothing in the behaviour, the causes or the audience calls for it."
        evidence = asked.get(code, having.get(code, ""))
        found.append(Diagnosis(code, term.label, state, capacity.mix, importance, reason, evidence, capacity.question))
    return tuple(sorted(found, key=lambda item: (ORDER.index(item.state), -item.importance)))


def _why(capacity: CapacityRules, traits: Mapping[str, str]) -> tuple[float, str]:
    fired = [rule for rule in capacity.rules if rule.always or rule.traits & set(traits)]
    if not fired:
        return 0.0, capacity.unneeded
    best = max(fired, key=lambda rule: rule.importance)
    seen = [traits[name] for name in traits if name in best.traits]
    return best.importance, f"{best.because} (Read from {seen[0]}.)" if seen else best.because


def _owned(brief: Brief, seeker: Organization | None, vocabulary: Vocabulary, owned: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    claims = seeker.claims_of(ClaimKind.CAPACITY) if seeker else ()
    for claim in sorted(claims, key=lambda claim: -claim.strength):
        if claim.strength >= OWNED_FROM:
            words = claim.evidence[0].text if claim.evidence else f"claimed by {claim.source.name}"
            found.setdefault(claim.code, words)
    for offer in brief.offers:
        if offer.code in vocabulary.capacities:
            found.setdefault(offer.code, offer.text or "you offer it")
    for code in owned:
        found.setdefault(code, "you say that you have it")
    return found
