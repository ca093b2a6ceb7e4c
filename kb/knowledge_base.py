"""The one way into a knowledge base: open, read, search, change, undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from kb import annotating, engine, integrity, journal, landing, queries
from kb.annotating import Annotation
from kb.brief import Brief
from kb.casework.store import Casework
from kb.duplicates import Match, find_duplicates
from kb.errors import ConflictError, UnknownRecordError
from kb.importing.parsed import Parsed, Progress, no_progress
from kb.journal import Batch
from kb.lookups import Lookups
from kb.merging import absorb
from kb.organization import Claim, ClaimKind, ClaimStatus, Engagement, Organization, Relation
from kb.people import current_user, require
from kb.roles import Permission
from kb.watchlist_store import WatchlistStore


class KnowledgeBase(Lookups):
    """A knowledge base on one database.

    Every method is a transaction of its own; every change is recorded in the journal.
    """

    @classmethod
    def open(cls, url: str | Path | None = None, *, create: bool = True) -> Self:
        """Open the knowledge base at a path or URL (default: ``DANCECARD_KB``, or the user's data folder).

        Parameters
        ----------
        url : str or Path, optional
            The path of a SQLite file, or ``postgresql+psycopg://USER:PASSWORD@SERVER/DATABASE``.
        create : bool
            Create a knowledge base where there is none.

        Raises
        ------
        kb.errors.KbError
            One of the subclasses named in `kb.engine.open_engine`.
        """
        return cls(engine.open_engine(url or engine.default_url(), create=create))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        require(Permission.CHANGE)
        with engine.writing(self._engine, self.address) as connection:
            yield connection

    @property
    def casework(self) -> Casework:
        """Vetting cases, partnerships, plans, and the trail of all of them; see `kb.casework`."""
        return Casework(self.reading, self._writing)

    @property
    def watchlists(self) -> WatchlistStore:
        """The lists of sanctioned and debarred organizations; see `kb.watchlist_store`."""
        return WatchlistStore(self.reading, self._writing)

    # Changing --------------------------------------------------------------------------------

    def add(
        self,
        *records: Organization | Engagement | Relation,
        who: str | None = None,
        label: str = "edit",
        based_on: Mapping[str, int] | None = None,
    ) -> int:
        """Add or replace organizations, engagements and relations as one batch; returns its number.

        Parameters
        ----------
        *records : Organization, Engagement or Relation
        who : str, optional
        label : str
        based_on : mapping of str to int, optional
            `version` of the organizations that were edited, when they were read; 0 for one that must be new.

        Raises
        ------
        ConflictError
            When somebody changed one of them since; the message says who and when, and nothing is changed.
        UnknownOrganizationError
            When a record names an organization that is not there.
        """
        by_entity: dict[str, list[journal.Record]] = {"organization": [], "engagement": [], "relation": []}
        for record in records:
            name = type(record).__name__.lower()
            by_entity[name].append((record, None) if isinstance(record, Organization) else record)
        with self._writing() as connection:
            integrity.refuse_stale(connection, "organization", based_on or {})
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
        with self._writing() as connection:
            integrity.resolved(connection, organization_id)
            if queries.is_used(connection, organization_id):
                raise ConflictError(f"{organization_id} takes part in engagements or relations; remove those first")
            if len(queries.with_merged(connection, organization_id)) > 1:
                raise ConflictError(f"others were merged into {organization_id}; undo those merges first")
            batch = journal.open_batch(connection, "edit", f"removal of {organization_id}", who or current_user())
            journal.remove(connection, batch, "organization", [organization_id])
            journal.close_batch(connection, batch, {"removed": 1})
        return batch

    def judge_claim(
        self,
        organization_id: str,
        key: tuple[ClaimKind, str, str],
        status: ClaimStatus,
        who: str | None = None,
        seen: Claim | None = None,
    ) -> Organization:
        """Record a person's word on a claim (kind, code, source name): confirmed or rejected.

        Parameters
        ----------
        organization_id : str
        key : tuple
        status : ClaimStatus
        who : str, optional
        seen : Claim, optional
            The claim that the person looked at; one that was changed since is not judged.

        Raises
        ------
        ConflictError
            When somebody changed the claim since it was looked at.
        UnknownRecordError
            When the organization makes no such claim.
        """

        def judged(connection: Connection, organization: Organization) -> Organization:
            integrity.refuse_changed_claim(connection, organization, seen)
            if key not in {claim.key for claim in organization.claims}:
                raise UnknownRecordError(f"{organization.name} has no claim {key[0]} {key[1]} from {key[2]}")
            claims = tuple(
                claim.model_copy(update={"status": status}) if claim.key == key else claim
                for claim in organization.claims
            )
            return organization.model_copy(update={"claims": claims})

        return self._edit(organization_id, judged, f"{status.value} {key[0].value} {key[1]}", who)

    def _edit(
        self,
        organization_id: str,
        change: Callable[[Connection, Organization], Organization],
        label: str,
        who: str | None,
    ) -> Organization:
        """Read, change and write one organization in one transaction, so that nobody's change is lost."""
        with self._writing() as connection:
            found = integrity.resolved(connection, organization_id)
            changed = change(connection, found)
            batch = journal.open_batch(connection, "edit", f"{label} of {found.name}", who or current_user())
            journal.close_batch(connection, batch, journal.write(connection, batch, "organization", [(changed, None)]))
        return changed

    def add_claim(
        self, organization_id: str, claim: Claim, who: str | None = None, seen: Claim | None = None
    ) -> Organization:
        """Add one claim, or replace the one with the same kind, code and source.

        Raises
        ------
        ConflictError
            When `seen`, the claim that was edited, was changed by somebody since it was looked at.
        """

        def grown(connection: Connection, organization: Organization) -> Organization:
            integrity.refuse_changed_claim(connection, organization, seen)
            kept = tuple(item for item in organization.claims if item.key != claim.key)
            return organization.model_copy(update={"claims": (*kept, claim)})

        return self._edit(organization_id, grown, f"claim {claim.kind.value} {claim.code}", who)

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

    def undo(self, batch: int, who: str | None = None) -> Batch:
        """Take a batch back; see `kb.journal.undo`."""
        with self._writing() as connection:
            return journal.undo(connection, batch, who or current_user())

    # Briefs ----------------------------------------------------------------------------------

    def save_brief(self, brief: Brief, who: str | None = None, based_on: int | None = None) -> int:
        """Save a brief, keeping its earlier versions in the history.

        Parameters
        ----------
        brief : Brief
        who : str, optional
        based_on : int, optional
            `brief_version` when it was read; 0 for one that must be new.

        Raises
        ------
        ConflictError
            When somebody saved it since; the message says who and when.
        """
        with self._writing() as connection:
            if based_on is not None:
                integrity.refuse_stale(connection, "brief", {brief.id: based_on})
            batch = journal.open_batch(connection, "edit", f"brief {brief.title}", who or current_user())
            journal.close_batch(connection, batch, journal.write(connection, batch, "brief", [brief]))
        return batch
