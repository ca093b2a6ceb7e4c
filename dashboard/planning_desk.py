"""What the plan page asks: a plan to work on, its versions and files, and the health of a partnership."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dashboard.state import Desk, open_desk
from kb.brief import Brief
from kb.casework.partnerships import Partnership, Stage
from matcher import Filters
from matcher.export.plan_word import write_plan
from matcher.planning import HealthHistory, Plan, Planning, SavedPlan
from matcher.planning.health import history_of
from matcher.results import Candidate

NOT_AT_THE_TABLE = (Stage.LONGLIST, Stage.DECLINED, Stage.ENDED)
RANKED = 40


@dataclass(frozen=True)
class Work:
    """A plan that somebody works on.

    Attributes
    ----------
    key : str
        Id that the plan is kept under.
    based_on : int
        Number of the version that it was opened from; 0 when none was saved.
    change : int
        State of the knowledge base that a plan without a version was drafted from.
    before : tuple of Plan
        How it was before each unsaved change, oldest first.
    """

    key: str
    plan: Plan
    based_on: int
    change: int
    before: tuple[Plan, ...] = ()

    def changed(self, plan: Plan) -> Work:
        """Return it with a plan in place of the one that it had; the same when nothing changed."""
        return self if plan == self.plan else replace(self, plan=plan, before=(*self.before, self.plan))

    def undone(self) -> Work:
        """Return it without the latest unsaved change."""
        return replace(self, plan=self.before[-1], before=self.before[:-1]) if self.before else self


class PlanningDesk:
    """Plans and partnerships, shared by all sessions; one question at a time."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.planning = Planning(desk.matcher)

    def at_the_table(self, brief: Brief) -> tuple[str, ...]:
        """Return the ids of those on the shortlist of a brief, the furthest first; who left or declined is not."""
        with self.desk.lock:
            found = self.planning.shortlist(brief.id)
        return tuple(
            item.partnership.organization_id for item in found if item.partnership.stage not in NOT_AT_THE_TABLE
        )

    def ranked(self, brief: Brief) -> tuple[Candidate, ...]:
        """Return the best of the ranking."""
        return self.desk.rank(brief, Filters(), self.desk.matcher.weights(brief), RANKED).candidates

    def work(self, brief: Brief, ids: Sequence[str], known: Mapping[str, Work]) -> Work:
        """Return the plan to work on: the unsaved one among `known`, or the newest version, or a new draft.

        Raises
        ------
        matcher.errors.MatcherError
            When it cannot be drafted; the message says what to change.
        """
        change = self.desk.prepare(brief).change
        with self.desk.lock:
            key = self.planning.plan_id(brief, ids)
            there = known.get(key)
            if there is not None and there.before:
                return there
            versions = self.planning.versions(key)
            if versions:
                return Work(key, versions[-1].plan, versions[-1].number, change)
            if there is not None and there.change == change:
                return there
            return Work(key, self.planning.draft(brief, ids), 0, change)

    def versions(self, key: str) -> tuple[SavedPlan, ...]:
        """Return every version of a plan, oldest first."""
        with self.desk.lock:
            return self.planning.versions(key)

    def redraft(self, work: Work, brief: Brief) -> Work:
        """Fill a plan anew from what is known now; what people entered stays."""
        self.desk.prepare(brief)
        with self.desk.lock:
            return work.changed(self.planning.redraft(work.plan, brief))

    def save(self, work: Work, note: str, who: str) -> SavedPlan:
        """Save a plan as its next version; raises `ConflictError` when somebody saved one meanwhile."""
        with self.desk.lock:
            return self.planning.save(work.plan, based_on=work.based_on, note=note, who=who or None)

    def partnership(self, brief_id: str, organization_id: str) -> Partnership:
        """Return how a partnership stands."""
        with self.desk.lock:
            return self.planning.partnership(brief_id, organization_id)

    def health(self, partnership: Partnership) -> HealthHistory:
        """Return every health check of a partnership."""
        return history_of(partnership)

    def check_health(
        self, partnership: Partnership, answers: Mapping[str, int | None], on: date, notes: str, who: str
    ) -> None:
        """Record a health check; raises `ConflictError` when somebody recorded anything meanwhile."""
        with self.desk.lock:
            self.planning.check_health(
                partnership.brief_id,
                partnership.organization_id,
                answers,
                on=on,
                notes=notes,
                seen=partnership.last_event,
                who=who or None,
            )

    def take_back(self, partnership: Partnership, reason: str, who: str) -> None:
        """Undo the latest step of a partnership as it was seen."""
        with self.desk.lock:
            self.planning.take_back(
                partnership.brief_id,
                partnership.organization_id,
                reason,
                step=partnership.steps[-1].number,
                who=who or None,
            )


def plan_file(plan: Plan, ending: str) -> bytes:
    """Return a plan as a file; `ending` is ``.docx`` or ``.json``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"plan{ending}")
        write_plan(plan, path)
        return path.read_bytes()


def open_planning() -> PlanningDesk:
    """Return the planning desk of the knowledge base that the dashboard was started on."""
    return open_desk().beside(PlanningDesk)
