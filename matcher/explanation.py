"""Explanations as data: contributions that add up, needs met, evidence; sentences are drawn from that data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kb.organization import ClaimKind, Organization
from matcher.components import Facts
from matcher.components.base import claim_reasons
from matcher.components.complementarity import meets
from matcher.components.reciprocity import candidate_gain
from matcher.components.track_record import engagement_relevance
from matcher.components.trust import seeker_partners, shared_partners
from matcher.flags import flags_of
from matcher.profiles import Profiles
from matcher.query import Query, Scored
from matcher.ranking import Scores, Weighted, weigh_one
from matcher.results import Candidate, Contribution, Flag, NeedMatch, Reason

THIN_EVIDENCE = "thin_evidence"
NOT_ASSESSED = "Not assessed: nothing is known that bears on it."
NEAREST_ENGAGEMENTS = 3
RELEVANT = 0.25
SHARED_PARTNERS = 5


def gather_facts(profiles: Profiles, scored: Scored, rows: Sequence[int]) -> dict[int, Facts]:
    """Load what is known about some rows: the profile, the nearest engagements, ties to the seeker."""
    columns, seeker = scored.columns, scored.query.seeker
    change = columns.last_change
    shared = _shared_partners(scored, rows)
    near = _nearest_engagements(scored, rows)
    partners = [partner for found in shared.values() for partner in found]
    numbers = columns.numbers[np.array([*rows, *partners], np.int64)].tolist() if len(rows) else []
    organizations = profiles.organizations(numbers, change)
    wanted = columns.engagement_numbers[[item for pairs in near.values() for item, _ in pairs]].tolist() if near else []
    engagements = profiles.engagements(wanted, change)
    relations = profiles.seeker(seeker.id, change).relations if seeker else ()
    facts = {}
    for row in rows:
        organization = organizations[int(columns.numbers[row])]
        facts[row] = Facts(
            organization,
            tuple((engagements[int(columns.engagement_numbers[item])], value) for item, value in near.get(row, ())),
            tuple(item for item in relations if organization.id in (item.subject_id, item.object_id)),
            tuple(organizations[int(columns.numbers[item])].name for item in shared.get(row, ())),
        )
    return facts


def _nearest_engagements(scored: Scored, rows: Sequence[int]) -> dict[int, list[tuple[int, float]]]:
    columns = scored.columns
    if not len(columns.participant):
        return {}
    relevance = scored.once(engagement_relevance)
    spans = np.searchsorted(columns.participant, np.array([rows, np.add(rows, 1)])).T.tolist() if len(rows) else []
    found = {}
    for row, (first, last) in zip(rows, spans, strict=True):
        mine = columns.engagement[first:last]
        best = mine[np.argsort(-relevance[mine], kind="stable")][:NEAREST_ENGAGEMENTS]
        found[row] = [(int(item), float(relevance[item])) for item in best if relevance[item] >= RELEVANT]
    return found


def _shared_partners(scored: Scored, rows: Sequence[int]) -> dict[int, list[int]]:
    if not len(scored.once(seeker_partners)):
        return {}
    pairs = scored.once(shared_partners)
    spans = np.searchsorted(pairs[:, 0], np.array([rows, np.add(rows, 1)])).T.tolist() if len(rows) else []
    return {
        row: pairs[first : min(last, first + SHARED_PARTNERS), 1].tolist()
        for row, (first, last) in zip(rows, spans, strict=True)
    }


@dataclass(frozen=True)
class Explained:
    """What does not change with the weights: the candidate, the evidence of each component, needs and flags."""

    organization: Organization
    reasons: tuple[tuple[Reason, ...], ...]
    needs: tuple[NeedMatch, ...]
    flags: tuple[Flag, ...]


def _explained(profiles: Profiles, scored: Scored, scores: Scores, rows: Sequence[int]) -> dict[int, Explained]:
    """Return what there is to say about some rows, gathering it for those not seen under this query before."""
    query = scored.query
    kept: dict[int, Explained] = scored.once(_nothing_explained)
    missing = [row for row in rows if row not in kept]
    met = [scored.once(meets, index) for index in range(len(query.brief.needs))]
    for row, facts in gather_facts(profiles, scored, missing).items():
        known = ~np.isnan(scores.values[:, row])
        kept[row] = Explained(
            facts.organization,
            tuple(
                component.reasons(query, facts) if judged else ()
                for component, judged in zip(scores.components, known, strict=True)
            ),
            _needs(query, facts, [column[row] for column in met]),
            flags_of(query, facts.organization),
        )
    return kept


def _nothing_explained(scored: Scored) -> dict[int, Explained]:
    del scored
    return {}


def explain(
    profiles: Profiles, scored: Scored, scores: Scores, weighted: Weighted, rows: Sequence[int]
) -> tuple[Candidate, ...]:
    """Explain the ranked rows, first rank first."""
    explained = _explained(profiles, scored, scores, rows)
    theirs = scored.once(candidate_gain) if scored.query.brief.offers else None
    by_name = {component.name: index for index, component in enumerate(scores.components)}
    candidates = []
    for rank, row in enumerate(rows, 1):
        said = explained[row]
        contributions = contributions_of(scores, weighted, said.reasons, row)
        gain = scores.values[by_name["complementarity"], row] if "complementarity" in by_name else np.nan
        candidates.append(
            Candidate(
                rank=rank,
                organization=said.organization,
                score=sum(item.points for item in contributions),
                coverage=float(weighted.coverage[row]),
                contributions=contributions,
                needs=said.needs,
                flags=said.flags,
                seeker_gain=_known(gain),
                candidate_gain=None if theirs is None else _known(theirs[row]),
            )
        )
    return tuple(candidates)


def contributions_of(
    scores: Scores, weighted: Weighted, reasons: Sequence[tuple[Reason, ...]], row: int
) -> tuple[Contribution, ...]:
    """Return one contribution per component that was asked for, and what thin evidence takes off."""
    values = [_known(value) for value in scores.values[:, row].tolist()]
    shares = weighted.weights.tolist()
    points, thin = weigh_one(values, shares, weighted.caution)
    found = [
        Contribution(part.name, part.label, value, share, point, said, "" if value is not None else NOT_ASSESSED)
        for part, value, share, point, said in zip(scores.components, values, shares, points, reasons, strict=True)
    ]
    known_share = sum(share for value, share in zip(values, shares, strict=True) if value is not None)
    note = f"{known_share:.0%} of the weight rests on something known; the rest is taken to be as usual."
    return (*found, Contribution(THIN_EVIDENCE, "Thin evidence", None, 0.0, thin, (), note))


def _needs(query: Query, facts: Facts, values: Sequence[np.float32]) -> tuple[NeedMatch, ...]:
    kinds = (ClaimKind.CAPACITY, ClaimKind.ASSET, ClaimKind.OFFER)
    return tuple(
        NeedMatch(
            need.code,
            query.vocabulary.lendable[need.code].label,
            need.must,
            _known(value),
            tuple(reason for kind in kinds for reason in claim_reasons(facts, kind, [need.code], query.vocabulary)),
        )
        for need, value in zip(query.brief.needs, values, strict=True)
    )


def _known(value: float | np.floating[Any]) -> float | None:
    return None if math.isnan(value) else float(value)


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
