"""Runs migrations on the connection that the caller hands over."""

from alembic import context
from sqlmodel import SQLModel

from kb import tables  # noqa: F401  (registers the tables)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
