"""The use cases of running a partnership: plans, stages, health, lessons. Pages and commands call nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import ValidationError

from kb.brief import Brief
from kb.casework.desk import person
from kb.casework.partnerships import (
    CollaborationStage,
    Development,
    Entry,
    Lesson,
    Move,
    NetworkType,
    Note,
    Partnership,
    Stage,
    Step,
)
from kb.casework.plans import PlanVersion
from kb.errors import KbError
from kb.organization import Engagement
from matcher.planning.differences import Difference, differences
from matcher.planning.editing import refreshed
from matcher.planning.health import DEFAULT, HealthHistory, health_check, history_of, instrument_of
from matcher.planning.lessons import Closing, engagement_id, engagement_of
from matcher.planning.match import gather
from matcher.planning.plan import Plan, PlanError, plan_id_of
from matcher.planning.prefill import draft_plan
from matcher.service import Matcher
from matcher.vetting.office import VettingOffice


@dataclass(frozen=True)
class SavedPlan:
    """A version of a plan as it was saved."""

    id: str
    number: int
    plan: Plan
    who: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Standing:
    """A partnership with the name of the organization."""

    name: str
    partnership: Partnership


@dataclass(frozen=True)
class Closed:
    """A partnership that was closed, and the engagement that it became; None when it does not speak for the partner."""

    partnership: Partnership
    engagement: Engagement | None


class Planning:
    """Plans and partnerships on the knowledge base of a matcher.

    What casework refuses is raised as it is (`kb.casework.errors.CaseworkError`, `kb.errors.ConflictError` when
    somebody else changed it meanwhile), with words for the person.
    """

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.office = VettingOffice(matcher.kb)

    # Plans -----------------------------------------------------------------------------------

    def plan_id(self, brief: Brief, partner_ids: Sequence[str]) -> str:
        """Return the id that the plan of a brief with some partners is kept under."""
        return plan_id_of(brief.id, tuple(dict.fromkeys(self.matcher.kb.get(key).id for key in partner_ids)))

    def draft(
        self, brief: Brief, partner_ids: Sequence[str], *, policies: Sequence[str] = (), today: date | None = None
    ) -> Plan:
        """Draft a plan from the match; nothing is saved.

        Parameters
        ----------
        policies : sequence of str
            Packs whose findings are its risks; those of the brief, or the general one, when not given.

        Raises
        ------
        PlanError
            When no partner is named.
        matcher.errors.MatcherError
            When a partner is the seeker itself, or the brief cannot be answered; the message says what to change.
        kb.errors.UnknownOrganizationError
            When there is no organization of an id.
        """
        return draft_plan(gather(self.matcher, self.office, brief, partner_ids, policies, today))

    def redraft(self, plan: Plan, brief: Brief, *, policies: Sequence[str] = (), today: date | None = None) -> Plan:
        """Draft a plan anew from what is known now, and keep every word that people entered."""
        partners = [party.id for party in plan.partners]
        return refreshed(plan, self.draft(brief, partners, policies=policies, today=today))

    def save(self, plan: Plan, *, based_on: int, note: str = "", who: str | None = None) -> SavedPlan:
        """Save a plan as its next version; one that is as the newest is not saved again.

        Parameters
        ----------
        based_on : int
            Number of the version that was edited; 0 for a new plan.

        Raises
        ------
        kb.errors.ConflictError
            When somebody saved a newer version meanwhile.
        """
        key = plan_id_of(plan.brief_id, tuple(party.id for party in plan.partners))
        body = plan.model_dump(mode="json")
        return _saved(self.matcher.kb.casework.save_plan(key, body, based_on=based_on, note=note, who=who))

    def open(self, plan_id: str, number: int | None = None) -> SavedPlan:
        """Return a version of a plan, the newest by default; raises `UnknownRecordError` when there is none."""
        return _saved(self.matcher.kb.casework.plan(plan_id, number))

    def versions(self, plan_id: str) -> tuple[SavedPlan, ...]:
        """Return every version of a plan, oldest first; none when there is no such plan."""
        return tuple(map(_saved, self.matcher.kb.casework.plan_versions(plan_id)))

    def plans(self, brief_id: str | None = None) -> tuple[SavedPlan, ...]:
        """Return the newest version of every plan, or of those of one brief."""
        found = map(_saved, self.matcher.kb.casework.plans())
        return tuple(item for item in found if brief_id in (None, item.plan.brief_id))

    def differences(self, plan_id: str, before: int, after: int | None = None) -> tuple[Difference, ...]:
        """List how two versions differ, `after` being the newest by default."""
        return differences(self.open(plan_id, before).plan, self.open(plan_id, after).plan)

    # Life ------------------------------------------------------------------------------------

    def shortlist(self, brief_id: str, *stages: Stage) -> tuple[Standing, ...]:
        """Return the partnerships of a brief, the furthest first, or those in some stages."""
        found = self.matcher.kb.casework.shortlist(brief_id, *stages)
        names = {item.id: item.name for item in self.matcher.kb.get_many([each.organization_id for each in found])}
        return tuple(Standing(names.get(item.organization_id, item.organization_id), item) for item in found)

    def partnership(self, brief_id: str, organization_id: str) -> Partnership:
        """Return a partnership; one that nobody touched yet has no stage.

        Raises
        ------
        kb.errors.UnknownOrganizationError
            When there is no such organization.
        """
        return self.matcher.kb.casework.partnership(brief_id, self.matcher.kb.get(organization_id).id)

    def move(
        self,
        brief_id: str,
        organization_id: str,
        stage: Stage,
        reason: str,
        *,
        owner: str = "",
        notes: str = "",
        on: date | None = None,
        seen: int | None = None,
        who: str | None = None,
    ) -> Partnership:
        """Move a partnership to a stage, with the reason."""
        entry = Move(stage=stage, reason=reason, owner=owner, notes=notes, on=on)
        return self._record(brief_id, organization_id, entry, seen=seen, who=who)

    def develop(
        self,
        brief_id: str,
        organization_id: str,
        reason: str,
        *,
        network_type: NetworkType | None = None,
        collaboration_stage: CollaborationStage | None = None,
        on: date | None = None,
        seen: int | None = None,
        who: str | None = None,
    ) -> Partnership:
        """Record how tightly partners are tied now, or how far collaboration has come, with the reason."""
        if not reason.strip():
            raise PlanError("a development needs a reason: say what shows it, in a sentence")
        entry = Development(network_type=network_type, collaboration_stage=collaboration_stage, reason=reason, on=on)
        return self._record(brief_id, organization_id, entry, seen=seen, who=who)

    def note(self, brief_id: str, organization_id: str, text: str, *, who: str | None = None) -> Partnership:
        """Record a remark."""
        if not text.strip():
            raise PlanError("the note is empty")
        return self._record(brief_id, organization_id, Note(text=text), who=who)

    def check_health(
        self,
        brief_id: str,
        organization_id: str,
        answers: Mapping[str, int | None],
        *,
        on: date | None = None,
        notes: str = "",
        instrument: str = DEFAULT,
        seen: int | None = None,
        who: str | None = None,
    ) -> HealthHistory:
        """Record a health check and return all of them.

        Raises
        ------
        matcher.planning.health.HealthError
            Naming the items that are unknown or off the scale.
        PlanError
            When nothing was agreed yet, so that there is no partnership to check.
        """
        if self.partnership(brief_id, organization_id).stage is None:
            raise PlanError(
                f"{organization_id} has no stage under brief {brief_id} yet; say where it stands first, "
                f"with: dancecard stage {brief_id} {organization_id} STAGE --reason ..."
            )
        entry = health_check(instrument_of(instrument), answers, on or date.today(), notes)
        return history_of(self._record(brief_id, organization_id, entry, seen=seen, who=who), instrument)

    def health(self, brief_id: str, organization_id: str, instrument: str = DEFAULT) -> HealthHistory:
        """Return every health check of a partnership by one instrument."""
        return history_of(self.partnership(brief_id, organization_id), instrument)

    # Lessons ---------------------------------------------------------------------------------

    def close(
        self,
        brief: Brief,
        organization_id: str,
        closing: Closing,
        *,
        seen: int | None = None,
        who: str | None = None,
    ) -> Closed:
        """End or renew a partnership with what was learnt, and write it into the knowledge base as an engagement.

        The steps go on the trail first; when the engagement cannot be written, they are taken back.

        Raises
        ------
        PlanError
            When no lesson is given, or the stage closes nothing.
        """
        kb, today = self.matcher.kb, date.today()
        partner, who = kb.get(organization_id), person(who)
        seeker = kb.get(brief.seeker.organization_id) if brief.seeker.organization_id else None
        move, lesson = closing.entries(today)
        before = kb.casework.partnership(brief.id, partner.id)
        after = kb.casework.record(brief.id, partner.id, move, lesson, seen=seen, who=who)
        if not closing.speaks_for_partner:
            return Closed(after, None)
        try:
            engagement = engagement_of(
                brief, seeker, partner, before, closing, after.lessons[-1].number, who, closing.on or today
            )
            kb.add(engagement, who=who, label=f"lesson of {brief.title} with {partner.name}"[:500])
        except (KbError, ValidationError):
            for _ in (lesson, move):
                kb.casework.take_back(brief.id, partner.id, "the engagement could not be written", who=who)
            raise
        return Closed(after, engagement)

    def take_back(
        self, brief_id: str, organization_id: str, reason: str, *, step: int | None = None, who: str | None = None
    ) -> Partnership:
        """Undo the latest step that stands; with a lesson, the engagement that it wrote goes too.

        Raises
        ------
        kb.casework.errors.CaseworkError
            When no step stands, or there is no reason.
        kb.errors.ConflictError
            When `step` is not the latest one, or the engagement was changed since.
        """
        kb = self.matcher.kb
        before = self.partnership(brief_id, organization_id)
        after = kb.casework.take_back(brief_id, before.organization_id, reason, step=step, who=who)
        for gone in before.steps:
            if gone not in after.steps and isinstance(gone.entry, Lesson):
                self._unwrite(brief_id, gone, who)
        return after

    def _unwrite(self, brief_id: str, lesson: Step, who: str | None) -> None:
        key = engagement_id(brief_id, lesson.organization_id, lesson.number)
        changes = self.matcher.kb.history(key, "engagement")
        if changes and changes[-1].after is not None:
            self.matcher.kb.undo(changes[0].batch.number, who)

    def _record(
        self, brief_id: str, organization_id: str, entry: Entry, *, seen: int | None = None, who: str | None = None
    ) -> Partnership:
        root = self.matcher.kb.get(organization_id).id
        return self.matcher.kb.casework.record(brief_id, root, entry, seen=seen, who=who)


def _saved(version: PlanVersion) -> SavedPlan:
    try:
        plan = Plan.model_validate(version.body)
    except ValidationError as error:
        raise PlanError(f"version {version.number} of plan {version.plan_id!r} is no partnership plan") from error
    return SavedPlan(version.plan_id, version.number, plan, version.who, version.at, version.note)
