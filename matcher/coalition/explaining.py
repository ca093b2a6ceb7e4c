"""Words and evidence for a chosen set: who covers what, the weakest link, what is lost if one leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb.brief import Brief
from kb.organization import ClaimKind, Organization
from kb.vocabulary import Vocabulary
from matcher.coalition.candidates import Reasoned
from matcher.coalition.problem import Pair, Problem, coverage_of, worth_of
from matcher.coalition.results import Coalition, Coverage, Departure, Link, Member
from matcher.coalition.solver import Solution
from matcher.components.base import reason_of
from matcher.exchange.parties import LENT_KINDS
from matcher.results import Flag, Reason

CLEARLY_WEAKER = 0.1
"""A drop in how far a need is met that is worth a word."""


@dataclass(frozen=True)
class Seated:
    """A chosen candidate: its place in the problem, its profile, what it gains (None when unknown), its flags."""

    index: int
    organization: Organization
    gain: float | None
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class Between:
    """What stands between candidates of the problem, in words, by pair of indices."""

    frictions: Mapping[Pair, str]
    ties: Mapping[Pair, str]

    @classmethod
    def of(cls, place: Mapping[int, int], frictions: Sequence[Reasoned], ties: Sequence[Reasoned]) -> Between:
        """Translate pairs of rows into pairs of indices."""

        def words(found: Sequence[Reasoned]) -> dict[Pair, str]:
            return {(place[item.rows[0]], place[item.rows[1]]): item.why for item in found}

        return cls(words(frictions), words(ties))


def explain_coalition(
    problem: Problem,
    solution: Solution,
    seated: Sequence[Seated],
    between: Between,
    brief: Brief,
    vocabulary: Vocabulary,
) -> Coalition:
    """Say who covers what, which pair is the weak link, and what each departure costs."""
    needs = tuple(_coverage(problem, seated, brief, vocabulary))
    worth = worth_of(problem, solution.members)
    members = tuple(
        Member(
            item.organization,
            100 * float(problem.fit[item.index]),
            item.gain,
            tuple(need.code for need in needs if need.by == item.organization.id),
            item.flags,
        )
        for item in seated
    )
    links = [_link(problem, one, two, between, vocabulary) for one, two in combinations(seated, 2)]
    return Coalition(
        members,
        needs,
        worth.coverage,
        tuple(need.code for need in needs if need.by is None),
        min(links, key=lambda link: (link.strength, link.first, link.second), default=None),
        tuple(_departure(problem, item, seated, needs, brief, vocabulary) for item in seated),
        worth.total,
        worth.costs,
        solution.proven,
    )


def _coverage(problem: Problem, seated: Sequence[Seated], brief: Brief, vocabulary: Vocabulary) -> Iterator[Coverage]:
    for index, need in enumerate(brief.needs):
        able = sorted(
            (item for item in seated if problem.covers[index, item.index] > 0),
            key=lambda item: (-problem.need_value[index, item.index], item.index),
        )
        label = vocabulary.lendable[need.code].label
        if not able:
            yield Coverage(need.code, label, need.must, need.importance, None, 0.0)
            continue
        yield Coverage(
            need.code,
            label,
            need.must,
            need.importance,
            able[0].organization.id,
            float(problem.covers[index, able[0].index]),
            capacity_reasons(able[0].organization, need.code, vocabulary),
            tuple((item.organization.id, float(problem.covers[index, item.index])) for item in able[1:]),
        )


def capacity_reasons(organization: Organization, code: str, vocabulary: Vocabulary) -> tuple[Reason, ...]:
    """Return the evidence that an organization has, or offers, a capacity or asset."""
    claims = [claim for claim in organization.claims if claim.kind in LENT_KINDS and claim.code == code and claim.holds]
    return tuple(reason_of(claim, vocabulary) for claim in sorted(claims, key=lambda claim: -claim.strength))


def _link(problem: Problem, one: Seated, two: Seated, between: Between, vocabulary: Vocabulary) -> Link:
    worth = problem.rules.link
    pair = (min(one.index, two.index), max(one.index, two.index))
    strength, joins, missing = 0.0, [], []
    if pair in between.ties:
        joins.append(f"worked together ({between.ties[pair]})")
        strength += worth["worked_together"]
    else:
        missing.append("no joint work is known")
    for kind, plural, name in (
        (ClaimKind.CAUSE, "causes", "shared_cause"),
        (ClaimKind.VALUE, "values", "shared_value"),
        (ClaimKind.AUDIENCE, "audiences", "shared_audience"),
    ):
        shared = _shared(one.organization, two.organization, kind)
        if shared:
            labels = ", ".join(vocabulary.label(kind, code).lower() for code in shared[:3])
            joins.append(f"shared {plural}: {labels}")
            strength += worth[name]
        else:
            missing.append(f"no shared {plural} known")
    if one.organization.country and one.organization.country == two.organization.country:
        joins.append(f"both have their seat in {vocabulary.places[one.organization.country].label}")
        strength += worth["same_country"]
    rubs = (between.frictions[pair],) if pair in between.frictions else ()
    strength += worth["friction"] * len(rubs)
    return Link(one.organization.id, two.organization.id, strength, tuple(joins), rubs, tuple(missing))


def _shared(one: Organization, two: Organization, kind: ClaimKind) -> list[str]:
    theirs = {claim.code for claim in two.claims_of(kind)}
    return list(dict.fromkeys(claim.code for claim in one.claims_of(kind) if claim.code in theirs))


def _departure(
    problem: Problem,
    leaver: Seated,
    seated: Sequence[Seated],
    needs: Sequence[Coverage],
    brief: Brief,
    vocabulary: Vocabulary,
) -> Departure:
    rest = [item.index for item in seated if item is not leaver]
    before = coverage_of(problem, [item.index for item in seated])
    after = coverage_of(problem, rest)
    lost, weaker, breaks = [], [], []
    for index, need in enumerate(needs):
        words = need.label.lower()
        if before[index] > 0 and after[index] == 0:
            lost.append(words)
            breaks += [f"the must {words}"] if need.must else []
        elif before[index] - after[index] >= CLEARLY_WEAKER:
            weaker.append(f"{words} ({before[index]:.0%} to {after[index]:.0%})")
    sectors = {int(problem.sector[index]) for index in rest}
    if int(problem.sector[leaver.index]) in set(problem.wanted_sectors) - sectors:
        label = vocabulary.sectors[leaver.organization.sector or ""].lower()
        breaks.append(f"the {label} sector, which you asked for")
    parts = []
    if lost:
        parts.append(f"nobody else here covers {', '.join(lost)}")
    if weaker:
        parts.append(f"weaker: {', '.join(weaker)}")
    if breaks:
        parts.append(f"the coalition no longer has {' and '.join(breaks)}")
    text = "; ".join(parts) or "the needs stay covered by the others"
    del brief
    return Departure(leaver.organization.id, tuple(lost), tuple(weaker), tuple(breaks), f"{text}.")
