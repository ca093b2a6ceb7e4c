"""Lessons flow back: a partnership that ended or was renewed becomes an engagement, which the next ranking knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kb.brief import Brief
from kb.casework.partnerships import Lesson, Move, Partnership, Stage
from kb.organization import ClaimStatus, Engagement, Organization, Participation, Source
from matcher.planning.plan import PlanError

ENTRUSTED = 0.5
"""Mean trust from which working together speaks for a partner; below it no engagement is written."""

CLOSING = (Stage.ENDED, Stage.RENEWED)
WORKING = (Stage.AGREED, Stage.ACTIVE, Stage.RENEWED)


class Outcome(StrEnum):
    """What came of it, in the words of the person who closes it."""

    REACHED = "reached"
    PARTLY = "partly reached"
    MISSED = "not reached"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Closing:
    """How a partnership, or a period of it, came to its end.

    Attributes
    ----------
    stage : Stage
        Ended or renewed.
    trust : dict of str to float in 0..1
        How far the partner is to be trusted after it, by aspect, e.g. reliability, openness, mission_support.
    counts : bool or None
        Whether working together speaks for the partner in later rankings; None leaves it to the mean of `trust`,
        which must then be 0.5 or more, and counts it when no aspect was rated.
    started : datetime.date or None
        None takes the day on which it became active, or was renewed before.
    """

    stage: Stage
    reason: str
    lesson: str
    outcome: Outcome = Outcome.UNKNOWN
    trust: dict[str, float] = field(default_factory=dict)
    counts: bool | None = None
    started: date | None = None
    on: date | None = None
    owner: str = ""

    @property
    def speaks_for_partner(self) -> bool:
        """Whether an engagement is written."""
        if self.counts is not None:
            return self.counts
        return not self.trust or sum(self.trust.values()) / len(self.trust) >= ENTRUSTED

    def entries(self, today: date) -> tuple[Move, Lesson]:
        """Return the steps that casework records.

        Raises
        ------
        PlanError
            When the stage closes nothing, or no lesson is given.
        """
        if self.stage not in CLOSING:
            raise PlanError(f"a lesson closes a partnership: it goes with {' or '.join(CLOSING)}, not {self.stage}")
        if not self.lesson.strip():
            raise PlanError("say what was learnt, in a sentence")
        wrong = [name for name, value in self.trust.items() if not 0 <= value <= 1]
        if wrong:
            raise PlanError(f"trust in {', '.join(wrong)}: use a number from 0 (none) to 1 (full)")
        day = self.on or today
        if self.started is not None and self.started > day:
            raise PlanError(f"it cannot have started on {self.started}, after it came to its end on {day}")
        text = f"{self.lesson.strip()} (objectives {self.outcome.value})"
        return (
            Move(stage=self.stage, reason=self.reason, owner=self.owner, on=day),
            Lesson(text=text, trust=self.trust, on=day),
        )


def engagement_id(brief_id: str, organization_id: str, lesson: int) -> str:
    """Return the id of the engagement that a lesson wrote; `lesson` is its number in the trail."""
    return f"partnership:{brief_id}:{organization_id}:{lesson}"


def began(partnership: Partnership) -> date | None:
    """Return the day on which the present period began: when last renewed, active or, failing that, agreed."""
    moves = [(step.on, step.entry.stage) for step in partnership.moves if isinstance(step.entry, Move)]
    days = {stage: on for on, stage in moves if stage in WORKING}
    for stage in (Stage.RENEWED, Stage.ACTIVE, Stage.AGREED):
        if stage in days:
            return days[stage]
    return None


def engagement_of(
    brief: Brief,
    seeker: Organization | None,
    partner: Organization,
    before: Partnership,
    closing: Closing,
    lesson: int,
    who: str,
    on: date,
) -> Engagement:
    """Return the engagement that a closed partnership is, as a person confirms it.

    Parameters
    ----------
    before : Partnership
        As it was before it was closed; its moves give the first day.
    lesson : int
        Number of the lesson in the trail.
    """
    name = seeker.name if seeker else brief.seeker.name or "The seeker"
    parts = [Participation(organization_id=partner.id, role="partner")]
    parts += [Participation(organization_id=seeker.id, role="seeker")] if seeker else []
    started = closing.started or began(before)
    words = f"Objectives {closing.outcome.value}. {brief.behaviour}".strip()
    return Engagement(
        id=engagement_id(brief.id, partner.id, lesson),
        title=f"{brief.title} ({name} and {partner.name})"[:500],
        text=words,
        start_date=min(started, on) if started else None,
        end_date=on,
        causes=brief.causes,
        participations=tuple(parts),
        source=Source(name=f"Partnership record of {who}"),
        status=ClaimStatus.CONFIRMED,
    )
