"""The numbers of coalition.yaml, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from kb.yaml_files import read_mapping
from matcher.errors import MatcherError

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Costs:
    """What coordination costs, by cause; see coalition.yaml."""

    member: float
    pair: float
    known_pair: float
    friction: float
    away: float
    further_country: float
    further_sector: float
    one_sided: float
    misfit: float


@dataclass(frozen=True)
class CoalitionRules:
    """Worth, costs and limits of a coalition."""

    coverage: float
    covered_at_all: float
    costs: Costs
    sizes: Mapping[str, int]
    shortlist: Mapping[str, int]
    alternatives: Mapping[str, int]
    time_limit_s: float
    link: Mapping[str, float]


@cache
def load_coalition_rules(folder: Path = FOLDER) -> CoalitionRules:
    """Read coalition.yaml.

    Raises
    ------
    MatcherError
        With one line per missing or negative number.
    """
    problems: list[str] = []
    body = read_mapping(folder / "coalition.yaml", problems)
    costs = body.get("costs", {})
    for field in fields(Costs):
        if not isinstance(costs.get(field.name), (int, float)) or costs[field.name] < 0:
            problems.append(f"coalition.yaml: costs.{field.name} must be zero or more")
    if not problems and costs["known_pair"] > costs["pair"]:
        problems.append("coalition.yaml: costs.known_pair must not exceed costs.pair")
    if not 0 <= body.get("covered_at_all", -1) <= 1:
        problems.append("coalition.yaml: covered_at_all must be between 0 and 1")
    if problems:
        raise MatcherError("\n".join(problems))
    return CoalitionRules(
        float(body["coverage"]),
        float(body["covered_at_all"]),
        Costs(**{field.name: float(costs[field.name]) for field in fields(Costs)}),
        body["sizes"],
        body["shortlist"],
        body["alternatives"],
        float(body["time_limit_s"]),
        body["link"],
    )
