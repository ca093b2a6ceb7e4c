"""What the vetting office does without the database: subjects, results, previews of cases, rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum

from kb.casework.screenings import ListUsed, NotAssessed, PackUsed, RuleChecked, ScreeningResult
from kb.casework.trail import Event
from kb.casework.vetting_cases import VettingCase
from kb.casework.vetting_fold import fold, vetting_stream
from kb.organization import Organization, RegistryId
from matcher.vetting.bulk import NOBODY_PREFIX, BulkResult, BulkRow, Possible, titles_of
from matcher.vetting.diligence_risk import ScreeningFacts
from matcher.vetting.facts import Context, Hits, VettingFacts
from matcher.vetting.policy import Policy
from matcher.vetting.resolving import Option, Resolved
from matcher.vetting.screening import Subject
from matcher.vetting.verdict import vet


def concerned(resolved: Resolved) -> tuple[Option, ...]:
    """Return whom a name is, or may be, or may belong to."""
    return resolved.options[:1] if resolved.outcome == "match" else resolved.options


def stranger(resolved: Resolved) -> Organization:
    """Return a name that was not matched as an organization of which nothing else is known."""
    asked = resolved.asked
    return Organization(
        id=f"{NOBODY_PREFIX}{asked.row}",
        name=asked.name,
        aliases=asked.aliases,
        country=asked.country,
        registry_ids=tuple(RegistryId(scheme=scheme or "unknown", value=value) for scheme, value in asked.numbers),
    )


def subject(organization: Organization) -> Subject:
    """Return an organization as it is screened."""
    return Subject(
        organization.id,
        organization.name,
        organization.aliases,
        organization.country,
        tuple(item.value for item in organization.registry_ids),
    )


def result_of(
    facts: VettingFacts,
    packs: Sequence[Policy],
    used: tuple[PackUsed, ...],
    lists: tuple[ListUsed, ...],
    context: Context,
    change: int,
) -> ScreeningResult:
    """Judge one organization, as casework records it."""
    verdict = vet(facts, packs, context)
    return ScreeningResult(
        organization_id=facts.organization.id,
        policies=tuple(pack.code for pack in packs),
        findings=verdict.findings,
        lists=lists,
        packs=used,
        checked=tuple(
            RuleChecked(policy=item.policy, rule=item.rule, title=item.title[:500]) for item in verdict.checked
        ),
        not_assessed=tuple(
            NotAssessed(policy=item.policy, rule=item.rule, what=f"{item.title}: {'; '.join(item.reasons)}")
            for item in verdict.not_assessed
        ),
        profile_change=change,
    )


def folded(
    result: ScreeningResult, who: str, at: datetime, members: Sequence[str], events: Sequence[Event]
) -> VettingCase:
    """Return a case with a screening that is not recorded."""
    body = {"result": result.model_dump(mode="json"), "covers": list(members)}
    number = events[-1].number + 1 if events else 1
    stream = vetting_stream(result.policies, members[0])
    return fold(members, result.policies, [*events, Event(number, stream, "screened", body, who, at, "")])


def rows_of(
    resolved: Iterable[Resolved],
    facts: Mapping[str, VettingFacts],
    results: Mapping[str, ScreeningResult],
    cases: Mapping[str, VettingCase],
    hits: Hits,
    who: str,
    at: datetime,
) -> Iterator[BulkRow]:
    """Yield one row per name."""
    first: dict[str, int] = {}
    for item in resolved:
        key = item.organization_id or stranger(item).id
        case = cases.get(key) or folded(results[key], who, at, [key], ())
        verdict = case.verdict(at.date())
        earlier = first.setdefault(key, item.asked.row)
        yield BulkRow(
            resolved=item,
            organization=facts[key].organization,
            case=case,
            outcome=verdict.outcome,
            not_assessed=verdict.not_assessed,
            hits=tuple(hits.get(key, ())),
            possible=() if item.organization_id else tuple(_possible(item, results, who, at)),
            same_as_row=earlier if earlier != item.asked.row else None,
        )


def _possible(resolved: Resolved, results: Mapping[str, ScreeningResult], who: str, at: datetime) -> Iterator[Possible]:
    for option in resolved.options:
        result = results.get(option.organization_id)
        if result is not None:
            case = folded(result, who, at, [option.organization_id], ())
            yield Possible(option, case.verdict(at.date()).outcome, titles_of(result.findings))


def screening_facts(row: BulkRow, result: BulkResult) -> ScreeningFacts:
    """Return what a screening says about itself, for the risk level."""
    stale = {used.code for used in result.stale_lists}
    return ScreeningFacts(
        known=row.known,
        listed=bool(row.hits),
        current_lists=tuple(used.title for used in result.lists if used.code not in stale),
        stale_lists=tuple(used.title for used in result.stale_lists),
        policies=tuple(title for _, title in result.policies),
        replied=bool(row.case.replies),
    )


def pack_digest(policy: Policy) -> str:
    """Return a digest of a pack, which changes with its rules."""
    return hashlib.sha256(_plain(policy).encode()).hexdigest()[:16]


def _plain(value: object) -> str:
    """Write a value so that equal ones are written alike, in whatever order a set is kept."""
    if is_dataclass(value) and not isinstance(value, type):
        inside = ",".join(f"{item.name}={_plain(getattr(value, item.name))}" for item in fields(value))
        return f"{type(value).__name__}({inside})"
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_plain(item)}" for key, item in sorted(value.items())) + "}"
    if isinstance(value, frozenset):
        return "{" + ",".join(sorted(map(_plain, value))) + "}"
    if isinstance(value, tuple):
        return "(" + ",".join(map(_plain, value)) + ")"
    return repr(value)
