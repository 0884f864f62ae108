"""The sweep's step for bookings: send PENDING bookings again whose lease has ended, and give up those with too many attempts."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

import redis
import structlog
from psycopg.errors import LockNotAvailable

from core.bookings.unfinished import leases
from core.db.bisect import isolated
from core.db.session import limit_lock_wait
from core.lifecycle import give_up
from core.messaging.messages import Queue, ReserveAlone, ReserveBookings
from core.sweeps.models import FindingKind
from core.telemetry.incidents import Incidents
from workers.context import Context

BACKLOG_MESSAGES: Final = 200
"""If so many messages wait, due bookings are probably still in the queue, and sending them again would double the backlog."""
LOST_SECONDS: Final = 2.0
"""After Redis lost its data: how long one pass sends bookings again. The next pass continues."""

_log = structlog.get_logger(__name__)
_unended = Incidents(_log, "a booking that cannot be ended", level=logging.ERROR)


class BookingStep:
    """The step for bookings. After Redis lost its data, it remembers how far it has sent bookings again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_lost = False
        """Whether Redis lost its data and not everything has been sent again yet."""
        self._leased_before: datetime | None = None
        """Bookings whose lease ends before this have not been sent again yet. None: none has been sent again."""

    def redis_was_lost(self) -> None:
        """Redis lost its data: all unfinished bookings have to be sent again, also those that were sent after an earlier loss."""
        self._is_lost = True
        self._leased_before = None

    def run(self) -> None:
        """Run the step once. Call it only while Redis answers."""
        if self._is_lost:
            self._send_what_was_lost()
        elif not self._is_moving():
            self._send_due()

    def _send_what_was_lost(self) -> None:
        """Send all unfinished bookings again, in slices, because each statement has a time limit."""
        began_at = time.monotonic()
        bookings = 0
        while True:
            with self._context.db.transaction() as connection:
                self._leased_before = self._leased_before or leases.read_end_of_lost_lease(connection)
                taken = leases.lease_lost_bookings(connection, self._leased_before)
            self._is_lost = len(taken) == leases.LIMIT
            self._context.findings.note(FindingKind.LOST_BOOKINGS, len(taken), self._send(taken))
            bookings += len(taken)
            if not self._is_lost or time.monotonic() - began_at >= LOST_SECONDS:
                break
        if bookings:
            _log.warning("Redis was lost, so everything unfinished is sent again", bookings=bookings, more=self._is_lost)

    def _send_due(self) -> None:
        with self._context.db.transaction() as connection:
            due = leases.lease_due_bookings(connection)
        sent = self._send(due.together)
        sent += sum(self._context.dispatcher.send(ReserveAlone((booking_id,))) for booking_id in due.alone)
        self._context.findings.note(FindingKind.LATE_BOOKINGS, len(due.together) + len(due.alone), sent)
        if due.given_up:
            left: list[UUID] = []

            def leave(booking_id: UUID, error: Exception) -> None:
                left.append(booking_id)
                _unended.failed(booking_id, booking_id=str(booking_id), exc_info=error)

            isolated(self._give_up, due.given_up, leave, also=(LockNotAvailable,))
            self._context.findings.note(FindingKind.HOPELESS_BOOKINGS, len(due.given_up), len(due.given_up) - len(left))

    def _is_moving(self) -> bool:
        with suppress(redis.RedisError):
            return self._context.dispatcher.depth(Queue.BOOKINGS) >= BACKLOG_MESSAGES
        return False

    def _send(self, booking_ids: Sequence[UUID]) -> int:
        """Send messages. Returns the number of bookings that were sent."""
        return self._context.dispatcher.send_all(ReserveBookings.for_ids(booking_ids))

    def _give_up(self, booking_ids: Sequence[UUID]) -> None:
        with self._context.db.transaction() as connection:
            limit_lock_wait(connection)
            after = give_up.give_up(connection, booking_ids)
        after.run(self._context.redis, self._context.dispatcher)
