"""Words of new organizations are indexed by one statement after those that insert them, no longer row by row.

A trigger makes the index put away what it holds at every row, which takes several times as long as all else. Changes
and removals keep their triggers.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the trigger away; a server never had it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER organization_fts_insert")
