"""Working on partnerships: shortlists, stages, health, lessons, and taking a step back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from kb.casework import trail
from kb.casework.desk import Desk, families, living, members, reasoned
from kb.casework.errors import CaseworkError
from kb.casework.partnerships import (
    FAMILY,
    KINDS,
    TRANSITIONS,
    Development,
    Entry,
    Move,
    Partnership,
    Stage,
    fold,
    partnership_stream,
    partnership_stream_parts,
)
from kb.casework.trail import Draft, Event
from kb.errors import ConflictError
from kb.people import current_user

_NAMES = {model: kind for kind, model in KINDS.items()}


class PartnershipDesk(Desk):
    """Partnerships. Each is named by a brief and an organization."""

    def partnership(self, brief_id: str, organization_id: str) -> Partnership:
        """Return a partnership; one that nobody touched yet has no stage."""
        with self._reading() as connection:
            return _partnership(connection, brief_id, organization_id)

    def shortlist(self, brief_id: str, *stages: Stage) -> list[Partnership]:
        """Return the partnerships of a brief that have a stage (or one of `stages`), the furthest first."""
        with self._reading() as connection:
            found = _of_streams(connection, trail.streams(connection, trail.stream_name(FAMILY, brief_id)))
        return _chosen(found, stages)

    def partnerships(self, *stages: Stage, organization_id: str | None = None) -> list[Partnership]:
        """Return partnerships of every brief, by stage and by organization as asked for."""
        with self._reading() as connection:
            names = trail.streams(connection, FAMILY)
            if organization_id is not None:
                wanted = set(members(connection, organization_id))
                names = [name for name in names if partnership_stream_parts(name)[1] in wanted]
            found = _of_streams(connection, names)
        return _chosen(found, stages)

    def partnership_events(self, brief_id: str, organization_id: str) -> list[Event]:
        """Return the trail of a partnership, oldest first, with what was taken back."""
        with self._reading() as connection:
            return _events(connection, brief_id, members(connection, organization_id))

    def record(
        self,
        brief_id: str,
        organization_id: str,
        *entries: Entry,
        who: str | None = None,
        seen: int | None = None,
    ) -> Partnership:
        """Record steps of a partnership in one transaction: moves, developments, health checks, lessons, notes.

        Parameters
        ----------
        brief_id, organization_id : str
        *entries : Move, Development, HealthCheck, Lesson or Note
        who : str, optional
        seen : int, optional
            `Partnership.last_event` of what the person looked at; what others recorded since is not overridden.

        Raises
        ------
        CaseworkError
            When a move is not allowed from the present stage, or lacks its reason.
        ConflictError
            When somebody recorded something since `seen`.
        UnknownOrganizationError
            When there is no such organization.
        """
        with self._writing() as connection:
            root = living(connection, organization_id)
            now = _partnership(connection, brief_id, root)
            _refuse_overriding(now, seen)
            _refuse_moves(now.stage, entries)
            stream = partnership_stream(brief_id, root)
            drafts = [Draft(stream, _NAMES[type(entry)], entry.model_dump(mode="json")) for entry in entries]
            trail.append(connection, drafts, who or current_user())
            return _partnership(connection, brief_id, root)

    def record_many(
        self, brief_id: str, organization_ids: Sequence[str], entry: Entry, who: str | None = None
    ) -> list[Partnership]:
        """Record the same step for several organizations, all or none, e.g. a longlist from a ranking."""
        with self._writing() as connection:
            drafts = []
            for root in dict.fromkeys(living(connection, key) for key in organization_ids):
                _refuse_moves(_partnership(connection, brief_id, root).stage, [entry], root)
                stream = partnership_stream(brief_id, root)
                drafts.append(Draft(stream, _NAMES[type(entry)], entry.model_dump(mode="json")))
            trail.append(connection, drafts, who or current_user())
            return [_partnership(connection, brief_id, key) for key in organization_ids]

    def take_back(
        self, brief_id: str, organization_id: str, reason: str, *, step: int | None = None, who: str | None = None
    ) -> Partnership:
        """Undo the latest step that stands, by recording that it was taken back; again for the one before.

        Parameters
        ----------
        brief_id, organization_id : str
        reason : str
            Never empty.
        step : int, optional
            Number of the step meant; refused when it is not the latest.
        who : str, optional

        Raises
        ------
        CaseworkError
            When no step stands, or there is no reason.
        ConflictError
            When `step` is not the latest one.
        """
        why = reasoned(reason, "taking a step back")
        with self._writing() as connection:
            now = _partnership(connection, brief_id, living(connection, organization_id))
            if not now.steps:
                raise CaseworkError(f"{organization_id} has no step under brief {brief_id} that could be taken back")
            latest = now.steps[-1]
            if step not in (None, latest.number):
                raise ConflictError(
                    f"step {step} is not the latest that stands; {_NAMES[type(latest.entry)]} by {latest.who} "
                    f"(step {latest.number}) came after it: take that back first"
                )
            stream = partnership_stream(brief_id, latest.organization_id)
            body = {"event": latest.number, "reason": why}
            trail.append(connection, [Draft(stream, "taken_back", body)], who or current_user())
            return _partnership(connection, brief_id, organization_id)


def _events(connection: Connection, brief_id: str, family: Sequence[str]) -> list[Event]:
    return trail.read(connection, [partnership_stream(brief_id, member) for member in family])


def _partnership(connection: Connection, brief_id: str, organization_id: str) -> Partnership:
    family = members(connection, organization_id)
    return fold(brief_id, family, _events(connection, brief_id, family))


def _of_streams(connection: Connection, names: Sequence[str]) -> list[Partnership]:
    parts = {name: partnership_stream_parts(name) for name in names}
    grouped = families(connection, [organization for _, organization in parts.values()])
    roots = {member: root for root, family in grouped.items() for member in family}
    events: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in trail.read(connection, names):
        brief_id, organization = parts[event.stream]
        events[brief_id, roots[organization]].append(event)
    return [fold(brief_id, grouped[root], events[brief_id, root]) for brief_id, root in sorted(events)]


def _chosen(found: Sequence[Partnership], stages: Sequence[Stage]) -> list[Partnership]:
    order = list(Stage)
    kept = [(item.stage, item) for item in found if item.stage is not None and (not stages or item.stage in stages)]
    closed = (Stage.ENDED, Stage.DECLINED)
    ranked = sorted(kept, key=lambda pair: (pair[0] in closed, -order.index(pair[0])))
    return [item for _, item in ranked]


def _refuse_overriding(now: Partnership, seen: int | None) -> None:
    if seen is not None and now.changed_by is not None and seen != now.last_event:
        newest = now.changed_by
        raise ConflictError(
            f"{now.organization_id} was changed by {newest.who} on {newest.at:%Y-%m-%d at %H:%M} UTC; "
            "look at it again, then record your step"
        )


def _refuse_moves(stage: Stage | None, entries: Sequence[Entry], organization_id: str = "") -> None:
    named = f"{organization_id}: " if organization_id else ""
    for entry in entries:
        if isinstance(entry, Development) and entry.network_type is None and entry.collaboration_stage is None:
            raise CaseworkError(f"{named}say which network type or collaboration stage it has developed to")
        if not isinstance(entry, Move):
            continue
        if entry.stage not in TRANSITIONS[stage]:
            allowed = ", ".join(TRANSITIONS[stage])
            at = "before its first stage" if stage is None else f"in stage {stage}"
            raise CaseworkError(f"{named}{at} it cannot move to {entry.stage}; it can move to: {allowed}")
        if entry.stage is not Stage.LONGLIST or stage is not None:
            reasoned(entry.reason, f"{named}the move to {entry.stage}")
        stage = entry.stage
