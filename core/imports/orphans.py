"""Uploaded files that no import needs: the process crashed before the import was stored, or before the file of a finished import
was deleted.
"""

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
"""A file that was changed more recently than this may belong to an upload that is still running."""

_OURS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.csv(?:\.part)?")


def find_old(storage: Storage) -> list[str]:
    """The names of uploaded files that are older than `YOUNG`. Files that are not named like an upload are ignored.

    Raises:
        OSError: the storage cannot be reached.
    """
    before = now() - YOUNG
    return [found.name for found in storage.list() if found.modified_at < before and _OURS.fullmatch(found.name)]


def find_orphans(connection: RawConnection, names: Sequence[str]) -> list[str]:
    """Those of these files that belong to no unfinished import, and to no failed one with an open dead letter, which may be
    replayed.
    """
    rows = connection.execute(
        """
        SELECT storage_key FROM imports i WHERE storage_key = ANY(%s) AND (status = ANY(%s) OR EXISTS (
            SELECT FROM dead_letters d WHERE d.subject_id = i.id AND d.replayed_at IS NULL AND d.discarded_at IS NULL
        ))
        """,
        (list(names), list(UNFINISHED)),
    ).fetchall()
    return sorted(set(names) - {row[0] for row in rows})
