"""The verdict: what policy packs find in the facts, what they found nothing in, and what they could not judge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.casework.findings import Finding, Severity
from kb.organization import ClaimStatus
from matcher.vetting.facts import Context, VettingFacts
from matcher.vetting.judgement import Judgement, Match
from matcher.vetting.judging import judge
from matcher.vetting.policy import Policy, Rule

NOTES = {
    ClaimStatus.UNVERIFIED: "Not yet verified: confirm it at the source.",
    ClaimStatus.INFERRED: "Inferred, not stated by anybody: to be verified.",
}


@dataclass(frozen=True)
class CheckedRule:
    """A rule that was judged on what is known, and found nothing."""

    policy: str
    rule: str
    title: str


@dataclass(frozen=True)
class NotAssessed:
    """A rule that could not be judged, or not in full, and why. It is never a rule that found nothing."""

    policy: str
    rule: str
    title: str
    severity: Severity
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What policy packs say of one organization.

    Attributes
    ----------
    severity : Severity or None
        Of the gravest finding; None when there is none, which is not the same as clear while
        `not_assessed` has rules.
    findings : tuple of Finding
        The gravest first.
    not_assessed : tuple of NotAssessed
    checked : tuple of CheckedRule
    """

    organization_id: str
    policies: tuple[str, ...]
    severity: Severity | None
    findings: tuple[Finding, ...]
    not_assessed: tuple[NotAssessed, ...]
    checked: tuple[CheckedRule, ...]

    @property
    def is_excluded(self) -> bool:
        """Whether a rule excludes it."""
        return self.severity is Severity.EXCLUDE


@dataclass(frozen=True)
class Contrast:
    """What two verdicts say about the same thing; None where one of them says nothing.

    Attributes
    ----------
    about : str
        A concern, a list entry, a related organization, or the rule when it is about the organization as such.
    """

    about: str
    first: Finding | None
    second: Finding | None

    @property
    def is_agreed(self) -> bool:
        """Whether both find it, and equally grave."""
        return bool(self.first and self.second and self.first.severity is self.second.severity)


@dataclass(frozen=True)
class VerdictDifference:
    """How two verdicts on the same facts differ, the widest apart first.

    Attributes
    ----------
    first, second : Severity or None
    contrasts : tuple of Contrast
        All that either says, also where they agree.
    """

    organization_id: str
    first: Severity | None
    second: Severity | None
    contrasts: tuple[Contrast, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is found otherwise."""
        return any(not contrast.is_agreed for contrast in self.contrasts)


def vet(facts: VettingFacts, policies: Iterable[Policy], context: Context) -> Verdict:
    """Hold the facts about an organization against policy packs.

    Parameters
    ----------
    facts : VettingFacts
    policies : iterable of Policy
        Judged side by side: the gravest finding of any is the verdict's severity.
    context : Context
        Who is looking; `Context()` when there is no brief.
    """
    packs = tuple(policies)
    findings: list[Finding] = []
    not_assessed: list[NotAssessed] = []
    checked: list[CheckedRule] = []
    for policy in packs:
        for rule in policy.rules:
            found = judge(rule.condition, facts, context)
            if found.holds:
                findings += _findings(policy, rule, found, facts)
            if found.unknown:
                not_assessed.append(NotAssessed(policy.code, rule.id, rule.title, rule.severity, found.unknown))
            elif not found.holds:
                checked.append(CheckedRule(policy.code, rule.id, rule.title))
    ranked = tuple(sorted(findings, key=lambda finding: -finding.severity.rank))
    return Verdict(
        facts.organization.id,
        tuple(policy.code for policy in packs),
        ranked[0].severity if ranked else None,
        ranked,
        tuple(not_assessed),
        tuple(checked),
    )


def _findings(policy: Policy, rule: Rule, found: Judgement, facts: VettingFacts) -> Iterator[Finding]:
    for match in found.matches:
        severity = rule.severity
        if severity is Severity.EXCLUDE and match.basis is ClaimStatus.INFERRED:
            severity = rule.when_inferred
        yield Finding(
            organization_id=facts.organization.id,
            policy=policy.code,
            rule=rule.id,
            about=match.about[:500],
            severity=severity,
            title=rule.title,
            message=" ".join(part for part in (_message(rule, match, facts), NOTES.get(match.basis, "")) if part),
            document=rule.document,
            grounds=tuple(dict.fromkeys(match.grounds)),
        )


def _message(rule: Rule, match: Match, facts: VettingFacts) -> str:
    words = {
        "organization": facts.organization.name,
        "concern": match.concern.lower(),
        "related": match.related,
        "tie": match.tie,
        "threshold": "" if rule.threshold is None else f"{rule.threshold:.0%}",
    }
    message = re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), rule.message)
    return message[:1].upper() + message[1:]


def compare_verdicts(first: Verdict, second: Verdict) -> VerdictDifference:
    """Return how two verdicts on the same organization differ, e.g. under two packs or before and after a change."""
    sides = [_gravest(verdict.findings) for verdict in (first, second)]
    abouts = dict.fromkeys((*sides[0], *sides[1]))
    contrasts = [Contrast(about, sides[0].get(about), sides[1].get(about)) for about in abouts]
    ranked = tuple(sorted(contrasts, key=lambda contrast: -_distance(contrast)))
    return VerdictDifference(first.organization_id, first.severity, second.severity, ranked)


def _gravest(findings: Sequence[Finding]) -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    for finding in findings:
        about = finding.about or finding.rule
        if about not in found or finding.severity.rank > found[about].severity.rank:
            found[about] = finding
    return found


def _distance(contrast: Contrast) -> int:
    ranks = [side.severity.rank + 1 if side else 0 for side in (contrast.first, contrast.second)]
    return abs(ranks[0] - ranks[1])
