"""Vetting cases: what screenings found, what people decided about it, and what the organization says.

A case is folded from the events of its stream; nothing else is stored. A finding is never lost: it is open, decided
or gone, with the reason. A decision stands exactly as long as the facts that it was about: when a screening finds
other grounds or another severity, the finding is open again and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kb.casework.findings import Finding, Severity
from kb.casework.screenings import ListUsed, NotAssessed, PackUsed, ScreeningResult, due_because

__all__ = [
    "Answer",
    "AreaState",
    "CaseFinding",
    "CaseOutcome",
    "Decision",
    "FindingState",
    "Recorded",
    "Reply",
    "Ruling",
    "Screening",
    "Second",
    "Verdict",
    "VettingCase",
]


class Ruling(StrEnum):
    """What a person can decide about a finding; *reopened* takes a decision back."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"
    REOPENED = "reopened"


class FindingState(StrEnum):
    """Where a finding stands. Only *dismissed* and *gone* take it out of the verdict."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"
    AWAITING_SECOND = "awaiting_second"
    GONE = "gone"

    @property
    def counts(self) -> bool:
        """Whether a finding in this state weighs in the verdict."""
        return self not in (FindingState.DISMISSED, FindingState.GONE)


class CaseOutcome(StrEnum):
    """The verdict of a case. *Not assessed* is not clear; *no findings* is said only when every rule was judged."""

    NOT_ASSESSED = "not_assessed"
    NO_FINDINGS = "no_findings"
    OBSERVATION = "observation"
    CAUTION = "caution"
    ESCALATE = "escalate"
    EXCLUDE = "exclude"

    @property
    def rank(self) -> int:
        """For sorting, gravest highest: 0 no findings, 1 not assessed, 2 observation, up to 5 exclude."""
        order = (self.NO_FINDINGS, self.NOT_ASSESSED, self.OBSERVATION, self.CAUTION, self.ESCALATE, self.EXCLUDE)
        return order.index(self)


class AreaState(StrEnum):
    """The four states of an area of due diligence (The Partnering Initiative's partnering toolbook)."""

    INSUFFICIENT_INFORMATION = "insufficient_information"
    NOT_ACCEPTABLE = "not_acceptable"
    ACCEPTABLE_WITH_ADJUSTMENTS = "acceptable_with_adjustments"
    ACCEPTABLE = "acceptable"


@dataclass(frozen=True)
class Recorded:
    """Who recorded something and when (UTC); `number` is the event's place in the trail."""

    number: int
    who: str
    at: datetime


@dataclass(frozen=True)
class Screening(Recorded):
    """A screening, and what it did to the findings of the case (ids).

    `covers` are the organizations whose facts it saw: the one vetted, and those merged into it by then.
    """

    organization_id: str
    covers: tuple[str, ...]
    result: ScreeningResult
    new: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Second(Recorded):
    """What the second person says about the dismissal of an exclusion."""

    agreed: bool
    reason: str


@dataclass(frozen=True)
class Decision(Recorded):
    """A person's decision about a finding, as it was then (`digest`). `evidence` is a link or a note.

    `second` is somebody else's word on it: the fold takes nobody's word on their own decision.
    """

    finding_id: str
    digest: str
    ruling: Ruling
    reason: str
    evidence: str = ""
    needs_second: bool = False
    second: Second | None = None

    @property
    def state(self) -> FindingState:
        """The state that this decision brings about."""
        if self.ruling is Ruling.REOPENED:
            return FindingState.OPEN
        if self.ruling is not Ruling.DISMISSED or not self.needs_second:
            return FindingState(self.ruling.value)
        if self.second is None:
            return FindingState.AWAITING_SECOND
        return FindingState.DISMISSED if self.second.agreed else FindingState.OPEN


@dataclass(frozen=True)
class CaseFinding:
    """A finding within a case.

    Attributes
    ----------
    id : str
        ``policy|rule|about``; with the organization's id and an ``@`` before it, when it was found in the case of an
        organization that has been merged since.
    organization_id : str
        In whose case it was found.
    finding : Finding
        As last found.
    first_seen, last_seen : int
        Numbers of the first and of the last screening that found it.
    decisions : tuple of Decision
        Oldest first.
    changed : str
        Why it must be decided anew, in words; empty when its facts never changed.
    gone_because : str
        Why it is gone; empty while it is found.
    """

    id: str
    organization_id: str
    finding: Finding
    first_seen: int
    last_seen: int
    decisions: tuple[Decision, ...] = ()
    changed: str = ""
    gone_because: str = ""

    @property
    def state(self) -> FindingState:
        """Where it stands: the latest decision holds if it was about these very facts."""
        if self.gone_because:
            return FindingState.GONE
        if not self.decisions or self.decisions[-1].digest != self.finding.digest:
            return FindingState.OPEN
        return self.decisions[-1].state

    @property
    def reopened_because(self) -> str:
        """Why a finding that had been decided is open again; empty when it is not."""
        decided = self.state is FindingState.OPEN and self.decisions
        return self.changed if decided and self.decisions[-1].digest != self.finding.digest else ""


@dataclass(frozen=True)
class Reply(Recorded):
    """What the organization says (right of reply): recorded by `who`, received on a day, from a named person.

    `about` names findings by id; empty when it is about the case as a whole.
    """

    text: str
    received_on: date
    sender: str = ""
    about: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True)
class Answer(Recorded):
    """A person's answer to a question of due diligence; `state` is a code of the question's scale."""

    area: str
    question: str
    state: str
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a case comes to: its outcome, and always beside it what was not assessed."""

    outcome: CaseOutcome
    not_assessed: tuple[NotAssessed, ...]

    @property
    def complete(self) -> bool:
        """Whether everything was assessed."""
        return not self.not_assessed


@dataclass(frozen=True)
class VettingCase:
    """Everything about an organization under some policies.

    Attributes
    ----------
    organization_id : str
        The living organization; `members` adds those that were merged into it.
    answers : tuple of Answer
        The latest to each question; `answer_history` holds them all.
    last_event : int
        Number of its newest event, 0 when it has none.
    """

    organization_id: str
    members: tuple[str, ...]
    policies: tuple[str, ...]
    screenings: tuple[Screening, ...] = ()
    findings: tuple[CaseFinding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    replies: tuple[Reply, ...] = ()
    answer_history: tuple[Answer, ...] = ()
    last_event: int = 0

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The latest answer to each question, in the order first answered."""
        return tuple({(answer.area, answer.question): answer for answer in self.answer_history}.values())

    @property
    def current_screenings(self) -> tuple[Screening, ...]:
        """The latest screening of each member; one, unless organizations were merged since."""
        latest = {member: screening for screening in self.screenings for member in screening.covers}
        numbers = {screening.number: screening for member in self.members if (screening := latest.get(member))}
        return tuple(numbers[number] for number in sorted(numbers))

    @property
    def lists(self) -> tuple[ListUsed, ...]:
        """The watchlists of the current screenings, with their dates."""
        return tuple(dict.fromkeys(used for item in self.current_screenings for used in item.result.lists))

    def in_state(self, *states: FindingState) -> tuple[CaseFinding, ...]:
        """Return the findings in some states, gravest first."""
        chosen = [found for found in self.findings if found.state in states]
        return tuple(sorted(chosen, key=lambda found: -found.finding.severity.rank))

    def verdict(self, today: date | None = None) -> Verdict:
        """Return the worst severity among findings that are neither dismissed nor gone, and what is not assessed.

        Parameters
        ----------
        today : datetime.date, optional
            The day for which lists are called stale; by default the day of each screening.
        """
        gaps = self._gaps(today)
        severities = [found.finding.severity for found in self.findings if found.state.counts]
        if severities:
            worst = max(severities, key=lambda severity: Severity(severity).rank)
            return Verdict(CaseOutcome(worst.value), gaps)
        return Verdict(CaseOutcome.NOT_ASSESSED if gaps else CaseOutcome.NO_FINDINGS, gaps)

    def due_because(
        self, lists: Sequence[ListUsed], packs: Sequence[PackUsed], profile_change: int | None = None
    ) -> str:
        """Say why it should be screened again: lists, packs or the profile changed; empty when nothing did."""
        if not self.current_screenings:
            return "it was never screened"
        reasons = (due_because(item.result, lists, packs, profile_change) for item in self.current_screenings)
        return "; ".join(dict.fromkeys(filter(None, reasons)))

    def _gaps(self, today: date | None) -> tuple[NotAssessed, ...]:
        current = self.current_screenings
        gaps = [gap for screening in current for gap in screening.result.gaps()]
        gaps += [NotAssessed(what=said) for screening in current for said in _stale(screening, today)]
        covered = {member for screening in current for member in screening.covers}
        gaps += [NotAssessed(what=f"{member} was never screened") for member in self.members if member not in covered]
        gaps += [
            NotAssessed(what=f"screened as one with {member}, which is a separate organization; screen it again")
            for member in sorted(covered - set(self.members))
        ]
        return tuple(dict.fromkeys(gaps))


def _stale(screening: Screening, today: date | None) -> Sequence[str]:
    day = today or screening.at.date()
    ages = [(used, used.staleness(day)) for used in screening.result.lists]
    return [
        f"{used.title or used.code} is {age.days} days old: who was listed since is not found"
        if age.days
        else f"{used.title or used.code} is dated after today: check the clock; who was listed since is not found"
        for used, age in ages
        if age.level == "stale"
    ]
