"""What a screening hands to casework, and how two screenings differ, in words.

A screening says what it found, and just as carefully what it judged (`checked`) and what it could not judge
(`not_assessed`): a finding is gone only when its rule was judged and no longer met.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from kb.casework.findings import Finding, Ground
from kb.organization import Frozen, Name, ShortText, Text
from kb.watchlists import Staleness, Watchlist, staleness

QUOTED = 160


class ListUsed(Frozen):
    """A watchlist that was screened against, as it was then; `digest` tells two copies apart."""

    code: Name
    title: ShortText = ""
    published_on: date | None = None
    read_on: date
    digest: ShortText = ""

    def staleness(self, today: date) -> Staleness:
        """Return how old this copy is on a day, and whether that counts from publication or from reading."""
        return staleness(Watchlist(self.code, self.title, "", self.published_on, self.read_on, ()), today)


class PackUsed(Frozen):
    """A policy pack as it was then; `digest` changes with its rules."""

    code: Name
    title: ShortText = ""
    digest: ShortText = ""


class RuleChecked(Frozen):
    """A rule that was judged on known facts, whether it was met or not."""

    policy: Name
    rule: Name
    title: ShortText = ""


class NotAssessed(Frozen):
    """What could not be judged, and why, in words. An empty rule means the whole policy, an empty policy all of them.

    Name the rule also when only a part of it could not be judged (one of its lists is missing): what it found before
    then stays.
    """

    policy: ShortText = ""
    rule: ShortText = ""
    what: Text = Field(min_length=1)

    def covers(self, finding: Finding) -> bool:
        """Whether the rule of a finding is among what could not be judged."""
        return self.policy in ("", finding.policy) and self.rule in ("", finding.rule)


class ScreeningResult(Frozen):
    """One organization vetted against some policies.

    Attributes
    ----------
    organization_id : str
    policies : tuple of str
        Codes of all the packs; together with the organization they name the case.
    findings : tuple of Finding
        One per policy, rule and `about`.
    lists, packs : tuple
        What was used, so that a later screening can say what changed.
    checked : tuple of RuleChecked
        Every rule that was judged; a rule with a finding counts as judged.
    not_assessed : tuple of NotAssessed
    profile_change : int or None
        Number of the newest change to the organization's profile (`KnowledgeBase.history`) that the facts include;
        None when unknown.
    """

    organization_id: Name
    policies: tuple[Name, ...] = Field(min_length=1)
    findings: tuple[Finding, ...] = ()
    lists: tuple[ListUsed, ...] = ()
    packs: tuple[PackUsed, ...] = ()
    checked: tuple[RuleChecked, ...] = ()
    not_assessed: tuple[NotAssessed, ...] = ()
    profile_change: int | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        foreign = sorted({finding.policy for finding in self.findings} - set(self.policies))
        if foreign:
            raise ValueError(f"findings of {', '.join(foreign)}, which is not among the policies screened against")
        ids = [finding_id(finding) for finding in self.findings]
        doubled = sorted({key for key in ids if ids.count(key) > 1})
        if doubled:
            raise ValueError(f"{', '.join(doubled)} is found twice; put its grounds into one finding")
        return self

    def judged(self, finding: Finding) -> bool:
        """Whether this screening says anything about an earlier finding's rule."""
        if any(gap.covers(finding) for gap in self.not_assessed):
            return False
        return (finding.policy, finding.rule) in self._judged_rules()

    def _judged_rules(self) -> set[tuple[str, str]]:
        checked = {(item.policy, item.rule) for item in self.checked}
        return checked | {(finding.policy, finding.rule) for finding in self.findings}

    def gaps(self) -> tuple[NotAssessed, ...]:
        """Return what was not assessed, and every policy none of whose rules was judged."""
        judged = {policy for policy, _ in self._judged_rules()}
        named = {gap.policy for gap in self.not_assessed if not gap.rule}
        silent = [code for code in self.policies if code not in judged | named and "" not in named]
        return (*self.not_assessed, *(NotAssessed(policy=code, what="no rule of it was judged") for code in silent))


def finding_id(finding: Finding) -> str:
    """Return what names a finding within a case: ``policy|rule|about``."""
    return f"{finding.policy}|{finding.key}"


def what_changed(before: Finding, after: Finding) -> str:
    """Say how a finding changed: its severity, and which grounds are new, gone or known otherwise."""
    said = []
    if before.severity is not after.severity:
        said.append(f"severity was {before.severity.value} and is {after.severity.value}")
    old, new = _by_fact(before.grounds), _by_fact(after.grounds)
    said += [f"new ground: {_quoted(new[fact])}" for fact in new if fact not in old]
    said += [f"no longer a ground: {_quoted(old[fact])}" for fact in old if fact not in new]
    said += [
        f"{_quoted(new[fact])} was {old[fact].status.value} and is {new[fact].status.value}"
        for fact in new
        if fact in old and old[fact].status is not new[fact].status
    ]
    return "; ".join(said)


def _by_fact(grounds: Iterable[Ground]) -> dict[tuple[str, str, str], Ground]:
    return {(ground.text, ground.source.name, ground.organization_id): ground for ground in grounds}


def _quoted(ground: Ground) -> str:
    text = ground.text if len(ground.text) <= QUOTED else ground.text[:QUOTED].rstrip() + "..."
    return f'"{text}" ({ground.source.name})'


def why_changed(before: ScreeningResult, after: ScreeningResult, policy: str) -> str:
    """Say what a policy's findings were made from that is no longer the same: lists, its pack, the profile."""
    return "; ".join(_causes(before, after, policy))


def _causes(before: ScreeningResult, after: ScreeningResult, policy: str) -> list[str]:
    said = [*_lists_changed(before.lists, after.lists)]
    digests = [{pack.code: pack.digest for pack in result.packs}.get(policy) for result in (before, after)]
    if digests[0] != digests[1]:
        said.append(f"policy pack {policy} was changed")
    if before.profile_change != after.profile_change and None not in (before.profile_change, after.profile_change):
        said.append("the profile was changed")
    return said


def _lists_changed(before: Sequence[ListUsed], after: Sequence[ListUsed]) -> list[str]:
    old, new = {item.code: item for item in before}, {item.code: item for item in after}
    said = [f"list {item.title or code} of {_dated(item)} came in" for code, item in new.items() if code not in old]
    said += [f"list {item.title or code} was not used this time" for code, item in old.items() if code not in new]
    said += [
        f"list {item.title or code} of {_dated(old[code])} was replaced by that of {_dated(item)}"
        for code, item in new.items()
        if code in old and (item.digest, item.published_on) != (old[code].digest, old[code].published_on)
    ]
    return said


def due_because(
    before: ScreeningResult, lists: Sequence[ListUsed], packs: Sequence[PackUsed], profile_change: int | None
) -> str:
    """Say why an organization should be screened again with what there is now; empty when nothing changed."""
    now = before.model_copy(update={"lists": tuple(lists), "packs": tuple(packs), "profile_change": profile_change})
    said = [cause for policy in before.policies for cause in _causes(before, now, policy)]
    known = {used.code: used for used in before.lists}
    said += [
        f"list {used.title or used.code} was obtained again on {used.read_on}"
        for used in lists
        if used.code in known and known[used.code].digest == used.digest and known[used.code].read_on < used.read_on
    ]
    return "; ".join(dict.fromkeys(said))


def _dated(used: ListUsed) -> str:
    return f"{used.published_on}" if used.published_on else f"unknown date (read on {used.read_on})"
