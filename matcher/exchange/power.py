"""Power: how much each side depends on the other, as mutual dependence and imbalance.

After Emerson, "Power-dependence relations", American Sociological Review 27 (1962): A depends on B the more,
the more it wants what B mediates, and the less it can get it elsewhere. Mutual dependence (the sum) and power
imbalance (the difference) are two numbers, after Casciaro and Piskorski, "Power imbalance, mutual dependence, and
constraint absorption", Administrative Science Quarterly 50 (2005). How scarcity is counted is this product's rule::

    dependence of A on B = sum over lines from B to A of importance * strength / (1 + log2(1 + alternatives))

One unit is one wholly important thing that nobody else is known to have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.yaml_files import read_mapping
from matcher.errors import MatcherError
from matcher.exchange.ledger import CAUSE, Gain, Ledger, Line
from matcher.exchange.parties import Item, Party

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class PowerRules:
    """The thresholds of power.yaml."""

    alternative_share: float
    balanced_share: float
    named: int
    cause_share: float


@cache
def load_power_rules(folder: Path = FOLDER) -> PowerRules:
    """Read power.yaml.

    Raises
    ------
    MatcherError
        When a share is outside 0..1 or a field is missing.
    """
    problems: list[str] = []
    body = read_mapping(folder / "power.yaml", problems)
    for name in ("alternative_share", "balanced_share", "cause_share"):
        if not 0 <= float(body.get(name, -1)) <= 1:
            problems.append(f"power.yaml: {name} must be between 0 and 1")
    if int(body.get("named", 0)) < 1:
        problems.append("power.yaml: named must be 1 or more")
    if problems:
        raise MatcherError("\n".join(problems))
    return PowerRules(
        float(body["alternative_share"]), float(body["balanced_share"]), int(body["named"]), float(body["cause_share"])
    )


@dataclass(frozen=True)
class Alternatives:
    """Others that the knowledge base knows to have the same thing: how many, the best by name, and where (in words)."""

    count: int
    names: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Dependency:
    """One line of the ledger as something to depend on; `amount` is what it adds."""

    line: Line
    alternatives: Alternatives
    scarcity: float
    amount: float
    text: str


@dataclass(frozen=True)
class Power:
    """Who depends on whom.

    Attributes
    ----------
    first_depends, second_depends : float or None
        0 and up; None when what that side gets is not known.
    first_on_second, second_on_first : tuple of Dependency
        The largest first.
    mutual : float or None
        The sum.
    imbalance : float or None
        Dependence of the first less that of the second: above 0 the second side holds more power.
    verdict : str
    balancing : tuple of str
        What the more dependent side could do (Emerson's four operations), with names where they are known.
    """

    first_depends: float | None
    second_depends: float | None
    first_on_second: tuple[Dependency, ...]
    second_on_first: tuple[Dependency, ...]
    mutual: float | None
    imbalance: float | None
    verdict: str
    balancing: tuple[str, ...]


OthersOf = Mapping[tuple[str, str, str], Alternatives]
"""Alternatives by receiver's key, subject and code of a line."""


def scarcity(alternatives: int) -> float:
    """Return 1 for what nobody else has, 1/2 with one alternative, 1/3 with three, 1/7 with 63."""
    return 1 / (1 + math.log2(1 + alternatives))


def weigh_power(ledger: Ledger, others: OthersOf, wanted_elsewhere: OthersOf) -> Power:
    """Work out both dependences, their sum and difference, and what would balance them.

    Parameters
    ----------
    others : mapping
        For every line, who else could give it to the receiver.
    wanted_elsewhere : mapping
        For wants that stay open, under subject ``lent``: who is known to have it; these are named as allies.
    """
    rules = load_power_rules()
    on_second = _dependencies(ledger.second_gives, ledger.second, others, rules)
    on_first = _dependencies(ledger.first_gives, ledger.first, others, rules)
    first = None if ledger.first_gain is Gain.UNKNOWN else sum(item.amount for item in on_second)
    second = None if ledger.second_gain is Gain.UNKNOWN else sum(item.amount for item in on_first)
    if first is None or second is None:
        unknown = ledger.first if first is None else ledger.second
        verdict = f"Not assessed: what {unknown.name} would get that it wants is not known."
        return Power(first, second, on_second, on_first, None, None, verdict, ())
    mutual, imbalance = first + second, first - second
    if mutual == 0:
        verdict = "Neither side is known to depend on the other; little holds this pair together."
        return Power(first, second, on_second, on_first, mutual, imbalance, verdict, ())
    if abs(imbalance) <= rules.balanced_share * mutual:
        verdict = "Balanced: both sides depend on each other to about the same degree."
        return Power(first, second, on_second, on_first, mutual, imbalance, verdict, ())
    weaker, stronger = (ledger.first, ledger.second) if imbalance > 0 else (ledger.second, ledger.first)
    verdict = (
        f"{weaker.name} depends more on {stronger.name} than the other way round, so {stronger.name} holds more power."
    )
    needs = on_second if imbalance > 0 else on_first
    open_wants = ledger.second_open if imbalance > 0 else ledger.first_open
    wants = tuple(want.item for want in open_wants)
    held = {item.code for item in weaker.held_back}
    balancing = _balancing(weaker, stronger, needs, wants, held, wanted_elsewhere)
    return Power(first, second, on_second, on_first, mutual, imbalance, verdict, balancing)


def _dependencies(lines: tuple[Line, ...], giver: Party, others: OthersOf, rules: PowerRules) -> tuple[Dependency, ...]:
    found = []
    for line in lines:
        elsewhere = others[line.receiver, line.subject, line.code]
        rare = scarcity(elsewhere.count)
        share = rules.cause_share if line.subject == CAUSE else 1.0
        amount = line.importance * line.strength * share * rare
        found.append(Dependency(line, elsewhere, rare, amount, _words(line, giver, elsewhere)))
    return tuple(sorted(found, key=lambda item: (-item.amount, item.line.subject, item.line.code)))


def _words(line: Line, giver: Party, elsewhere: Alternatives) -> str:
    what = line.label.lower()
    verb = "works for it as much" if line.subject == CAUSE else "is known to have as much of it"
    if not elsewhere.count:
        return f"{what} from {giver.name}: nobody else {verb}{elsewhere.where}."
    many = "1 other" if elsewhere.count == 1 else f"{elsewhere.count:,} others"
    plural = verb if elsewhere.count == 1 else verb.replace("works", "work").replace("is known", "are known")
    return f"{what} from {giver.name}: {many} {plural}{elsewhere.where} ({_listed(elsewhere)})."


def _listed(alternatives: Alternatives) -> str:
    more = alternatives.count - len(alternatives.names)
    return ", ".join(alternatives.names) + (f" and {more:,} more" if more > 0 else "")


def _balancing(
    weaker: Party,
    stronger: Party,
    needs: tuple[Dependency, ...],
    wants: tuple[Item, ...],
    held_back: set[str],
    wanted_elsewhere: OthersOf,
) -> tuple[str, ...]:
    steps = []
    lent = next((item for item in needs if item.line.subject != CAUSE), None)
    if lent:
        what, where = lent.line.label.lower(), lent.alternatives.where
        steps.append(
            f"Find alternatives: {what} is also known of {_listed(lent.alternatives)}{where}; talk to one of them too, "
            f"before agreeing with {stronger.name}."
            if lent.alternatives.count
            else f"Find alternatives: nobody else is known to have {what}{where}; look further, or add organizations "
            "to the knowledge base."
        )
    steps += [
        f"Raise your own worth: {stronger.name} wants {want.label.lower()}, which {weaker.name} has and does not offer."
        for want in wants
        if want.code in held_back
    ]
    for want in wants:
        allies = wanted_elsewhere.get((stronger.key, "lent", want.code))
        if want.code not in held_back and allies and allies.names:
            steps.append(
                f"Form a coalition: {stronger.name} wants {want.label.lower()}; come together with somebody who has it "
                f"({', '.join(allies.names)})."
            )
            break
    if lent:
        what = lent.line.label.lower()
        steps.append(f"Need less: plan so that {what} can be dropped, or done in part, without {stronger.name}.")
    elif needs[0].alternatives.count:
        what = needs[0].line.label.lower()
        steps.append(f"Find other allies for {what}: {_listed(needs[0].alternatives)}{needs[0].alternatives.where}.")
    return tuple(steps)
