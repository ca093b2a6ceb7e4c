"""Judging one organization: does a condition hold, does it not, or is it unknown; and on what grounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.casework.findings import Ground
from kb.organization import Claim, ClaimStatus, ConcernRole, Organization, Source
from kb.vocabulary import load_vocabulary
from matcher.vetting.conditions import (
    ENGAGEMENT,
    ENGAGEMENT_TIE,
    TIES,
    AllOf,
    AnyOf,
    BriefTerm,
    Concern,
    Condition,
    Identity,
    Linked,
    Listed,
    Not,
    RegulatedBySeeker,
    SeekerIs,
)
from matcher.vetting.facts import Context, VettingFacts
from matcher.vetting.grounds import (
    claim_grounds,
    engagement_ground,
    hit_fits,
    hit_match,
    identity_label,
    profile_source,
    relation_ground,
)
from matcher.vetting.judgement import (
    HOLDS_NOT,
    Judgement,
    Match,
    conjunction,
    disjunction,
    firmest,
    holding,
    merged,
    unknown,
    weakest,
)

NO_PROFILE = "nothing is known of what it does: import or write its profile"
NOT_SOUGHT = "no finding on record, and nobody is known to have looked: search the press and the courts"
FEW = 3


def judge(condition: Condition, facts: VettingFacts, context: Context) -> Judgement:
    """Return whether a condition holds of an organization, in three-valued logic (Kleene)."""
    rule: Callable[..., Judgement] = _JUDGES[type(condition)]
    return rule(condition, facts, context)


def _all_of(condition: AllOf, facts: VettingFacts, context: Context) -> Judgement:
    parts = []
    for part in condition.parts:
        parts.append(judge(part, facts, context))
        if parts[-1].holds is False:
            return HOLDS_NOT
    return conjunction(parts)


def _any_of(condition: AnyOf, facts: VettingFacts, context: Context) -> Judgement:
    return disjunction([judge(part, facts, context) for part in condition.parts])


def _not(condition: Not, facts: VettingFacts, context: Context) -> Judgement:
    found = judge(condition.part, facts, context)
    return found if found.holds is None else Judgement(not found.holds)


def _concern(condition: Concern, facts: VettingFacts, context: Context) -> Judgement:  # noqa: ARG001
    matches, open_ = [], []
    terms = load_vocabulary().concerns
    for code, held in facts.concerns.items():
        claims = tuple(claim for claim in held if claim.status in condition.statuses)
        if code not in condition.codes or not claims:
            continue
        in_role = _in_role(condition, claims)
        if in_role is False:
            continue
        if condition.role is ConcernRole.CORE and in_role:
            claims = tuple(claim for claim in claims if claim.role is ConcernRole.CORE)
        share = max((claim.revenue_share for claim in held if claim.revenue_share is not None), default=None)
        label = terms[code].label
        if condition.share_above is not None and share is None:
            open_.append(f"its share of revenue from {label.lower()} is not known: ask")
        elif not _share_fits(condition, share):
            continue
        elif in_role is None:
            open_.append(f"whether {label.lower()} is a main business of it is not known: ask")
        else:
            grounds = tuple(ground for claim in claims for ground in claim_grounds(claim, label))
            matches.append(Match(code, grounds, firmest(claim.status for claim in claims), label))
    if matches:
        return holding(matches, open_)
    if not facts.is_profiled:
        return unknown([NO_PROFILE])
    unsought = sorted(
        terms[code].label.lower() for code in condition.codes - set(facts.concerns) if terms[code].by_finding
    )
    open_ += [f"{', '.join(unsought)}: {NOT_SOUGHT}"] if unsought else []
    return unknown(open_) if open_ else HOLDS_NOT


def _in_role(condition: Concern, claims: Sequence[Claim]) -> bool | None:
    """Return whether claims are of the role asked for; one of no known role is a side line at least."""
    core = any(claim.role is ConcernRole.CORE for claim in claims)
    if condition.role is ConcernRole.CORE and not core:
        return None if any(claim.role is None for claim in claims) else False
    return condition.role is not ConcernRole.MINOR or not core


def _share_fits(condition: Concern, share: float | None) -> bool:
    if condition.share_above is not None:
        return share is not None and share > condition.share_above
    return share is None or not condition.share_unknown


def _identity(condition: Identity, facts: VettingFacts, context: Context) -> Judgement:  # noqa: ARG001
    organization = facts.organization
    value: str | None = getattr(organization, condition.field)
    if value is None:
        if condition.if_unknown is None:
            return unknown([f"its {condition.field} is not known"])
        text = f"Its {condition.field} is not known."
        return _one(text, profile_source(organization), ClaimStatus.UNVERIFIED) if condition.if_unknown else HOLDS_NOT
    if value not in condition.values:
        return HOLDS_NOT
    text = f"{condition.field.capitalize()}: {identity_label(condition.field, value)}."
    return _one(text, profile_source(organization), ClaimStatus.STATED)


def _one(text: str, source: Source, status: ClaimStatus) -> Judgement:
    return holding([Match(grounds=(Ground(text=text, status=status, source=source),), basis=status)])


def _listed(condition: Listed, facts: VettingFacts, context: Context) -> Judgement:
    if facts.hits is None:
        return unknown(["it was not screened against a watchlist"])
    matches = [hit_match(hit) for hit in facts.hits if hit_fits(condition, hit, context)]
    screened, open_ = facts.surroundings.screened, []
    if screened is not None and (not screened or condition.lists - screened):
        missing = ", ".join(sorted(condition.lists - screened)) or "of any publisher"
        open_.append(f"no current watchlist ({missing}) was screened")
    if matches:
        return holding(matches, open_)
    return unknown(open_) if open_ else HOLDS_NOT


@dataclass(frozen=True)
class _Other:
    """An organization at the end of a tie; `facts` is None when it has nothing that could speak against anybody."""

    facts: VettingFacts | None
    steps: tuple[Ground, ...] = ()


def _linked(condition: Linked, facts: VettingFacts, context: Context) -> Judgement:
    matches: list[Match] = []
    open_: defaultdict[str, list[str]] = defaultdict(list)
    untold = []
    for name in condition.by:
        tie = ENGAGEMENT_TIE if name == ENGAGEMENT else TIES[name]
        told = False
        for other in _engaged(facts) if name == ENGAGEMENT else _others(name, facts):
            told = True
            if other.facts is None:
                continue
            found = judge(condition.having, other.facts, context)
            if found.holds:
                matches += _through(other.facts.organization, tie.verb, other.steps, found.matches)
            elif found.holds is None and name != ENGAGEMENT:
                open_["; ".join(found.unknown)].append(other.facts.organization.name)
        if not told:
            untold.append(tie.words)
    reasons = [f"of {_few(names)}: {reason}" for reason, names in open_.items()]
    reasons += [f"nothing is known of its {', '.join(untold)}"] if untold else []
    if matches:
        return holding(merged(matches), reasons)
    return unknown(reasons) if reasons else HOLDS_NOT


def _few(names: list[str]) -> str:
    more = len(names) - FEW
    return ", ".join(names[:FEW]) + (f" and {more} more" if more > 0 else "")


def _others(name: str, facts: VettingFacts) -> Iterator[_Other]:
    """Yield those at the other end of a tie, with a ground for each step; firmly known chains come first."""
    start, organizations = facts.organization.id, facts.surroundings.organizations
    reached: set[str] = set()
    for firm in (True, False):
        seen = {start}
        frontier: list[tuple[str, tuple[Ground, ...]]] = [(start, ())]
        while frontier:
            grown: list[tuple[str, tuple[Ground, ...]]] = []
            for here, steps in frontier:
                for key, relation in facts.tied(name, here):
                    if key in seen or (firm and relation.status is ClaimStatus.INFERRED):
                        continue
                    seen.add(key)
                    trail = (*steps, relation_ground(relation, key, organizations))
                    grown.append((key, trail))
                    if key not in reached:
                        reached.add(key)
                        yield _Other(facts.of(key), trail)
            frontier = grown if TIES[name].chain else []


def _engaged(facts: VettingFacts) -> Iterator[_Other]:
    """Yield those with a concern that took part in the same engagements, and one empty for each engagement without."""
    around = facts.surroundings
    for joined in around.engagements.get(facts.organization.id, ()):
        others = [key for key in joined.companions if key != facts.organization.id]
        if not others:
            yield _Other(None)
        for key in others:
            companion = around.companions[key]
            other = Organization.model_construct(id=key, name=companion.name, claims=companion.concerns)
            yield _Other(VettingFacts(other, around), (engagement_ground(joined, key),))


def _through(other: Organization, verb: str, steps: tuple[Ground, ...], matches: tuple[Match, ...]) -> Iterator[Match]:
    """Say of an organization what holds of another, with the steps from one to the other."""
    for match in matches or (Match(),):
        about = f"{other.id}:{match.about}" if match.about else other.id
        told = (
            ground if ground.organization_id else ground.model_copy(update={"organization_id": other.id})
            for ground in match.grounds
        )
        basis = weakest((match.basis, *(step.status for step in steps)))
        related = f"{other.name} ({match.related})" if match.related else other.name
        yield replace(match, about=about, grounds=(*steps, *told), basis=basis, related=related, tie=verb)


def _brief_term(condition: BriefTerm, facts: VettingFacts, context: Context) -> Judgement:  # noqa: ARG001
    said = context.exclusivity if condition.term == "exclusivity" else context.endorsement
    if said is None:
        return unknown([f"no brief says whether there is to be {condition.term}"])
    words = {"exclusivity": "The partnership is to be exclusive.", "endorsement": "The partner is to be endorsed."}
    return _one(words[condition.term], _brief(context), ClaimStatus.CONFIRMED) if said else HOLDS_NOT


def _brief(context: Context) -> Source:
    return Source(name=f"Brief: {context.title}"[:500] if context.title else "The brief")


def _seeker_is(condition: SeekerIs, facts: VettingFacts, context: Context) -> Judgement:  # noqa: ARG001
    value = context.sector if condition.field == "sector" else context.kind
    if value is None:
        return unknown([f"the {condition.field} of the seeker is not known"])
    if value not in condition.values:
        return HOLDS_NOT
    text = f"The seeker is: {identity_label(condition.field, value)}."
    return _one(text, _brief(context), ClaimStatus.CONFIRMED)


def _regulated(condition: RegulatedBySeeker, facts: VettingFacts, context: Context) -> Judgement:  # noqa: ARG001
    organization, known = facts.organization, facts.surroundings.organizations
    matches = [
        Match("regulated", (relation_ground(relation, "", known),), relation.status)
        for key, relation in facts.tied("regulator")
        if key == context.seeker_id
    ]
    industry = organization.industry
    if context.regulates and industry is not None and industry in context.regulates:
        text = f"Industry: {identity_label('industry', industry)}, which the seeker regulates."
        ground = Ground(text=text, status=ClaimStatus.STATED, source=profile_source(organization))
        matches.append(Match("regulated", (ground,), ClaimStatus.STATED))
    if matches:
        return holding(merged(matches))
    if context.regulates is None:
        return unknown(["it is not known which industries the seeker regulates"])
    if context.regulates and industry is None:
        return unknown(["its industry is not known"])
    return HOLDS_NOT


_JUDGES: dict[type, Callable[..., Judgement]] = {
    AllOf: _all_of,
    AnyOf: _any_of,
    Not: _not,
    Concern: _concern,
    Identity: _identity,
    Listed: _listed,
    Linked: _linked,
    BriefTerm: _brief_term,
    SeekerIs: _seeker_is,
    RegulatedBySeeker: _regulated,
}
