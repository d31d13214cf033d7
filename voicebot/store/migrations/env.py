"""Run by Alembic for each upgrade, on the connection and in the transaction it is given."""

from __future__ import annotations

from alembic import context

from voicebot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table; batches copy it instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
