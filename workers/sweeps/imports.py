"""The sweep's round for imports: sends those again that no worker has."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from core.imports import progress
from core.lease import LEASE_SECONDS
from core.messaging.messages import ImportFile
from core.telemetry.metrics import SWEEP_FOUND
from workers.context import Context

AGAIN_SECONDS: Final = LEASE_SECONDS * 2.0
"""An import that still waits is sent again after so long: its message may be lost."""


class ImportRound:
    """Remembers what it has sent. In Postgres the lease stays over until a worker begins: by that a worker knows what it may take."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sent_at: dict[UUID, float] = {}

    def go(self) -> None:
        with self._context.db.transaction() as connection:
            waiting = progress.list_waiting(connection)
        now = time.monotonic()
        sent_at = {each: self._sent_at[each] for each in waiting if now - self._sent_at.get(each, -AGAIN_SECONDS) < AGAIN_SECONDS}
        due = [each for each in waiting if each not in sent_at]
        SWEEP_FOUND.labels("late_imports").inc(len(due))
        self._sent_at = sent_at | dict.fromkeys(due, now)
        for import_id in due:
            self._context.dispatcher.send(ImportFile((import_id,)))
