"""Files that no import needs: of an upload that died between its file and its row, or of an import whose last step died."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from core.clock import now
from core.db import Database
from core.imports.storage.files import Storage

YOUNG: Final = timedelta(hours=1)
"""A file that changed within it may be on its way to a row. An upload writes to its file all the time."""

_OURS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.csv(?:\.part)?")


def delete_orphans(db: Database, storage: Storage) -> list[str]:
    """Delete the files that are neither young nor of an import that is still to be worked, or may be because its dead
    letter is open; returns their names. What is not named
    like an upload is left alone.

    Raises:
        OSError: the storage is away.
    """
    before = now() - YOUNG
    old = [found.name for found in storage.list() if found.modified_at < before and _OURS.fullmatch(found.name)]
    if not old:
        return []
    with db.snapshot() as connection:
        needed = {
            key
            for (key,) in connection.execute(
                """
                SELECT storage_key FROM imports i WHERE storage_key = ANY(%s) AND (status IN ('PENDING', 'IN_PROGRESS') OR EXISTS (
                    SELECT FROM dead_letters d WHERE d.subject_id = i.id AND d.replayed_at IS NULL AND d.discarded_at IS NULL
                ))
                """,
                (old,),
            )
        }
    orphans = sorted(set(old) - needed)
    for name in orphans:
        storage.delete(name)
    return orphans
