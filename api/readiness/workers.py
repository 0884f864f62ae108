"""Does anybody work what is accepted here?"""

from __future__ import annotations

import psycopg

from api.readiness.attendance import AttendanceBook
from api.readiness.codes import Code
from api.readiness.connection import LookConnection
from api.readiness.look import Finding, Look
from core.db import UnusableDatabase
from core.heartbeats import queries
from core.heartbeats.queries import Heartbeat

NOBODY = "No worker answers; bookings are accepted, and wait until one is started."


class WorkersLook(Look):
    """`answering` is asked by others: the workers that were able to work a moment ago; None before the first look."""

    name = "workers"

    def __init__(self, connection: LookConnection) -> None:
        self._connection = connection
        self._book = AttendanceBook()
        self.answering: list[Heartbeat] | None = None

    async def ask(self) -> list[Finding]:
        try:
            found = await self._connection.fetch_as(Heartbeat, queries.LIST_ALL)
        except (psycopg.Error, OSError, UnusableDatabase):
            self._book.could_not_look()
            return []  # the look at Postgres says why
        attendance = self._book.note(found)
        self.answering = attendance.answering
        findings = [Finding(Code.NO_WORKER, NOBODY)] if attendance.is_nobody_there else []
        return [*findings, *map(_silent, attendance.silent)]


def _silent(worker: Heartbeat) -> Finding:
    return Finding(
        Code.WORKER_SILENT,
        f"The worker on {worker.host} (process {worker.pid}) has stopped answering, and was not told to end: it is frozen, stuck or "
        "dead.",
        since=worker.seen_at,
    )
