"""The use cases of running a partnership: its plan, and through `Life` its stages, health and lessons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import ValidationError

from kb.brief import Brief
from kb.casework.plans import PlanVersion
from matcher.planning.differences import Difference, differences
from matcher.planning.editing import refreshed
from matcher.planning.life import Life
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


class Planning(Life):
    """Plans and partnerships on the knowledge base of a matcher. Pages and commands call nothing else."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__(matcher)
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


def _saved(version: PlanVersion) -> SavedPlan:
    try:
        plan = Plan.model_validate(version.body)
    except ValidationError as error:
        raise PlanError(f"version {version.number} of plan {version.plan_id!r} is no partnership plan") from error
    return SavedPlan(version.plan_id, version.number, plan, version.who, version.at, version.note)
