"""What must hold inside a transaction: names lead somewhere, and a merged id leads to the one that absorbed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from kb import journal
from kb.errors import ConflictError, UnknownOrganizationError
from kb.organization import Engagement, Organization, Relation


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
