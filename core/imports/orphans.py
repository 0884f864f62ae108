"""Files that no import needs: of an upload that died between its file and its row, or of an import whose last step died."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from core.clock import now
from core.db import RawConnection
from core.imports.progress import UNFINISHED
from core.imports.storage.files import Storage

YOUNG: Final = timedelta(hours=1)
"""A file that changed within it may be on its way to a row. An upload writes to its file all the time."""

_OURS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.csv(?:\.part)?")


def find_old(storage: Storage) -> list[str]:
    """The names of files that are not young. What is not named like an upload is left out.

    Raises:
        OSError: the storage is away.
    """
    before = now() - YOUNG
    return [found.name for found in storage.list() if found.modified_at < before and _OURS.fullmatch(found.name)]


def find_orphans(connection: RawConnection, names: Sequence[str]) -> list[str]:
    """Those of these files that belong to no import that is still to be worked, or may be, because its dead letter is open."""
    rows = connection.execute(
        """
        SELECT storage_key FROM imports i WHERE storage_key = ANY(%s) AND (status = ANY(%s) OR EXISTS (
            SELECT FROM dead_letters d WHERE d.subject_id = i.id AND d.replayed_at IS NULL AND d.discarded_at IS NULL
        ))
        """,
        (list(names), list(UNFINISHED)),
    ).fetchall()
    return sorted(set(names) - {row[0] for row in rows})
