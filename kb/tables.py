"""Database rows, nothing else: SQLModel tables, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


def _owner(table: str = "organization.number", *, primary: bool = False) -> Column[int]:
    return Column(
        Integer, ForeignKey(table, ondelete="CASCADE"), primary_key=primary, nullable=False, index=not primary
    )


class OrganizationRow(SQLModel, table=True):
    """An organization's identity and texts. `number` is its row in the columnar snapshot's index."""

    __tablename__ = "organization"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    aliases: str = Field(default="", sa_type=Text)
    sector: str | None = None
    kind: str | None = None
    industry: str | None = None
    country: str | None = Field(default=None, index=True)
    city: str = ""
    website: str = ""
    mission: str = Field(default="", sa_type=Text)
    description: str = Field(default="", sa_type=Text)
    text_source: str = Field(default="", sa_type=Text)
    merged_into: str | None = Field(default=None, index=True)
    version: int = 1
    __table_args__ = {"sqlite_autoincrement": True}


class RegistryIdRow(SQLModel, table=True):
    """A number in a public registry."""

    __tablename__ = "registry_id"

    organization_number: int = Field(sa_column=_owner(primary=True))
    scheme: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    __table_args__ = (Index("ix_registry_id_scheme_value", "scheme", "value"),)


class ClaimRow(SQLModel, table=True):
    """A claim; `evidence` is a JSON list."""

    __tablename__ = "claim"

    number: int | None = Field(default=None, primary_key=True)
    organization_number: int = Field(sa_column=_owner())
    kind: str
    code: str
    strength: float
    status: str
    confidence: float
    evidence: str = Field(default="[]", sa_type=Text)
    source_name: str
    source_url: str = ""
    source_row: str = ""
    observed_on: date | None = None
    role: str | None = None
    revenue_share: float | None = None
    __table_args__ = (
        UniqueConstraint("organization_number", "kind", "code", "source_name"),
        Index("ix_claim_kind_code", "kind", "code"),
    )


class EngagementRow(SQLModel, table=True):
    """A programme or project."""

    __tablename__ = "engagement"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    title: str
    text: str = Field(default="", sa_type=Text)
    start_date: date | None = None
    end_date: date | None = None
    causes: str = "[]"
    status: str
    source_name: str
    source_url: str = ""
    source_row: str = ""
    __table_args__ = {"sqlite_autoincrement": True}


class ParticipationRow(SQLModel, table=True):
    """Who took part in an engagement. Organizations are named by id, so that merging needs no rewriting."""

    __tablename__ = "participation"

    engagement_number: int = Field(sa_column=_owner("engagement.number", primary=True))
    organization_id: str = Field(primary_key=True, index=True)
    role: str = "participant"


class RelationRow(SQLModel, table=True):
    """A lasting tie between two organizations."""

    __tablename__ = "relation"

    id: str = Field(primary_key=True)
    subject_id: str = Field(index=True)
    kind: str
    object_id: str = Field(index=True)
    status: str
    evidence: str = Field(default="[]", sa_type=Text)
    source_name: str
    source_url: str = ""
    source_row: str = ""
    observed_on: date | None = None


class BriefRow(SQLModel, table=True):
    """A brief as JSON."""

    __tablename__ = "brief"

    id: str = Field(primary_key=True)
    title: str
    body: str = Field(sa_type=Text)
    version: int = 1


class SourceRecordRow(SQLModel, table=True):
    """Which organization a publisher's record became, and what the record said (a digest)."""

    __tablename__ = "source_record"

    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    target_id: str = Field(index=True)
    digest: str
    batch_number: int = Field(index=True)


class BatchRow(SQLModel, table=True):
    """A set of changes that landed together and can be undone together."""

    __tablename__ = "batch"

    number: int | None = Field(default=None, primary_key=True)
    kind: str
    label: str
    digest: str = ""
    who: str
    at: datetime
    counts: str = "{}"
    undone_at: datetime | None = None


class ChangeRow(SQLModel, table=True):
    """One recorded change. `before` is the whole record as JSON, null when it was added.

    What a record was afterwards is the next change's `before`, or the record as it stands.
    """

    __tablename__ = "change"

    number: int | None = Field(default=None, primary_key=True)
    batch_number: int = Field(sa_column=_owner("batch.number"))
    entity: str
    entity_id: str
    action: str
    before: str | None = Field(default=None, sa_type=Text)
    __table_args__ = (Index("ix_change_entity", "entity", "entity_id"), {"sqlite_autoincrement": True})


class CaseEventRow(SQLModel, table=True):
    """One event of the trail. It is never changed: its digest covers it and the event before it.

    `at` is text (ISO 8601, UTC), so that the digest covers what is stored, letter by letter.
    """

    __tablename__ = "case_event"

    number: int | None = Field(default=None, primary_key=True)
    stream: str = Field(index=True)
    kind: str
    body: str = Field(sa_type=Text)
    who: str
    at: str
    previous: str = Field(unique=True)
    digest: str = Field(unique=True)
    __table_args__ = {"sqlite_autoincrement": True}


class TrailHeadRow(SQLModel, table=True):
    """The newest event of the trail, so that events missing at its end are noticed. One row, `id` 1."""

    __tablename__ = "trail_head"

    id: int | None = Field(default=None, primary_key=True)
    number: int
    digest: str


class WatchlistRow(SQLModel, table=True):
    """A copy of a watchlist: the one in use, and the one that it replaced."""

    __tablename__ = "watchlist"

    number: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True)
    in_use: bool
    title: str
    publisher: str
    published_on: date | None = None
    read_on: date
    entities: int
    digest: str
    imported_by: str
    imported_at: datetime
    replaced: int | None = None
    counts: str = "{}"
    rejections: str = Field(default="[]", sa_type=Text)
    __table_args__ = {"sqlite_autoincrement": True}


class ListedEntityRow(SQLModel, table=True):
    """An entry of a watchlist, in the order of the file; lists of texts are JSON."""

    __tablename__ = "listed_entity"

    watchlist_number: int = Field(sa_column=_owner("watchlist.number", primary=True))
    entity_id: str = Field(primary_key=True)
    position: int
    name: str = Field(sa_type=Text)
    aliases: str = Field(default="[]", sa_type=Text)
    weak_aliases: str = Field(default="[]", sa_type=Text)
    countries: str = "[]"
    registration_numbers: str = Field(default="[]", sa_type=Text)
    programme: str = Field(default="", sa_type=Text)
    measure: str = Field(default="", sa_type=Text)
    grounds: str = Field(default="", sa_type=Text)
    start: date | None = None
    end: date | None = None
    locator: str = Field(default="", sa_type=Text)
    kind: str
