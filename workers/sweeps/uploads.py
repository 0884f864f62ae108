"""The sweep's step for uploads: delete the files that no import needs."""

from __future__ import annotations

from core.db import Database
from core.imports import orphans
from core.imports.storage.files import Storage


def delete_orphans(db: Database, storage: Storage) -> list[str]:
    """Delete old files that do not belong to an unfinished import. Returns their names.

    Raises:
        OSError: the storage cannot be reached.
    """
    old = orphans.find_old(storage)
    if not old:
        return []
    with db.snapshot() as connection:
        unneeded = orphans.find_orphans(connection, old)
    for name in unneeded:
        storage.delete(name)
    return unneeded
