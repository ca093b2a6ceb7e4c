"""Runs migrations on the connection that the caller hands over."""

from alembic import context

from kb import tables  # noqa: F401  (registers the tables)
from sqlmodel import SQLModel

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
