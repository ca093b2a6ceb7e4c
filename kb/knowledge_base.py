"""The one way into a knowledge base: open, read, search, change, undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, select

from kb import annotating, integrity, journal, landing, queries
from kb.annotating import Annotation
from kb.brief import Brief
from kb.casework.store import Casework
from kb.duplicates import Match, find_duplicates
from kb.engine import default_url, open_engine, plain_errors, sqlite_path
from kb.errors import ConflictError, UnknownOrganizationError, UnknownRecordError
from kb.importing.parsed import Parsed, Progress, no_progress
from kb.journal import Batch, Change
from kb.merging import absorb
from kb.organization import Claim, ClaimKind, ClaimStatus, Engagement, Organization, Relation
from kb.people import current_user
from kb.records import BRIEF, ENGAGEMENT, ORGANIZATION
from kb.watchlist_store import WatchlistStore


class KnowledgeBase:
    """A knowledge base on one database.

    Every method is a transaction of its own; every change is recorded in the journal.
    """

    def __init__(self, engine: Engine, address: str) -> None:
        self._engine = engine
        self.address = address

    @classmethod
    def open(cls, url: str | Path | None = None, *, create: bool = True) -> Self:
        """Open the knowledge base at a path or URL (default: ``DANCECARD_KB``, or the user's data folder).

        Raises
        ------
        kb.errors.KbError
            One of the subclasses named in `kb.engine.open_engine`.
        """
        address = str(url or default_url())
        return cls(open_engine(address, create=create), address)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def path(self) -> Path | None:
        """The database file; None for other engines."""
        return sqlite_path(self._engine.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction, for the columnar snapshot."""
        with plain_errors(self.address), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with plain_errors(self.address):
            connection = self._engine.connect().execution_options(begin="BEGIN IMMEDIATE")
            with connection, connection.begin():
                yield connection

    @property
    def casework(self) -> Casework:
        """Vetting cases, partnerships, plans, and the trail of all of them; see `kb.casework`."""
        return Casework(self.reading, self._writing)

    @property
    def watchlists(self) -> WatchlistStore:
        """The lists of sanctioned and debarred organizations; see `kb.watchlist_store`."""
        return WatchlistStore(self.reading, self._writing)

    # Reading ---------------------------------------------------------------------------------

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
            ids = queries.matching_ids(connection, text, limit)
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

    # Changing --------------------------------------------------------------------------------

    def add(
        self,
        *records: Organization | Engagement | Relation,
        who: str | None = None,
        label: str = "edit",
    ) -> int:
        """Add or replace organizations, engagements and relations as one batch; returns its number."""
        by_entity: dict[str, list[journal.Record]] = {"organization": [], "engagement": [], "relation": []}
        for record in records:
            name = type(record).__name__.lower()
            by_entity[name].append((record, None) if isinstance(record, Organization) else record)
        with self._writing() as connection:
            integrity.refuse_unknown_names(connection, by_entity)
            batch = journal.open_batch(connection, "edit", label, who or current_user())
            counts = {"added": 0, "updated": 0, "unchanged": 0}
            for entity, items in by_entity.items():
                for key, number in journal.write(connection, batch, entity, items).items():
                    counts[key] += number
            journal.close_batch(connection, batch, counts)
        return batch

    def remove(self, organization_id: str, who: str | None = None) -> int:
        """Delete an organization; returns the batch, which can be undone."""
        self.get(organization_id)
        with self._writing() as connection:
            if queries.is_used(connection, organization_id):
                raise ConflictError(f"{organization_id} takes part in engagements or relations; remove those first")
            if len(queries.with_merged(connection, organization_id)) > 1:
                raise ConflictError(f"others were merged into {organization_id}; undo those merges first")
            batch = journal.open_batch(connection, "edit", f"removal of {organization_id}", who or current_user())
            journal.remove(connection, batch, "organization", [organization_id])
            journal.close_batch(connection, batch, {"removed": 1})
        return batch

    def judge_claim(
        self, organization_id: str, key: tuple[ClaimKind, str, str], status: ClaimStatus, who: str | None = None
    ) -> Organization:
        """Record a person's word on a claim (kind, code, source name): confirmed or rejected.

        Raises
        ------
        UnknownRecordError
            When the organization makes no such claim.
        """

        def judged(organization: Organization) -> Organization:
            if key not in {claim.key for claim in organization.claims}:
                raise UnknownRecordError(f"{organization.name} has no claim {key[0]} {key[1]} from {key[2]}")
            claims = tuple(
                claim.model_copy(update={"status": status}) if claim.key == key else claim
                for claim in organization.claims
            )
            return organization.model_copy(update={"claims": claims})

        return self._edit(organization_id, judged, f"{status.value} {key[0].value} {key[1]}", who)

    def _edit(
        self, organization_id: str, change: Callable[[Organization], Organization], label: str, who: str | None
    ) -> Organization:
        """Read, change and write one organization in one transaction, so that nobody's change is lost."""
        with self._writing() as connection:
            found = integrity.resolved(connection, organization_id)
            changed = change(found)
            batch = journal.open_batch(connection, "edit", f"{label} of {found.name}", who or current_user())
            journal.close_batch(connection, batch, journal.write(connection, batch, "organization", [(changed, None)]))
        return changed

    def add_claim(self, organization_id: str, claim: Claim, who: str | None = None) -> Organization:
        """Add one claim, or replace the one with the same kind, code and source."""

        def grown(organization: Organization) -> Organization:
            kept = tuple(item for item in organization.claims if item.key != claim.key)
            return organization.model_copy(update={"claims": (*kept, claim)})

        return self._edit(organization_id, grown, f"claim {claim.kind.value} {claim.code}", who)

    def annotated(self, reader: str) -> dict[str, str]:
        """Return what a reader of texts has read, as digests by organization id."""
        with self.reading() as connection:
            return annotating.digests(connection, reader)

    def annotate(self, reader: str, source: str, found: Sequence[Annotation], who: str | None = None) -> int:
        """Write claims that a reader found in texts, as one batch; see `kb.annotating.annotate`."""
        with self._writing() as connection:
            return annotating.annotate(connection, reader, source, found, who or current_user())

    # Importing and merging -------------------------------------------------------------------

    def preview(self, parsed: Parsed) -> landing.Preview:
        """Say what an import would do; nothing is changed."""
        with self.reading() as connection:
            return landing.plan(connection, parsed).preview

    def land(
        self, parsed: Parsed, who: str | None = None, progress: Progress = no_progress
    ) -> tuple[int, landing.Preview]:
        """Import a parsed file as one batch that lands whole or not at all; returns its number."""
        with self._writing() as connection:
            return landing.land(connection, parsed, who or current_user(), progress)

    def duplicates(self) -> list[Match]:
        """Return pairs of organizations that are, or may be, the same."""
        with self.reading() as connection:
            return find_duplicates(landing.identities(connection))

    def merge(self, kept_id: str, other_id: str, who: str | None = None) -> int:
        """Merge `other_id` into `kept_id`, keeping every claim; returns the batch, which can be undone.

        Raises
        ------
        ConflictError
            When both ids are the same organization.
        """
        with self._writing() as connection:
            kept, other = integrity.resolved(connection, kept_id), integrity.resolved(connection, other_id)
            if kept.id == other.id:
                raise ConflictError(f"{kept_id} and {other_id} are the same organization already")
            followers = journal.ORGANIZATIONS.read(connection, queries.with_merged(connection, other.id)[1:])
            signposts = [(other, kept.id), *((item, kept.id) for item, _ in followers.values())]
            batch = journal.open_batch(connection, "merge", f"{other.name} into {kept.name}", who or current_user())
            journal.write(connection, batch, "organization", [(absorb(kept, other), None), *signposts], "merged")
            journal.close_batch(connection, batch, {"merged": 1})
        return batch

    # History ---------------------------------------------------------------------------------

    def history(self, record_id: str, entity: str = "organization") -> list[Change]:
        """Return every change of a record, oldest first."""
        with self.reading() as connection:
            return journal.history(connection, entity, record_id)

    def batches(self, limit: int = 100) -> list[Batch]:
        """Return the newest batches first."""
        with self.reading() as connection:
            return journal.batches(connection, limit)

    def undo(self, batch: int, who: str | None = None) -> Batch:
        """Take a batch back; see `kb.journal.undo`."""
        with self._writing() as connection:
            return journal.undo(connection, batch, who or current_user())

    # Briefs ----------------------------------------------------------------------------------

    def save_brief(self, brief: Brief, who: str | None = None) -> int:
        """Save a brief, keeping its earlier versions in the history."""
        with self._writing() as connection:
            batch = journal.open_batch(connection, "edit", f"brief {brief.title}", who or current_user())
            journal.close_batch(connection, batch, journal.write(connection, batch, "brief", [brief]))
        return batch

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

    def briefs(self) -> list[Brief]:
        """Return every brief, by title."""
        with self.reading() as connection:
            ids = [row[0] for row in connection.execute(select(BRIEF.c.id).order_by(BRIEF.c.title))]
            found = journal.BRIEFS.read(connection, ids)
        return [found[key] for key in ids]
