"""Run by Alembic, with the connection and the transaction that core.registry.schema hands over."""

from __future__ import annotations

from alembic import context

from core.registry.tables.metadata import full_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=full_metadata(),
    render_as_batch=True,
    # SQLite's own statements are transactional when nobody commits in between; the caller does so at the end.
    transactional_ddl=True,
)
context.run_migrations()
