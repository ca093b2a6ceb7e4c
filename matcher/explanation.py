"""Explanations as data: contributions that add up, needs met, evidence; sentences are drawn from that data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kb.organization import Organization, Relation
from matcher.components import Facts
from matcher.components.base import Profile
from matcher.components.complementarity import meets
from matcher.components.reciprocity import candidate_gain
from matcher.components.track_record import engagement_relevance
from matcher.components.trust import seeker_partners, shared_partners
from matcher.flags import flags_of
from matcher.profiles import Profiles
from matcher.query import Query, Scored
from matcher.ranking import weigh_one
from matcher.results import Candidate, Contribution, Flag, NeedMatch, Reason
from matcher.selection import Judged
from matcher.settings import Holdback

THIN_EVIDENCE = "thin_evidence"
HELD_BACK = "held_back"
NOT_ASSESSED = "Not assessed: nothing is known that bears on it."
NEAREST_ENGAGEMENTS = 3
RELEVANT = 0.25
SHARED_PARTNERS = 5


def gather_facts(profiles: Profiles, scored: Scored, rows: Sequence[int]) -> list[Facts]:
    """Load what is known about the rows scored, in their order: profile, nearest engagements, ties to the seeker."""
    columns, seeker = scored.columns, scored.query.seeker
    change = columns.last_change
    shared, near = _shared_partners(scored.whole, rows), _nearest_engagements(scored)
    partners = [partner for found in shared for partner in found]
    numbers = columns.numbers[np.array([*rows, *partners], np.int64)].tolist()
    known = profiles.of(numbers, change)
    wanted = columns.engagement_numbers[[item for pairs in near for item, _ in pairs]].tolist()
    engagements = profiles.engagements(wanted, change)
    ties = _ties(seeker, profiles.seeker(seeker.id, change).relations) if seeker else {}
    return [
        Facts(
            known[number],
            tuple([(engagements[int(columns.engagement_numbers[item])], value) for item, value in pairs]),
            ties.get(known[number].organization.id, ()),
            tuple([known[int(columns.numbers[item])].organization.name for item in met]),
        )
        for number, pairs, met in zip(numbers, near, shared, strict=False)
    ]


def _ties(seeker: Organization, relations: Sequence[Relation]) -> dict[str, tuple[Relation, ...]]:
    ties: dict[str, tuple[Relation, ...]] = {}
    for relation in relations:
        other = relation.object_id if relation.subject_id == seeker.id else relation.subject_id
        ties[other] = (*ties.get(other, ()), relation)
    return ties


def _nearest_engagements(scored: Scored) -> list[list[tuple[int, float]]]:
    place, engagement = scored.columns.participations(scored.rows)
    found: list[list[tuple[int, float]]] = [[] for _ in range(scored.n)]
    if not len(place):
        return found
    relevance = scored.once(engagement_relevance)[engagement]
    for at in np.lexsort((-relevance, place))[: len(place)].tolist():
        mine = found[place[at]]
        if relevance[at] >= RELEVANT and len(mine) < NEAREST_ENGAGEMENTS:
            mine.append((int(engagement[at]), float(relevance[at])))
    return found


def _shared_partners(whole: Scored, rows: Sequence[int]) -> list[list[int]]:
    if not len(whole.once(seeker_partners)):
        return [[] for _ in rows]
    pairs = whole.once(shared_partners)
    spans = np.searchsorted(pairs[:, 0], np.array([rows, np.add(rows, 1)])).T.tolist() if len(rows) else []
    return [pairs[first : min(last, first + SHARED_PARTNERS), 1].tolist() for first, last in spans]


@dataclass(frozen=True)
class Explained:
    """What does not change with the weights: the candidate, the evidence of each component, needs and flags."""

    organization: Organization
    reasons: tuple[tuple[Reason, ...], ...]
    needs: tuple[NeedMatch, ...]
    flags: tuple[Flag, ...]


def _explained(profiles: Profiles, judged: Judged) -> dict[int, Explained]:
    """Return what there is to say about the rows, gathering it for those not seen under this query before."""
    kept: dict[int, Explained] = judged.scored.whole.once(_nothing_explained)
    rows = judged.rows.tolist()
    fresh = np.array([place for place, row in enumerate(rows) if row not in kept], np.int64)
    if not len(fresh):
        return kept
    new = judged.taken(fresh)
    query, rows = new.scored.query, new.rows.tolist()
    met = [new.scored.once(meets, index).tolist() for index in range(len(query.brief.needs))]
    known = (~np.isnan(new.scores.values)).T.tolist()
    for place, facts in enumerate(gather_facts(profiles, new.scored, rows)):
        kept[rows[place]] = Explained(
            facts.organization,
            tuple(
                [
                    component.reasons(query, facts) if judged else ()
                    for component, judged in zip(new.scores.components, known[place], strict=True)
                ]
            ),
            _needs(query, facts.profile, [column[place] for column in met]),
            flags_of(query, facts.profile),
        )
    return kept


def _nothing_explained(scored: Scored) -> dict[int, Explained]:
    del scored
    return {}


def explain(profiles: Profiles, judged: Judged) -> tuple[Candidate, ...]:
    """Explain the ranked organizations, first rank first."""
    explained = _explained(profiles, judged)
    query, needs = judged.scored.query, judged.scores.place("complementarity")
    theirs = judged.scored.once(candidate_gain).tolist() if query.brief.offers else None
    coverage = judged.weighted.coverage.tolist()
    candidates = []
    for place, row in enumerate(judged.rows.tolist()):
        said = explained[row]
        contributions = contributions_of(judged, place, said.reasons)
        candidates.append(
            Candidate(
                rank=place + 1,
                organization=said.organization,
                score=sum([item.points for item in contributions]),
                coverage=coverage[place],
                contributions=contributions,
                needs=said.needs,
                flags=said.flags,
                seeker_gain=None if needs is None else contributions[needs].value,
                candidate_gain=None if theirs is None else _known(theirs[place]),
            )
        )
    return tuple(candidates)


def contributions_of(judged: Judged, place: int, reasons: Sequence[tuple[Reason, ...]]) -> tuple[Contribution, ...]:
    """Return one contribution per component that was asked for, and what thin evidence and holdbacks take off."""
    scores, weighted = judged.scores, judged.weighted
    values = [_known(value) for value in scores.values[:, place].tolist()]
    shares = weighted.weights.tolist()
    names = [component.name for component in scores.components]
    points = weigh_one(names, values, shares, weighted.caution, weighted.holdbacks)
    found = [
        Contribution(part.name, part.label, value, share, point, said, "" if value is not None else NOT_ASSESSED)
        for part, value, share, point, said in zip(
            scores.components, values, shares, points.components, reasons, strict=True
        )
    ]
    known_share = sum([share for value, share in zip(values, shares, strict=True) if value is not None])
    note = f"{known_share:.0%} of the weight rests on something known; the rest is taken to be as usual."
    found.append(Contribution(THIN_EVIDENCE, "Thin evidence", None, 0.0, points.thin_evidence, (), note))
    for holdback, loss in points.held_back:
        code, note = f"{HELD_BACK}:{holdback.component}", _why_held_back(holdback)
        found.append(Contribution(code, holdback.label, None, 0.0, loss, (), note))
    return tuple(found)


def _why_held_back(holdback: Holdback) -> str:
    return (
        f"Below {holdback.enough:.0%} of what could be, a candidate keeps {holdback.least:.0%} to 100% of its score; "
        "what is not known is taken to be as usual."
    )


def _needs(query: Query, profile: Profile, values: Sequence[float]) -> tuple[NeedMatch, ...]:
    lendable = query.once(_lendable)
    return tuple(
        [
            NeedMatch(
                need.code,
                lendable[need.code],
                need.must,
                _known(value),
                profile.lent.get(need.code, ()),
            )
            for need, value in zip(query.brief.needs, values, strict=True)
        ]
    )


def _lendable(query: Query) -> dict[str, str]:
    return {code: term.label for code, term in query.vocabulary.lendable.items()}


def _known(value: float | np.floating[Any]) -> float | None:
    return None if math.isnan(value) else float(value)


def told(candidate: Candidate) -> tuple[Contribution, ...]:
    """Return the contributions to show: all but holdbacks that take nothing off."""
    return tuple([item for item in candidate.contributions if item.points or not item.component.startswith(HELD_BACK)])


def sentence(candidate: Candidate) -> str:
    """Say in one sentence why a candidate stands where it does, from its contributions alone."""
    helped = sorted((item for item in candidate.contributions if item.points > 0), key=lambda item: -item.points)
    strong = [f"{item.label[0].lower()}{item.label[1:]} (+{item.points:.0f})" for item in helped[:3]]
    unknown = [item.label.lower() for item in candidate.contributions if item.value is None and item.weight > 0]
    text = (
        f"{candidate.organization.name} {', '.join(strong)}"
        if strong
        else f"{candidate.organization.name}: little fits"
    )
    if unknown:
        text += f"; not assessed: {', '.join(unknown)}"
    return f"{text}."
