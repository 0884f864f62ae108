"""The script that Alembic runs. `core.migrations.upgrade.upgrade` calls Alembic and passes an open connection."""

from __future__ import annotations

from alembic import context

from core.migrations.metadata import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, compare_server_default=True)
with context.begin_transaction():
    context.run_migrations()
