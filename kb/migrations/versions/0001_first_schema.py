"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FULL_TEXT = (
    "CREATE VIRTUAL TABLE organization_fts USING fts5(name, aliases, mission, description, "
    "content='organization', content_rowid='number', tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER organization_fts_insert AFTER INSERT ON organization BEGIN "
    "INSERT INTO organization_fts(rowid, name, aliases, mission, description) "
    "VALUES (new.number, new.name, new.aliases, new.mission, new.description); END",
    "CREATE TRIGGER organization_fts_delete AFTER DELETE ON organization BEGIN "
    "INSERT INTO organization_fts(organization_fts, rowid, name, aliases, mission, description) "
    "VALUES ('delete', old.number, old.name, old.aliases, old.mission, old.description); END",
    "CREATE TRIGGER organization_fts_update AFTER UPDATE OF name, aliases, mission, description ON organization BEGIN "
    "INSERT INTO organization_fts(organization_fts, rowid, name, aliases, mission, description) "
    "VALUES ('delete', old.number, old.name, old.aliases, old.mission, old.description); "
    "INSERT INTO organization_fts(rowid, name, aliases, mission, description) "
    "VALUES (new.number, new.name, new.aliases, new.mission, new.description); END",
)

POSTGRES_WORDS = (
    "CREATE TABLE organization_words (organization_number INTEGER PRIMARY KEY "
    "REFERENCES organization (number) ON DELETE CASCADE, name TEXT NOT NULL, aliases TEXT NOT NULL, "
    "mission TEXT NOT NULL, description TEXT NOT NULL, tokens INTEGER NOT NULL, words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_organization_words_words ON organization_words USING gin (words) WITH (fastupdate = off)",
    "CREATE TABLE organization_words_total (organizations BIGINT NOT NULL, tokens BIGINT NOT NULL)",
    "INSERT INTO organization_words_total VALUES (0, 0)",
    "CREATE FUNCTION organization_words_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE organization_words_total t SET organizations = t.organizations + n.organizations, "
    "tokens = t.tokens + n.tokens FROM (SELECT count(*) AS organizations, coalesce(sum(tokens), 0) AS tokens "
    "FROM rows_now) n WHERE n.organizations > 0; RETURN NULL; END $$",
    "CREATE FUNCTION organization_words_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE organization_words_total t SET organizations = t.organizations - n.organizations, "
    "tokens = t.tokens - n.tokens FROM (SELECT count(*) AS organizations, coalesce(sum(tokens), 0) AS tokens "
    "FROM rows_before) n WHERE n.organizations > 0; RETURN NULL; END $$",
    "CREATE TRIGGER organization_words_added AFTER INSERT ON organization_words REFERENCING NEW TABLE AS rows_now "
    "FOR EACH STATEMENT EXECUTE FUNCTION organization_words_added()",
    "CREATE TRIGGER organization_words_gone AFTER DELETE ON organization_words REFERENCING OLD TABLE AS rows_before "
    "FOR EACH STATEMENT EXECUTE FUNCTION organization_words_gone()",
)
POSTGRES_BYTE_ORDER = (
    "DO $$ DECLARE c record; BEGIN FOR c IN SELECT table_name, column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying') "
    "AND collation_name IS DISTINCT FROM 'C' LOOP "
    "EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE %s COLLATE \"C\"', c.table_name, c.column_name, c.data_type); "
    "END LOOP; END $$"
)
"""Texts are compared byte by byte, as on SQLite, whatever language the server speaks."""


def upgrade() -> None:
    """Create every table and full-text search."""
    op.create_table(
        "batch",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "brief",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "engagement",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("causes", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("source_row", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "organization",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("industry", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("text_source", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_organization_country"), "organization", ["country"], unique=False)
    op.create_index(op.f("ix_organization_merged_into"), "organization", ["merged_into"], unique=False)
    op.create_table(
        "relation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("source_row", sa.String(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_relation_object_id"), "relation", ["object_id"], unique=False)
    op.create_index(op.f("ix_relation_subject_id"), "relation", ["subject_id"], unique=False)
    op.create_table(
        "source_record",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key"),
    )
    op.create_index(op.f("ix_source_record_batch_number"), "source_record", ["batch_number"], unique=False)
    op.create_index(op.f("ix_source_record_target_id"), "source_record", ["target_id"], unique=False)
    op.create_table(
        "change",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_number"], ["batch.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_change_batch_number"), "change", ["batch_number"], unique=False)
    op.create_index("ix_change_entity", "change", ["entity", "entity_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organization_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("source_row", sa.String(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("revenue_share", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["organization_number"], ["organization.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("organization_number", "kind", "code", "source_name"),
    )
    op.create_index("ix_claim_kind_code", "claim", ["kind", "code"], unique=False)
    op.create_index(op.f("ix_claim_organization_number"), "claim", ["organization_number"], unique=False)
    op.create_table(
        "participation",
        sa.Column("engagement_number", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_number"], ["engagement.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("engagement_number", "organization_id"),
    )
    op.create_index(op.f("ix_participation_organization_id"), "participation", ["organization_id"], unique=False)
    op.create_table(
        "registry_id",
        sa.Column("organization_number", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organization_number"], ["organization.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organization_number", "scheme", "value"),
    )
    op.create_index("ix_registry_id_scheme_value", "registry_id", ["scheme", "value"], unique=False)

    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in FULL_TEXT if on_sqlite else (*POSTGRES_WORDS, POSTGRES_BYTE_ORDER):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if not on_sqlite else statement)
