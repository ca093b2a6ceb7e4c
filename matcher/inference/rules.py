"""The pattern files: read, checked as a whole, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.vocabulary import Vocabulary, load_vocabulary
from kb.yaml_files import read_mapping
from matcher.inference.errors import PatternError
from matcher.inference.phrases import Phrase, compile_phrases

FOLDER = Path(__file__).with_name("patterns")
PHRASE_LISTS = ("any", "not", "clause_not", "near", "text_not")
RULE_FIELDS = {*PHRASE_LISTS, "weight", "through", "part", "speaker"}
PARTS = ("product", "business", "supply", "hint")
SPEAKERS = ("any", "company", "nonprofit")
MASKS = ("phrase", "rest", "sentence")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a pattern file.

    Attributes
    ----------
    any : tuple of Phrase
        One of these makes a hit,
    not_ : tuple of Phrase
        unless one of these overlaps it,
    clause_not : tuple of Phrase
        or one of these stands anywhere in its clause,
    near : tuple of Phrase
        or none of these stands in its clause (when any are given),
    text_not : tuple of Phrase
        or one of these stands anywhere in the text.
    weight : float in 0..1
        Share of remaining doubt that a hit removes.
    through : frozenset of str
        Guards that do not apply to the rule.
    part : str
        Only for concerns: ``product`` (what it makes or sells), ``business`` (what only the main
        business is called), ``supply`` (goods and services for that industry), ``hint`` (words that may name a
        concern; they count only where no other rule holds, and never as a finding of the rules).
    speaker : str
        ``company`` or ``nonprofit`` when the rule holds only for texts that sound like one.
    """

    any: tuple[Phrase, ...]
    not_: tuple[Phrase, ...] = ()
    clause_not: tuple[Phrase, ...] = ()
    near: tuple[Phrase, ...] = ()
    text_not: tuple[Phrase, ...] = ()
    weight: float = 0.6
    through: frozenset[str] = frozenset()
    part: str = "product"
    speaker: str = "any"


@dataclass(frozen=True, slots=True)
class Guard:
    """Phrases after which, or within which, a text is not about what the organization does."""

    name: str
    masks: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class Rules:
    """Everything the pattern files say."""

    capacities: Mapping[str, tuple[Rule, ...]]
    concerns: Mapping[str, tuple[Rule, ...]]
    assets: Mapping[str, tuple[Rule, ...]]
    needs: Mapping[str, tuple[Rule, ...]]
    values: Mapping[str, tuple[Rule, ...]]
    guards: tuple[Guard, ...]
    roles: Mapping[str, tuple[Phrase, ...]]
    function_words: Mapping[str, frozenset[str]]
    industries: Mapping[str, Mapping[str, float]]


def _rule(body: object, where: str, guards: set[str], problems: list[str]) -> Rule | None:
    if not isinstance(body, dict) or "any" not in body:
        problems.append(f"{where}: needs a list `any`")
        return None
    problems.extend(f"{where}: unknown field {field}" for field in sorted(set(body) - RULE_FIELDS))
    lists = {name: compile_phrases(body.get(name, []), f"{where} {name}", problems) for name in PHRASE_LISTS}
    speaker = body.get("speaker", "any")
    if speaker not in SPEAKERS:
        problems.append(f"{where}: speaker {speaker!r} must be one of {', '.join(SPEAKERS)}")
    weight, part, through = body.get("weight", 0.6), body.get("part", "product"), body.get("through", [])
    if not isinstance(weight, int | float) or not 0 < weight < 1:
        problems.append(f"{where}: weight {weight!r} must lie between 0 and 1")
        weight = 0.5
    if part not in PARTS:
        problems.append(f"{where}: part {part!r} must be one of {', '.join(PARTS)}")
    problems.extend(f"{where}: unknown guard {name}" for name in through if name not in guards)
    return Rule(
        any=lists["any"],
        not_=lists["not"],
        clause_not=lists["clause_not"],
        near=lists["near"],
        text_not=lists["text_not"],
        weight=float(weight),
        through=frozenset(through),
        part=part,
        speaker=speaker,
    )


def _by_code(paths: list[Path], known: set[str], guards: set[str], problems: list[str]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for path in paths:
        for code, bodies in read_mapping(path, problems).items():
            if code not in known:
                problems.append(f"{path.name}: {code} is not in the vocabulary")
            if not isinstance(bodies, list):
                problems.append(f"{path.name}: {code}: must be a list of rules")
                continue
            rows = (_rule(body, f"{path.name}: {code}[{i}]", guards, problems) for i, body in enumerate(bodies))
            found[code] = found.get(code, ()) + tuple(rule for rule in rows if rule)
    return found


def _guards(path: Path, problems: list[str]) -> tuple[Guard, ...]:
    found = []
    for name, body in read_mapping(path, problems).items():
        if not isinstance(body, dict) or body.get("masks") not in MASKS:
            problems.append(f"{path.name}: {name}: `masks` must be one of {', '.join(MASKS)}")
            continue
        found.append(Guard(name, body["masks"], compile_phrases(body.get("phrases"), f"{path.name}: {name}", problems)))
    return tuple(found)


def _phrase_lists(path: Path, problems: list[str]) -> dict[str, tuple[Phrase, ...]]:
    return {
        name: compile_phrases(body, f"{path.name}: {name}", problems)
        for name, body in read_mapping(path, problems).items()
    }


def _industries(path: Path, vocabulary: Vocabulary, problems: list[str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, priors in read_mapping(path, problems).items():
        if name not in vocabulary.industries:
            problems.append(f"{path.name}: {name} is not an industry of the vocabulary")
        known = vocabulary.capacities
        wrong = [code for code, value in priors.items() if code not in known or not isinstance(value, int | float)]
        problems.extend(f"{path.name}: {name}: {code} is unknown or not a number" for code in wrong)
        found[name] = {code: float(value) for code, value in priors.items() if code not in wrong}
    return found


@cache
def load_rules(folder: Path = FOLDER) -> Rules:
    """Read and check every pattern file of a folder.

    Raises
    ------
    PatternError
        With one line per problem, over all files.
    """
    problems: list[str] = []
    vocabulary = load_vocabulary()
    guards = _guards(folder / "guards.yaml", problems)
    names = {guard.name for guard in guards}
    words = read_mapping(folder / "languages.yaml", problems)
    rules = Rules(
        capacities=_by_code(sorted(folder.glob("capacities_*.yaml")), set(vocabulary.capacities), names, problems),
        concerns=_by_code(sorted(folder.glob("concerns_*.yaml")), set(vocabulary.concerns), names, problems),
        assets=_by_code([folder / "assets.yaml"], set(vocabulary.assets), names, problems),
        needs=_by_code([folder / "needs.yaml"], set(vocabulary.lendable), names, problems),
        values=_by_code([folder / "values.yaml"], set(vocabulary.values), names, problems),
        guards=guards,
        roles=_phrase_lists(folder / "roles.yaml", problems),
        function_words={code: frozenset(str(word) for word in listed) for code, listed in words.items()},
        industries=_industries(folder / "industries.yaml", vocabulary, problems),
    )
    if problems:
        raise PatternError("the pattern files cannot be used:\n" + "\n".join(problems))
    return rules
