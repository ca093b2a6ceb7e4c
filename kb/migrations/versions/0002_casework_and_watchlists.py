"""Casework and watchlists: the trail that only grows, and copies of published lists.

Triggers refuse to change, delete, replace or slip in events of the trail. An owner of the database can take triggers
away; what gets past them is found by `kb.casework.trail.verify`. On a server, rights do more: a user of the program
needs no UPDATE, DELETE or TRUNCATE on `case_event`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONLY_GROWS = (
    "CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event BEGIN "
    "SELECT RAISE(ABORT, 'the trail only grows: an event cannot be changed'); END",
    "CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event BEGIN "
    "SELECT RAISE(ABORT, 'the trail only grows: an event cannot be deleted'); END",
    "CREATE TRIGGER case_event_at_the_end BEFORE INSERT ON case_event "
    "WHEN new.number <= (SELECT coalesce(max(number), 0) FROM case_event) "
    "OR EXISTS (SELECT 1 FROM case_event WHERE previous = new.previous OR digest = new.digest) BEGIN "
    "SELECT RAISE(ABORT, 'the trail only grows: an event can only be added at its end'); END",
    "CREATE TRIGGER trail_head_no_delete BEFORE DELETE ON trail_head BEGIN "
    "SELECT RAISE(ABORT, 'the trail only grows: its head cannot be deleted'); END",
    "CREATE TRIGGER trail_head_forward BEFORE UPDATE ON trail_head WHEN new.number <= old.number BEGIN "
    "SELECT RAISE(ABORT, 'the trail only grows: its head cannot go back'); END",
    "CREATE TRIGGER trail_head_once BEFORE INSERT ON trail_head WHEN EXISTS (SELECT 1 FROM trail_head) BEGIN "
    "SELECT RAISE(ABORT, 'the trail only grows: it has one head'); END",
)

POSTGRES_GUARD = (
    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {check} "
    "RAISE EXCEPTION 'the trail only grows: {said}'; END $$"
)
POSTGRES_ONLY_GROWS = (
    POSTGRES_GUARD.format(name="case_event_kept", check="", said="an event cannot be changed or deleted"),
    "CREATE TRIGGER case_event_kept BEFORE UPDATE OR DELETE ON case_event FOR EACH ROW "
    "EXECUTE FUNCTION case_event_kept()",
    "CREATE TRIGGER case_event_not_emptied BEFORE TRUNCATE ON case_event FOR EACH STATEMENT "
    "EXECUTE FUNCTION case_event_kept()",
    POSTGRES_GUARD.format(
        name="case_event_at_the_end",
        check="IF (SELECT count(*) FROM case_event WHERE number >= (SELECT min(number) FROM rows_now)) = "
        "(SELECT count(*) FROM rows_now) THEN RETURN NULL; END IF;",
        said="an event can only be added at its end",
    ),
    "CREATE TRIGGER case_event_at_the_end AFTER INSERT ON case_event REFERENCING NEW TABLE AS rows_now "
    "FOR EACH STATEMENT EXECUTE FUNCTION case_event_at_the_end()",
    POSTGRES_GUARD.format(name="trail_head_kept", check="", said="its head cannot be deleted, and it has one"),
    "CREATE TRIGGER trail_head_kept BEFORE INSERT OR DELETE ON trail_head FOR EACH ROW "
    "EXECUTE FUNCTION trail_head_kept()",
    "CREATE TRIGGER trail_head_not_emptied BEFORE TRUNCATE ON trail_head FOR EACH STATEMENT "
    "EXECUTE FUNCTION trail_head_kept()",
    POSTGRES_GUARD.format(
        name="trail_head_forward",
        check="IF new.number > old.number AND new.id = old.id THEN RETURN new; END IF;",
        said="its head cannot go back",
    ),
    "CREATE TRIGGER trail_head_forward BEFORE UPDATE ON trail_head FOR EACH ROW EXECUTE FUNCTION trail_head_forward()",
    "ALTER TABLE case_event ALTER COLUMN number DROP DEFAULT",
    "DROP SEQUENCE case_event_number_seq",
)
POSTGRES_BYTE_ORDER = (
    "DO $$ DECLARE c record; BEGIN FOR c IN SELECT table_name, column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying') "
    "AND collation_name IS DISTINCT FROM 'C' LOOP "
    "EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE %s COLLATE \"C\"', c.table_name, c.column_name, c.data_type); "
    "END LOOP; END $$"
)


def upgrade() -> None:
    """Create the tables, and the triggers that guard the trail."""
    op.create_table(
        "case_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("previous"),
        sa.UniqueConstraint("digest"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_case_event_stream"), "case_event", ["stream"], unique=False)
    head = op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "digest": ""}])
    op.create_table(
        "watchlist",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("entities", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced", sa.Integer(), nullable=True),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("rejections", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_watchlist_code"), "watchlist", ["code"], unique=False)
    op.create_table(
        "listed_entity",
        sa.Column("watchlist_number", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("weak_aliases", sa.Text(), nullable=False),
        sa.Column("countries", sa.String(), nullable=False),
        sa.Column("registration_numbers", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["watchlist_number"], ["watchlist.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("watchlist_number", "entity_id"),
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ONLY_GROWS if on_sqlite else (POSTGRES_BYTE_ORDER, *POSTGRES_ONLY_GROWS):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if not on_sqlite else statement)
