"""Claims that were read out of texts: written in batches, remembered by a digest of what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from kb import journal
from kb.merging import BY_A_PERSON, join_claims
from kb.organization import Claim, Organization
from kb.records import chunks, insert_rows

KIND = "inference"


@dataclass(frozen=True)
class Annotation:
    """What was read out of one organization's text; `digest` stands for the text and for the reader."""

    organization_id: str
    digest: str
    claims: tuple[Claim, ...]


def digests(connection: Connection, reader: str) -> dict[str, str]:
    """Return what each organization was last read at, by id."""
    table = journal.SOURCE_RECORD
    query = select(table.c.key, table.c.digest).where(table.c.source == reader)
    return {row[0]: row[1] for row in connection.execute(query)}


def annotate(connection: Connection, reader: str, source: str, found: Sequence[Annotation], who: str) -> int:
    """Write what a reader found, replacing what it found before under its source's name; returns the batch.

    A person's word stays, and what another source claims is not claimed again.
    """
    batch = journal.open_batch(connection, KIND, f"{reader}: {len(found):,} organizations", who)
    known = journal.ORGANIZATIONS.read(connection, [item.organization_id for item in found])
    changed = [
        (_with(known[item.organization_id][0], source, item.claims), known[item.organization_id][1])
        for item in found
        if item.organization_id in known
    ]
    counts = journal.write(connection, batch, "organization", changed, "inferred")
    table = journal.SOURCE_RECORD
    for part in chunks(found):
        ids = [item.organization_id for item in part]
        connection.execute(delete(table).where(table.c.source == reader, table.c.key.in_(ids)))
        rows = [
            {"source": reader, "key": key, "target_id": key, "digest": item.digest, "batch_number": batch}
            for key, item in zip(ids, part, strict=True)
        ]
        insert_rows(connection, table, rows)
    journal.close_batch(connection, batch, counts)
    return batch


def _with(organization: Organization, source: str, claims: tuple[Claim, ...]) -> Organization:
    kept = tuple(claim for claim in organization.claims if claim.source.name != source or claim.status in BY_A_PERSON)
    elsewhere = {(claim.kind, claim.code) for claim in kept}
    fresh = tuple(claim for claim in claims if (claim.kind, claim.code) not in elsewhere)
    return organization.model_copy(update={"claims": join_claims(kept, fresh)})
