"""The sweep's step for imports: send imports again that no worker has."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from core.imports import progress
from core.lease import LEASE_SECONDS
from core.messaging.messages import ImportFile
from core.sweeps.models import FindingKind
from workers.context import Context

AGAIN_SECONDS: Final = LEASE_SECONDS * 2.0
"""If an import still waits after this time, it is sent again, because its message may be lost."""


class ImportStep:
    """The step for imports. It remembers in memory what it has sent. It does not renew the lease in Postgres, because a worker
    may only claim an import whose lease has ended.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sent_at: dict[UUID, float] = {}

    def run(self) -> None:
        with self._context.db.transaction() as connection:
            waiting = progress.list_waiting(connection)
        now = time.monotonic()
        sent_at = {each: self._sent_at[each] for each in waiting if now - self._sent_at.get(each, -AGAIN_SECONDS) < AGAIN_SECONDS}
        due = [each for each in waiting if each not in sent_at]
        self._sent_at = sent_at | dict.fromkeys(due, now)
        sent = sum(self._context.dispatcher.send(ImportFile((import_id,))) for import_id in due)
        self._context.findings.note(FindingKind.LATE_IMPORTS, len(due), sent)
