"""What must hold inside a transaction: names lead somewhere, merged ids to what absorbed them, edits are fresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from kb import journal, queries
from kb.errors import ConflictError, UnknownOrganizationError
from kb.organization import Claim, Engagement, Organization, Relation
from kb.records import BRIEF, ORGANIZATION


def resolved(connection: Connection, organization_id: str) -> Organization:
    """Return an organization inside a transaction; a merged id leads to the one that absorbed it."""
    found = journal.ORGANIZATIONS.read(connection, [organization_id]).get(organization_id)
    if found is not None and found[1]:
        found = journal.ORGANIZATIONS.read(connection, [found[1]]).get(found[1])
    if found is None:
        raise UnknownOrganizationError(
            f"there is no organization {organization_id!r}; find it with: dancecard search {organization_id!r}"
        )
    return found[0]


def refuse_unknown_names(connection: Connection, by_entity: Mapping[str, Sequence[journal.Record]]) -> None:
    """Refuse records that name an organization which neither exists nor comes along, and merged organizations."""
    named: dict[str, str] = {}
    for record in (*by_entity["engagement"], *by_entity["relation"]):
        if isinstance(record, Engagement):
            named |= {part.organization_id: record.id for part in record.participations}
        elif isinstance(record, Relation):
            named |= {record.subject_id: record.id, record.object_id: record.id}
    coming = {record[0].id for record in by_entity["organization"] if isinstance(record, tuple)}
    for key, (_, merged_into) in journal.ORGANIZATIONS.read(connection, sorted(coming)).items():
        if merged_into:
            raise ConflictError(f"{key} was merged into {merged_into}; change that one, or undo the merge")
    missing = [key for key in named if key not in coming]
    known = journal.ORGANIZATIONS.read(connection, missing) if missing else {}
    for key in missing:
        if key not in known:
            raise UnknownOrganizationError(
                f"{named[key]} names organization {key!r}, which is not in the knowledge base"
            )


def refuse_stale(connection: Connection, entity: str, based_on: Mapping[str, int]) -> None:
    """Refuse an edit of organizations or briefs that somebody changed since they were read, by id and version.

    Raises
    ------
    ConflictError
        Saying who changed which, when, and what to do.
    """
    now = queries.versions(connection, ORGANIZATION if entity == "organization" else BRIEF, list(based_on))
    for key, version in based_on.items():
        if now.get(key, 0) == version:
            continue
        if key not in now:
            raise ConflictError(
                f"{key} is no longer there: {_changed_by(connection, entity, key)}; undo that first, or leave it"
            )
        verb = "exists already" if version == 0 else "was changed after you opened it"
        raise ConflictError(
            f"{key} {verb}: {_changed_by(connection, entity, key)}; nothing was saved. Open it again, make your change "
            "to what it says now, and save"
        )


def refuse_changed_claim(connection: Connection, organization: Organization, seen: Claim | None) -> None:
    """Refuse a word on a claim that is no longer what the person looked at.

    Raises
    ------
    ConflictError
        Saying who changed the organization last, and what to do.
    """
    if seen is None:
        return
    now = next((claim for claim in organization.claims if claim.key == seen.key), None)
    if now != seen:
        what = (
            "is gone" if now is None else f"is {now.status.value} now" if now.status != seen.status else "was changed"
        )
        raise ConflictError(
            f"{organization.name}: the claim {seen.kind.value} {seen.code} {what} since you looked at it "
            f"({_changed_by(connection, 'organization', organization.id)}); look again, then decide"
        )


def _changed_by(connection: Connection, entity: str, key: str) -> str:
    newest = journal.newest_of(connection, entity, key)
    if newest is None:
        return "nobody knows by whom"
    return f"by {newest.who} on {newest.at:%Y-%m-%d at %H:%M} UTC ({newest.label})"
