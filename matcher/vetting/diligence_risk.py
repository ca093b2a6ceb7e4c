"""How risky a candidate is, which tier of diligence that calls for, and what of it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kb.organization import RelationKind
from matcher.vetting.diligence_facts import TRADED, Pair
from matcher.vetting.diligence_questions import Catalogue, Check, RiskRule, Tier

Done = Literal["done", "partly", "not_done"]


@dataclass(frozen=True)
class Risk:
    """The risk level and why, gravest reason first."""

    level: str
    label: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class CheckState:
    """A check that a tier asks for: what of it was done, in words."""

    check: Check
    done: Done
    why: str


@dataclass(frozen=True)
class ScreeningFacts:
    """What the screening says about itself, for the risk level.

    Attributes
    ----------
    known : bool
        Whether the organization is in the knowledge base.
    listed : bool
        Whether its name is, or may be, on a watchlist.
    current_lists, stale_lists : tuple of str
        Titles of the watchlists that it was screened against.
    policies : tuple of str
        Titles of the policy packs.
    replied : bool
        Whether its own reply is on record.
    """

    known: bool = True
    listed: bool = False
    current_lists: tuple[str, ...] = ()
    stale_lists: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    replied: bool = False


def risk_of(catalogue: Catalogue, pair: Pair, facts: ScreeningFacts) -> Risk:
    """Return the level of the gravest rule that applies, with every reason."""
    order = list(catalogue.levels)
    found = [rule for rule in catalogue.rules if _applies(rule, pair, facts)] or [catalogue.default]
    found.sort(key=lambda rule: -order.index(rule.level))
    return Risk(found[0].level, catalogue.levels[found[0].level], tuple(rule.why for rule in found))


def _applies(rule: RiskRule, pair: Pair, facts: ScreeningFacts) -> bool:
    if rule.when == "severity":
        return any(finding.severity.value == rule.of for finding in pair.findings)
    return {
        "listed_name": facts.listed,
        "unknown_organization": not facts.known,
        "no_current_list": not facts.current_lists,
        "not_assessed": bool(pair.not_assessed),
    }[rule.when]


def checks_of(
    catalogue: Catalogue, tier: Tier, pair: Pair, facts: ScreeningFacts, answered: Collection[str]
) -> Iterator[CheckState]:
    """Yield the checks that a tier and those below it ask for.

    Parameters
    ----------
    answered : collection of str
        Keys of the questions that a person answered.
    """
    codes = [item.code for item in catalogue.tiers]
    asked = codes[: codes.index(tier.code) + 1]
    for check in catalogue.checks:
        if check.tier not in asked:
            continue
        if check.known in ("areas", "effects"):
            yield CheckState(check, *_questions(catalogue, check.known, answered))
        else:
            yield CheckState(check, *KNOWN[check.known](pair, facts))


def _identity(pair: Pair, _: ScreeningFacts) -> tuple[Done, str]:
    organization = pair.organization
    numbers = ", ".join(
        f"{item.scheme} {item.value}" for item in organization.registry_ids if item.scheme not in TRADED
    )
    if numbers and organization.country:
        return "done", f"{numbers}; seat in {organization.country}"
    if organization.country:
        return "partly", f"seat in {organization.country}; no registry number known"
    return ("partly", f"{numbers}; seat unknown") if numbers else ("not_done", "only a name is known")


def _watchlists(_: Pair, facts: ScreeningFacts) -> tuple[Done, str]:
    if facts.stale_lists:
        return "partly", f"out of date: {', '.join(facts.stale_lists)}"
    return ("done", ", ".join(facts.current_lists)) if facts.current_lists else ("not_done", "no list was imported")


def _policy(pair: Pair, facts: ScreeningFacts) -> tuple[Done, str]:
    if not (facts.known and facts.policies):
        return "not_done", "there are no facts to judge by"
    gaps = len(pair.not_assessed)
    return ("partly", f"{gaps} not assessed") if gaps else ("done", ", ".join(facts.policies))


def _ownership(pair: Pair, _: ScreeningFacts) -> tuple[Done, str]:
    ties = sum(item.kind is RelationKind.PARENT_OF for item in pair.relations)
    return ("partly", f"{ties} ties of ownership known") if ties else ("not_done", "no owner or subsidiary known")


def _reply(_: Pair, facts: ScreeningFacts) -> tuple[Done, str]:
    return ("done", "on record") if facts.replied else ("not_done", "no reply on record")


def _for_a_person(_: Pair, __: ScreeningFacts) -> tuple[Done, str]:
    return "not_done", "for a person"


KNOWN: Mapping[str, Callable[[Pair, ScreeningFacts], tuple[Done, str]]] = {
    "identity": _identity,
    "watchlists": _watchlists,
    "policy": _policy,
    "ownership": _ownership,
    "reply": _reply,
    "": _for_a_person,
}


def _questions(catalogue: Catalogue, which: str, answered: Collection[str]) -> tuple[Done, str]:
    areas = which == "areas"
    sections = [item for item in catalogue.sections if item.code != "question" and (item.code == "area") == areas]
    keys = [question.key for section in sections for question in section.questions]
    count = len(set(keys) & set(answered))
    if count == len(keys):
        return "done", f"all {count} answered"
    return ("partly" if count else "not_done"), f"{count} of {len(keys)} answered"
