"""Checks whether any worker is there to do the accepted work."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg

from api.readiness.check import Check, Finding
from api.readiness.codes import Code
from api.readiness.connection import CheckConnection
from api.readiness.worker_presence import PresenceTracker
from core.clock import now
from core.db import UnusableDatabase
from core.heartbeats import queries
from core.heartbeats.queries import Heartbeat

NOBODY = "No worker answers; bookings are accepted, and wait until one is started."


class WorkersCheck(Check):
    """`answering`: the workers that were able to work a moment ago, for other checks; None before the first check."""

    name = "workers"

    def __init__(self, connection: CheckConnection) -> None:
        self._connection = connection
        self._tracker = PresenceTracker()
        self._nobody_since: datetime | None = None
        """Since when no worker answers. It is kept, so that it is the same in each check. None: a worker answers, or none ever did."""
        self.answering: list[Heartbeat] | None = None

    async def run(self) -> list[Finding]:
        try:
            found = await self._connection.fetch_as(Heartbeat, queries.LIST_ALL)
        except (psycopg.Error, OSError, UnusableDatabase):
            self._tracker.could_not_read()
            return []  # `PostgresCheck` reports why
        presence = self._tracker.update(found)
        self.answering = presence.answering
        if not presence.nobody_answers:
            self._nobody_since = None
        elif self._nobody_since is None and presence.quiet_seconds is not None:
            self._nobody_since = now() - timedelta(seconds=presence.quiet_seconds)
        findings = [Finding(Code.NO_WORKER, NOBODY, since=self._nobody_since)] if presence.nobody_answers else []
        return [*findings, *map(_silent, presence.silent)]


def _silent(worker: Heartbeat) -> Finding:
    return Finding(
        Code.WORKER_SILENT,
        f"The worker on {worker.host} (process {worker.pid}) has stopped answering, and was not stopped regularly: it is frozen, stuck or "
        "dead.",
        since=worker.seen_at,
    )
