"""The life of a partnership: stages, how it develops, its health, and the lessons that flow back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from kb.brief import Brief
from kb.casework.desk import person
from kb.casework.partnerships import Entry, Lesson, Partnership, Stage
from kb.errors import KbError
from kb.organization import Engagement
from matcher.planning.health import DEFAULT, HealthHistory, health_check, history_of, instrument_of
from matcher.planning.lessons import Closing, engagement_id, engagement_of
from matcher.planning.plan import PlanError
from matcher.service import Matcher

MOST_ENGAGEMENTS = 100_000


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


class Life:
    """Partnerships on the knowledge base of a matcher.

    What casework refuses is raised as it is (`kb.casework.errors.CaseworkError`, `kb.errors.ConflictError` when
    somebody else changed it meanwhile), with words for the person.
    """

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher

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

    def record(
        self, brief_id: str, organization_id: str, *entries: Entry, seen: int | None = None, who: str | None = None
    ) -> Partnership:
        """Record several steps at once, all or none; `matcher.planning.steps` makes them.

        Parameters
        ----------
        seen : int, optional
            `Partnership.last_event` of what the person looked at; what others recorded since is not overridden.
        """
        root = self.matcher.kb.get(organization_id).id
        return self.matcher.kb.casework.record(brief_id, root, *entries, seen=seen, who=who)

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
        return history_of(self.record(brief_id, organization_id, entry, seen=seen, who=who), instrument)

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
        now = self.partnership(brief_id, organization_id)
        latest = now.steps[-1] if now.steps else None
        undone: int | None = None
        if latest is not None and isinstance(latest.entry, Lesson) and reason.strip() and step in (None, latest.number):
            undone = self._unwrite(engagement_id(brief_id, latest.organization_id, latest.number), now, who)
        try:
            return kb.casework.take_back(
                brief_id,
                now.organization_id,
                reason,
                step=latest.number if undone is not None and latest else step,
                who=who,
            )
        except KbError:
            if undone is not None:
                kb.undo(undone, who)
            raise

    def _unwrite(self, key: str, partnership: Partnership, who: str | None) -> int | None:
        """Undo the batch that wrote an engagement; returns the batch of the undoing, None when it is not there."""
        kb = self.matcher.kb
        held = kb.engagements_of(partnership.organization_id, limit=MOST_ENGAGEMENTS)
        if key not in {item.id for item in held}:
            return None
        written = kb.history(key, "engagement")[0]
        return kb.undo(written.batch.number, who).number
