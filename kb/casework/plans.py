"""Versions of partnership plans. What a plan says is opaque here; who changed it when, and over whom, is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from kb.casework import trail
from kb.casework.desk import Desk
from kb.casework.errors import CaseworkError, checked
from kb.casework.trail import Draft, Event, stream_name, stream_parts
from kb.errors import ConflictError, UnknownRecordError
from kb.organization import Frozen, Text
from kb.people import current_user

FAMILY = "plan"


class _Saved(Frozen):
    number: int
    note: Text
    body: dict[str, Any]


class PlanVersion(Frozen):
    """One version of a plan.

    Attributes
    ----------
    plan_id : str
    number : int
        From 1, without gaps.
    body : dict
        The plan as plain data.
    who, at : str, datetime.datetime
        Who saved it, and when (UTC).
    note : str
        What was changed and why, in the person's words.
    """

    plan_id: str
    number: int = Field(ge=1)
    body: dict[str, Any]
    who: str
    at: datetime
    note: str = ""


class PlanDesk(Desk):
    """Plans. A plan's id is chosen by whoever makes it, e.g. from the brief and the partners."""

    def plan(self, plan_id: str, number: int | None = None) -> PlanVersion:
        """Return a version of a plan, the newest by default.

        Raises
        ------
        UnknownRecordError
            When there is no such plan, or no such version of it.
        """
        versions = self.plan_versions(plan_id)
        if number is None and versions:
            return versions[-1]
        if number is not None and 0 < number <= len(versions):
            return versions[number - 1]
        raise UnknownRecordError(
            f"there is no plan {plan_id!r}" if not versions else f"plan {plan_id!r} has versions 1 to {len(versions)}"
        )

    def plan_versions(self, plan_id: str) -> list[PlanVersion]:
        """Return every version of a plan, oldest first; none when there is no such plan."""
        with self._reading() as connection:
            return _versions(connection, plan_id)

    def plans(self) -> list[PlanVersion]:
        """Return the newest version of every plan, by id."""
        with self._reading() as connection:
            newest = {version.plan_id: version for version in map(_version, trail.read_family(connection, FAMILY))}
        return [newest[key] for key in sorted(newest)]

    def save_plan(
        self, plan_id: str, body: Mapping[str, Any], *, based_on: int, note: str = "", who: str | None = None
    ) -> PlanVersion:
        """Save a plan as its next version; one that is the same as the newest is not saved again.

        Parameters
        ----------
        plan_id : str
        body : mapping
            Plain data, as JSON can hold it.
        based_on : int
            Number of the version that was edited; 0 for a new plan.
        note : str
        who : str, optional

        Raises
        ------
        ConflictError
            When somebody saved a newer version meanwhile; the message says who and when.
        """
        if not plan_id.strip():
            raise CaseworkError("a plan needs an id; nothing was saved")
        with self._writing() as connection:
            versions = _versions(connection, plan_id)
            if len(versions) != based_on:
                raise ConflictError(_overtaken(plan_id, versions, based_on))
            if versions and versions[-1].body == dict(body):
                return versions[-1]
            fields = {"number": based_on + 1, "note": note, "body": dict(body)}
            saved = checked(_Saved, f"plan {plan_id}", fields).model_dump()
            events = trail.append(
                connection, [Draft(stream_name(FAMILY, plan_id), "saved", saved)], who or current_user()
            )
            return _version(events[0])


def _versions(connection: Connection, plan_id: str) -> list[PlanVersion]:
    return [_version(event) for event in trail.read(connection, [stream_name(FAMILY, plan_id)])]


def _version(event: Event) -> PlanVersion:
    _, plan_id = stream_parts(event.stream)
    return PlanVersion(plan_id=plan_id, who=event.who, at=event.at, **event.body)


def _overtaken(plan_id: str, versions: list[PlanVersion], based_on: int) -> str:
    if not versions:
        return f"plan {plan_id!r} does not exist yet; save it as a new one (based on version 0)"
    newest = versions[-1]
    noted = f", {newest.note!r}" if newest.note else ""
    return (
        f"plan {plan_id!r} was saved by {newest.who} on {newest.at:%Y-%m-%d at %H:%M} UTC (version {newest.number}"
        f"{noted}) and yours is based on version {based_on}; open the newest, enter your changes again, and save"
    )
