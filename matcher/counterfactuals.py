"""What would change the rank: the smallest changes in what is known, or in the brief, that lift a candidate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kb.brief import Brief
from matcher.components.complementarity import meets
from matcher.components.reciprocity import candidate_gain
from matcher.ranking import weigh_one
from matcher.results import Lift
from matcher.selection import Judged
from matcher.similarity import Floats

NEW_STRENGTH = 0.6
"""The strength that a newly found capacity or fact is assumed to have ("substantial")."""
MOST_CHANGES = 3


@dataclass(frozen=True)
class _Fact:
    """One thing that could turn out to be so: words, and the component values it leads to."""

    words: str
    component: str
    need: int | None = None


def candidate_lifts(
    one: Judged,
    others: Floats,
    rank: int,
) -> tuple[Lift, ...]:
    """Return the smallest sets of new facts about one organization that lift it to a rank.

    Sets of one are tried first, then two, then three; only sets of the smallest size are returned, best
    first. An empty answer means that no three facts would be enough.

    Parameters
    ----------
    one : Judged
        The organization.
    others : float32 (at most rank,)
        The scores (0..1) of the best of the others.
    rank : int
    """
    target = float(others[rank - 1]) if rank <= len(others) else -np.inf
    facts = _possible_facts(one)
    for size in range(1, MOST_CHANGES + 1):
        found = []
        for chosen in combinations(facts, size):
            score = _score_with(one, chosen)
            if score / 100 > target:
                reached = 1 + int((others > score / 100).sum())
                found.append(Lift(tuple(fact.words for fact in chosen), score, reached, "candidate"))
        if found:
            return tuple(sorted(found, key=lambda lift: (lift.rank, -lift.score))[:5])
    return ()


def _possible_facts(one: Judged) -> list[_Fact]:
    scored, query = one.scored, one.scored.query
    facts = []
    for component, value in zip(one.scores.components, one.scores.values[:, 0], strict=True):
        if component.name == "complementarity":
            for index, need in enumerate(query.brief.needs):
                met = scored.once(meets, index)[0]
                if np.isnan(met) or met < NEW_STRENGTH:
                    label = query.vocabulary.lendable[need.code].label.lower()
                    facts.append(_Fact(f"it turns out to have {label} ({NEW_STRENGTH:.0%})", component.name, index))
        elif component.name == "reciprocity":
            if np.isnan(value) or value < NEW_STRENGTH:
                offers = ", ".join(query.vocabulary.lendable[offer.code].label.lower() for offer in query.brief.offers)
                facts.append(_Fact(f"it turns out to want what you offer ({offers})", component.name))
        elif np.isnan(value) or value < NEW_STRENGTH:
            facts.append(_Fact(f"{_WORDS[component.name]} ({NEW_STRENGTH:.0%})", component.name))
    return facts


_WORDS = {
    "mission_fit": "it takes up your cause",
    "audience_fit": "it turns out to reach your audience",
    "place_fit": "it turns out to work in your place",
    "value_alignment": "its principles turn out to match yours",
    "track_record": "it turns out to have done such work before",
    "trust": "it works with one of your partners",
}


def _score_with(one: Judged, facts: tuple[_Fact, ...]) -> float:
    scored, scores, weighted = one.scored, one.scores, one.weighted
    names = [component.name for component in scores.components]
    values: list[float | None] = [None if np.isnan(value) else float(value) for value in scores.values[:, 0]]
    new_needs = {fact.need for fact in facts if fact.need is not None}
    if new_needs:
        needs = scored.query.brief.needs
        weight = sum(need.importance for need in needs)
        met = [float(np.nan_to_num(scored.once(meets, index)[0])) for index, need in enumerate(needs)]
        raised = [max(value, NEW_STRENGTH) if index in new_needs else value for index, value in enumerate(met)]
        gain = sum(need.importance * value for need, value in zip(needs, raised, strict=True)) / weight
        values[names.index("complementarity")] = gain
    for fact in facts:
        if fact.need is None and fact.component != "reciprocity":
            values[names.index(fact.component)] = NEW_STRENGTH
    if "reciprocity" in names:
        wants = any(fact.component == "reciprocity" for fact in facts)
        theirs = NEW_STRENGTH if wants else float(scored.once(candidate_gain)[0])
        gain = values[names.index("complementarity")] or 0.0
        if not np.isnan(theirs):
            values[names.index("reciprocity")] = 2 * gain * theirs / (gain + theirs) if gain + theirs else 0.0
    return weigh_one(names, values, weighted.weights.tolist(), weighted.caution, weighted.holdbacks).score


def brief_variants(brief: Brief, weights: dict[str, float], components: tuple[str, ...]) -> Iterator[tuple[str, Brief]]:
    """Yield small changes of a brief, in words and as a brief."""
    for need in brief.needs:
        if len(brief.needs) > 1:
            kept = tuple(item for item in brief.needs if item != need)
            yield f"drop the need for {need.code.replace('_', ' ')}", brief.model_copy(update={"needs": kept})
        if need.must:
            softer = tuple(item.model_copy(update={"must": False}) if item == need else item for item in brief.needs)
            yield f"turn the must {need.code.replace('_', ' ')} into a wish", brief.model_copy(update={"needs": softer})
    if brief.places:
        yield "leave the place open", brief.model_copy(update={"places": ()})
    if brief.sectors:
        yield "open the brief to every sector", brief.model_copy(update={"sectors": ()})
    for name in components:
        doubled = {**weights, name: 2 * weights[name]}
        yield f"double the weight of {name.replace('_', ' ')}", brief.model_copy(update={"weights": doubled})


def seeker_lifts(
    brief: Brief,
    weights: dict[str, float],
    components: tuple[str, ...],
    rank_of: Callable[[Brief], tuple[int, float] | None],
    now: int,
) -> tuple[Lift, ...]:
    """Return changes of the brief that lift a candidate, best first.

    Parameters
    ----------
    rank_of : callable
        Rank and score of the candidate under a changed brief; None when it is set apart.
    now : int
        Its rank under the brief as it is.
    """
    found = []
    for words, changed in brief_variants(brief, weights, components):
        outcome = rank_of(changed)
        if outcome is not None and outcome[0] < now:
            found.append(Lift((words,), outcome[1], outcome[0], "seeker"))
    return tuple(sorted(found, key=lambda lift: (lift.rank, -lift.score))[:5])
