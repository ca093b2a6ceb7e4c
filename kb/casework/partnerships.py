"""The life of a partnership for a brief: stages with reasons, how it develops, its health, and what was learnt.

A partnership is folded from the events of its stream. A step is undone by recording that it was taken back, the
latest first; it stays in the trail and is left out of the fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from kb.casework.trail import Event, stream_name, stream_parts
from kb.casework.vetting_cases import Recorded
from kb.organization import Fraction, Frozen, Name, ShortText, Text

FAMILY = "partnership"


class Stage(StrEnum):
    """Where a partnership stands."""

    LONGLIST = "longlist"
    SHORTLIST = "shortlist"
    CONTACTED = "contacted"
    IN_DIALOGUE = "in_dialogue"
    VETTING = "vetting"
    AGREED = "agreed"
    ACTIVE = "active"
    RENEWED = "renewed"
    ENDED = "ended"
    DECLINED = "declined"


_COURTING = (Stage.LONGLIST, Stage.SHORTLIST, Stage.CONTACTED, Stage.IN_DIALOGUE, Stage.VETTING)
TRANSITIONS: Mapping[Stage | None, tuple[Stage, ...]] = {
    None: (*_COURTING, Stage.AGREED, Stage.ACTIVE),
    Stage.LONGLIST: (Stage.SHORTLIST, Stage.CONTACTED, Stage.VETTING, Stage.DECLINED),
    Stage.SHORTLIST: (Stage.LONGLIST, Stage.CONTACTED, Stage.IN_DIALOGUE, Stage.VETTING, Stage.DECLINED),
    Stage.CONTACTED: (Stage.SHORTLIST, Stage.IN_DIALOGUE, Stage.VETTING, Stage.DECLINED),
    Stage.IN_DIALOGUE: (Stage.SHORTLIST, Stage.CONTACTED, Stage.VETTING, Stage.AGREED, Stage.DECLINED),
    Stage.VETTING: (Stage.SHORTLIST, Stage.CONTACTED, Stage.IN_DIALOGUE, Stage.AGREED, Stage.DECLINED),
    Stage.AGREED: (Stage.IN_DIALOGUE, Stage.VETTING, Stage.ACTIVE, Stage.ENDED, Stage.DECLINED),
    Stage.ACTIVE: (Stage.VETTING, Stage.RENEWED, Stage.ENDED),
    Stage.RENEWED: (Stage.VETTING, Stage.ACTIVE, Stage.RENEWED, Stage.ENDED),
    Stage.ENDED: (*_COURTING, Stage.RENEWED),
    Stage.DECLINED: _COURTING,
}
"""Which stages may follow which; None is before the first. What ended or was declined can be taken up again."""


class NetworkType(StrEnum):
    """How tightly partners are tied (interorganizational relations theory)."""

    OBLIGATIONAL = "obligational"
    ACTION = "action"
    SYSTEMIC = "systemic"


class CollaborationStage(StrEnum):
    """How far collaboration has come (Austin & Seitanidi, the collaborative value creation framework, 2012)."""

    PHILANTHROPIC = "philanthropic"
    TRANSACTIONAL = "transactional"
    INTEGRATIVE = "integrative"
    TRANSFORMATIONAL = "transformational"


class Move(Frozen):
    """A step to a stage. `on` is the day on which it happened; None leaves it to the day of recording.

    `reason` may be empty only for what comes onto the longlist. An empty `owner` leaves the owner as it is.
    """

    stage: Stage
    reason: Text = ""
    owner: ShortText = ""
    notes: Text = ""
    on: date | None = None


class Development(Frozen):
    """How a partnership is tied and how far it has come; what is None stays as it is."""

    network_type: NetworkType | None = None
    collaboration_stage: CollaborationStage | None = None
    reason: Text = Field(min_length=1)
    on: date | None = None


class HealthCheck(Frozen):
    """One use of a health instrument.

    Attributes
    ----------
    instrument : str
        Its code, e.g. ``vichealth``.
    scores : dict of str to int or None
        By item; None for one that nobody answered, which is not zero.
    total : float or None
        As the instrument counts; None when too much is unanswered.
    band : str
        Code of the instrument's band; empty when there is no total.
    on : datetime.date
    notes : str
    """

    instrument: Name
    scores: dict[str, int | None] = Field(min_length=1)
    total: float | None = None
    band: ShortText = ""
    on: date
    notes: Text = ""


class Lesson(Frozen):
    """What was learnt from working together.

    `trust` says, by aspect (e.g. reliability, openness, mission_support), how far the partner is to be trusted after
    it, in 0..1; an aspect that is not named is not known.
    """

    text: Text = Field(min_length=1)
    trust: dict[str, Fraction] = Field(default_factory=dict)
    on: date | None = None


class Note(Frozen):
    """A remark that changes nothing."""

    text: Text = Field(min_length=1)


Entry = Move | Development | HealthCheck | Lesson | Note
KINDS: Mapping[str, type[Entry]] = {
    "moved": Move,
    "developed": Development,
    "health_checked": HealthCheck,
    "learnt": Lesson,
    "noted": Note,
}


@dataclass(frozen=True)
class Step(Recorded):
    """One recorded step of a partnership: what it says, and for which organization it was recorded."""

    organization_id: str
    entry: Entry

    @property
    def on(self) -> date:
        """The day it happened, as far as told; else the day of recording."""
        return getattr(self.entry, "on", None) or self.at.date()


@dataclass(frozen=True)
class TakenBack(Recorded):
    """A step that was undone, by whom and why."""

    step: Step
    reason: str


@dataclass(frozen=True)
class Partnership:
    """An organization's way through a brief.

    Attributes
    ----------
    brief_id, organization_id : str
        The living organization; `members` adds those that were merged into it.
    steps : tuple of Step
        Those that stand, oldest first.
    taken_back : tuple of TakenBack
    last_event : int
        Number of its newest event, 0 when there is none; hand it back as `seen` to notice what others did meanwhile.
    changed_by : Recorded or None
        Who recorded the newest event, and when.
    """

    brief_id: str
    organization_id: str
    members: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    last_event: int = 0
    changed_by: Recorded | None = None

    def _entries(self, kind: type[Entry]) -> list[Step]:
        return [step for step in self.steps if isinstance(step.entry, kind)]

    def _latest(self, name: str) -> Any:  # noqa: ANN401 (the type of the field)
        values = (getattr(step.entry, name, None) for step in reversed(self.steps))
        return next((value for value in values if value), None)

    @property
    def stage(self) -> Stage | None:
        """Where it stands; None when every move was taken back, or none was made."""
        moves = self.moves
        return moves[-1].entry.stage if moves and isinstance(moves[-1].entry, Move) else None

    @property
    def stages(self) -> dict[str, Stage]:
        """The stage recorded for each member: more than one tell apart what merged organizations came with."""
        return {step.organization_id: step.entry.stage for step in self.moves if isinstance(step.entry, Move)}

    @property
    def owner(self) -> str:
        """Who takes care of it; empty when nobody was named."""
        return self._latest("owner") or ""

    @property
    def network_type(self) -> NetworkType | None:
        """As last recorded; None when it is not known."""
        found: NetworkType | None = self._latest("network_type")
        return found

    @property
    def collaboration_stage(self) -> CollaborationStage | None:
        """As last recorded; None when it is not known."""
        found: CollaborationStage | None = self._latest("collaboration_stage")
        return found

    @property
    def moves(self) -> list[Step]:
        """Every move from stage to stage."""
        return self._entries(Move)

    @property
    def health_checks(self) -> list[Step]:
        """Every health check, by the day it was made."""
        return sorted(self._entries(HealthCheck), key=lambda step: step.on)

    @property
    def lessons(self) -> list[Step]:
        """Every lesson."""
        return self._entries(Lesson)


def partnership_stream(brief_id: str, organization_id: str) -> str:
    """Return ``partnership:<brief id>:<organization id>``."""
    return stream_name(FAMILY, brief_id, organization_id)


def partnership_stream_parts(stream: str) -> tuple[str, str]:
    """Return the brief and the organization that a stream's name holds."""
    _, brief_id, organization_id = stream_parts(stream)
    return brief_id, organization_id


def fold(brief_id: str, members: Sequence[str], events: Iterable[Event]) -> Partnership:
    """Fold a partnership, and those of organizations merged into this one, from their events, oldest first."""
    steps: dict[int, Step] = {}
    undone: list[TakenBack] = []
    last: Event | None = None
    for event in events:
        last = event
        if event.kind == "taken_back":
            step = steps.pop(event.body["event"], None)
            if step is not None:
                undone.append(TakenBack(event.number, event.who, event.at, step, event.body["reason"]))
        elif event.kind in KINDS:
            read: Callable[[Any], Entry] = KINDS[event.kind].model_validate
            organization_id = partnership_stream_parts(event.stream)[1]
            steps[event.number] = Step(event.number, event.who, event.at, organization_id, read(event.body))
    return Partnership(
        brief_id=brief_id,
        organization_id=members[0],
        members=tuple(members),
        steps=tuple(steps.values()),
        taken_back=tuple(undone),
        last_event=0 if last is None else last.number,
        changed_by=None if last is None else Recorded(last.number, last.who, last.at),
    )
