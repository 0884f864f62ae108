"""Work uploaded files: the edge around `core/imports/run.py`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.imports.run import run_import
from core.imports.storage import LocalStorage
from workers.context import Context


def import_files(context: Context, import_ids: Sequence[UUID]) -> None:
    """Bring each import to its end, from where it stopped."""
    storage = LocalStorage(context.settings.servers.data_dir / "uploads")
    for import_id in import_ids:
        run_import(context.db, context.redis, storage, import_id)
