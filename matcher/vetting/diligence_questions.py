"""The questions of due diligence, their scales, and the tiers: read from YAML and checked whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kb.casework.findings import Document, Severity
from kb.yaml_files import read_mapping
from matcher.errors import MatcherError

FOLDER = Path(__file__).parent
FILES = ("diligence.yaml", "diligence_prompts.yaml", "diligence_tiers.yaml")
INSUFFICIENT = "insufficient_information"
ALWAYS = frozenset({"name", "seeker", "audience", "behaviour"})
PLACEHOLDER = re.compile(r"{(\w+)}")
SETTLED_BY = ("identity", "watchlists", "policy", "ownership", "areas", "effects", "reply")
CONDITIONS = ("severity", "listed_name", "unknown_organization", "no_current_list", "not_assessed")


class DiligenceError(MatcherError):
    """The questions of due diligence cannot be used."""


@dataclass(frozen=True)
class Question:
    """A question for a person; `key` is ``section.code``."""

    section: str
    code: str
    label: str
    text: str

    @property
    def key(self) -> str:
        """What prompts and answers name it by."""
        return f"{self.section}.{self.code}"


@dataclass(frozen=True)
class Section:
    """Questions that are answered on one scale; `scale` maps state codes to labels."""

    code: str
    label: str
    scale: Mapping[str, str]
    document: Document
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Prompt:
    """Words to ask when a fact is there, and the questions they belong to."""

    code: str
    keys: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class RiskRule:
    """When a risk level applies, and why, in words."""

    when: str
    of: str
    level: str
    why: str


@dataclass(frozen=True)
class Tier:
    """How thorough diligence must be for some risk levels, and who signs."""

    code: str
    label: str
    levels: tuple[str, ...]
    sign_off: str


@dataclass(frozen=True)
class Check:
    """Something that a tier asks for; `known` says which facts settle it, empty when only a person can."""

    code: str
    tier: str
    label: str
    known: str


@dataclass(frozen=True)
class Catalogue:
    """Everything that due diligence asks, loaded and checked. Levels and tiers are in rising order."""

    sections: tuple[Section, ...]
    prompts: Mapping[str, Prompt]
    levels: Mapping[str, str]
    rules: tuple[RiskRule, ...]
    default: RiskRule
    tiers: tuple[Tier, ...]
    checks: tuple[Check, ...]
    document: Document


@cache
def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read and check the questions, prompts and tiers.

    Raises
    ------
    DiligenceError
        With one line per problem, over all files.
    """
    problems: list[str] = []
    asked, prompted, tiered = (read_mapping(folder / name, problems) for name in FILES)
    try:
        catalogue = Catalogue(
            sections=tuple(_sections(asked)),
            prompts={code: Prompt(code, tuple(body["items"]), str(body["text"])) for code, body in prompted.items()},
            levels=dict(tiered["levels"]),
            rules=tuple(_rule(body) for body in tiered["rules"]),
            default=_rule({"when": "", **tiered["default"]}),
            tiers=tuple(
                Tier(code, body["label"], tuple(body["levels"]), body["sign_off"])
                for code, body in tiered["tiers"].items()
            ),
            checks=tuple(
                Check(code, body["tier"], body["label"], body.get("known", ""))
                for code, body in tiered["checks"].items()
            ),
            document=Document(**tiered["document"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DiligenceError("; ".join([*problems, f"due diligence: missing or wrong field {error}"])) from error
    problems.extend(_problems(catalogue))
    if problems:
        raise DiligenceError("the questions of due diligence cannot be used:\n" + "\n".join(problems))
    return catalogue


def _sections(asked: Mapping[str, Any]) -> Iterator[Section]:
    documents = {code: Document(**body) for code, body in asked["documents"].items()}
    for code, body in asked["sections"].items():
        questions = tuple(
            Question(code, item, str(words["label"]), str(words["question"])) for item, words in body["items"].items()
        )
        yield Section(code, body["label"], dict(asked["scales"][body["scale"]]), documents[body["document"]], questions)


def _rule(body: Mapping[str, Any]) -> RiskRule:
    return RiskRule(str(body["when"]), str(body.get("of", "")), str(body["level"]), str(body["why"]))


def _problems(catalogue: Catalogue) -> Iterator[str]:
    yield from _problems_of_questions(catalogue)
    yield from _problems_of_tiers(catalogue)


def _problems_of_questions(catalogue: Catalogue) -> Iterator[str]:
    keys = {question.key for section in catalogue.sections for question in section.questions}
    for section in catalogue.sections:
        if next(iter(section.scale), "") != INSUFFICIENT:
            yield f"diligence.yaml: {section.code}: its scale must begin with {INSUFFICIENT}"
        for question in section.questions:
            for name in sorted(set(PLACEHOLDER.findall(question.text)) - ALWAYS):
                yield f"diligence.yaml: {question.key}: unknown placeholder {{{name}}}"
    for prompt in catalogue.prompts.values():
        for key in prompt.keys:
            if key not in keys:
                yield f"diligence_prompts.yaml: {prompt.code}: there is no question {key}"


def _problems_of_tiers(catalogue: Catalogue) -> Iterator[str]:
    for rule in (*catalogue.rules, catalogue.default):
        if rule.level not in catalogue.levels:
            yield f"diligence_tiers.yaml: there is no level {rule.level!r}"
        if rule.when not in (*CONDITIONS, "") or (rule.when == "severity" and rule.of not in set(Severity)):
            yield f"diligence_tiers.yaml: unknown condition {rule.when} {rule.of}".rstrip()
    covered = [level for tier in catalogue.tiers for level in tier.levels]
    if sorted(covered) != sorted(catalogue.levels):
        yield f"diligence_tiers.yaml: every level belongs to one tier; found {', '.join(covered)}"
    for check in catalogue.checks:
        if check.tier not in {tier.code for tier in catalogue.tiers}:
            yield f"diligence_tiers.yaml: {check.code}: there is no tier {check.tier!r}"
        if check.known not in (*SETTLED_BY, ""):
            yield f"diligence_tiers.yaml: {check.code}: nothing is known as {check.known!r}"
