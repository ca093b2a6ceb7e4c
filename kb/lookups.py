"""What a knowledge base answers: every question that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from kb import annotating, engine, journal, queries
from kb.brief import Brief
from kb.errors import UnknownOrganizationError, UnknownRecordError
from kb.journal import Batch, Change
from kb.organization import Engagement, Organization, Relation
from kb.records import BRIEF, ENGAGEMENT, ORGANIZATION
from kb.searching import matching_ids


class Lookups:
    """The questions; `kb.knowledge_base.KnowledgeBase` is where they are asked.

    Attributes
    ----------
    address : str
        Where the knowledge base is, as it may be shown: without a password.
    """

    def __init__(self, opened: Engine) -> None:
        self._engine = opened
        self.address = engine.shown_address(opened.url)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def path(self) -> Path | None:
        """The database file; None for memory and for other engines."""
        return engine.sqlite_path(self._engine.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction, for the columnar snapshot; it sees one moment."""
        with engine.reading(self._engine, self.address) as connection:
            yield connection

    def get(self, organization_id: str) -> Organization:
        """Return an organization; a merged id leads to the one that absorbed it.

        Raises
        ------
        UnknownOrganizationError
            When there is none.
        """
        found = self.get_many([organization_id])
        if not found:
            raise UnknownOrganizationError(
                f"there is no organization {organization_id!r}; find it with: dancecard search {organization_id!r}"
            )
        return found[0]

    def get_many(self, ids: Sequence[str]) -> list[Organization]:
        """Return organizations in the order asked for; unknown ids are left out."""
        with self.reading() as connection:
            found = journal.ORGANIZATIONS.read(connection, ids)
            signposts = [merged for _, merged in found.values() if merged]
            roots = journal.ORGANIZATIONS.read(connection, signposts) if signposts else {}
        resolved = {key: roots[merged][0] if merged else item for key, (item, merged) in found.items()}
        return [resolved[key] for key in dict.fromkeys(ids) if key in resolved]

    def version(self, organization_id: str) -> int:
        """Return how often an organization was written, 0 when there is none: what an edit is based on."""
        with self.reading() as connection:
            return queries.versions(connection, ORGANIZATION, [organization_id]).get(organization_id, 0)

    def count(self) -> Mapping[str, int]:
        """Return how many organizations, claims, engagements, relations and briefs there are."""
        with self.reading() as connection:
            return queries.counts(connection)

    def iterate(self, size: int = 1_000) -> Iterator[Organization]:
        """Yield every living organization, by id."""
        last = ""
        while True:
            with self.reading() as connection:
                query = select(ORGANIZATION.c.id).where(ORGANIZATION.c.merged_into.is_(None), ORGANIZATION.c.id > last)
                ids = [row[0] for row in connection.execute(query.order_by(ORGANIZATION.c.id).limit(size))]
                found = journal.ORGANIZATIONS.read(connection, ids)
            if not ids:
                return
            yield from (found[key][0] for key in ids)
            last = ids[-1]

    def find(self, text: str, limit: int = 20) -> list[Organization]:
        """Full-text search over names, aliases, missions and descriptions, best first.

        The last word may be unfinished. Names weigh more than texts (BM25).
        """
        with self.reading() as connection:
            ids = matching_ids(connection, text, limit)
        return self.get_many(ids)

    def by_number(self, numbers: Sequence[int]) -> dict[int, Organization]:
        """Return organizations by their number in the columns."""
        with self.reading() as connection:
            query = select(ORGANIZATION.c.number, ORGANIZATION.c.id).where(ORGANIZATION.c.number.in_(numbers))
            ids = {row[0]: row[1] for row in connection.execute(query)}
            found = journal.ORGANIZATIONS.read(connection, list(ids.values()))
        return {number: found[key][0] for number, key in ids.items()}

    def number_of(self, organization_id: str) -> int | None:
        """Return an organization's number in the columns, None when it is unknown."""
        with self.reading() as connection:
            query = select(ORGANIZATION.c.number, ORGANIZATION.c.merged_into).where(
                ORGANIZATION.c.id == organization_id
            )
            row = connection.execute(query).first()
        if row is None:
            return None
        return self.number_of(row[1]) if row[1] else int(row[0])

    def engagements_by_number(self, numbers: Sequence[int]) -> dict[int, Engagement]:
        """Return engagements by their number in the columns."""
        with self.reading() as connection:
            query = select(ENGAGEMENT.c.number, ENGAGEMENT.c.id).where(ENGAGEMENT.c.number.in_(numbers))
            ids = {row[0]: row[1] for row in connection.execute(query)}
            found = journal.ENGAGEMENTS.read(connection, list(ids.values()))
        return {number: found[key] for number, key in ids.items()}

    def engagements_of(self, organization_id: str, limit: int = 200) -> list[Engagement]:
        """Return the newest engagements of an organization (and of those merged into it)."""
        with self.reading() as connection:
            keys = queries.engagement_ids(connection, organization_id, limit)
            found = journal.ENGAGEMENTS.read(connection, keys)
        return [found[key] for key in keys]

    def relations_of(self, organization_id: str) -> list[Relation]:
        """Return the relations that an organization (or one merged into it) is a side of."""
        with self.reading() as connection:
            return queries.relations_of(connection, organization_id)

    def annotated(self, reader: str) -> dict[str, str]:
        """Return what a reader of texts has read, as digests by organization id."""
        with self.reading() as connection:
            return annotating.digests(connection, reader)

    def history(self, record_id: str, entity: str = "organization") -> list[Change]:
        """Return every change of a record, oldest first."""
        with self.reading() as connection:
            return journal.history(connection, entity, record_id)

    def batches(self, limit: int = 100) -> list[Batch]:
        """Return the newest batches first."""
        with self.reading() as connection:
            return journal.batches(connection, limit)

    def brief(self, brief_id: str) -> Brief:
        """Return a brief.

        Raises
        ------
        UnknownRecordError
            When there is none.
        """
        with self.reading() as connection:
            found = journal.BRIEFS.read(connection, [brief_id])
        if brief_id not in found:
            raise UnknownRecordError(f"there is no brief {brief_id!r}; list them with: dancecard briefs")
        return found[brief_id]

    def brief_version(self, brief_id: str) -> int:
        """Return how often a brief was written, 0 when there is none: what an edit is based on."""
        with self.reading() as connection:
            return queries.versions(connection, BRIEF, [brief_id]).get(brief_id, 0)

    def briefs(self) -> list[Brief]:
        """Return every brief, by title."""
        with self.reading() as connection:
            ids = [row[0] for row in connection.execute(select(BRIEF.c.id).order_by(BRIEF.c.title, BRIEF.c.id))]
            found = journal.BRIEFS.read(connection, ids)
        return [found[key] for key in ids]
