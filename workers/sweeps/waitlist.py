"""The sweep's step for waiting lists: close those of departed flights, and offer free seats that did not come from a booking.

Seats that a booking gives back are offered in the same transaction. This step is for other free seats: an import has raised the
capacity of a flight, or somebody has changed the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from psycopg.errors import LockNotAvailable

from core.db.bisect import isolated
from core.db.session import limit_lock_wait
from core.flights import seat_counts
from core.lifecycle import offer_seats
from core.sweeps.models import FindingKind
from core.telemetry.incidents import Incidents
from core.waitlist import entries, parties
from workers.context import Context

PERIOD_SECONDS: Final = 5.0
FLIGHTS_AT_ONCE: Final = 50
CLOSED_IN_A_ROUND: Final = 5_000

_unoffered = Incidents(structlog.get_logger(__name__), "free seats that cannot be offered now", level=logging.ERROR)


class WaitlistStep:
    """The step for waiting lists. It remembers when it last ran."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._went_at = -PERIOD_SECONDS

    def run(self) -> None:
        """Run the step, unless it ran less than `PERIOD_SECONDS` ago."""
        if time.monotonic() - self._went_at < PERIOD_SECONDS:
            return
        self._went_at = time.monotonic()
        context = self._context
        with context.db.transaction() as connection:
            entries.close_departed(connection, limit=CLOSED_IN_A_ROUND)
            neglected = parties.find_flights_with_room(connection, limit=FLIGHTS_AT_ONCE)
            # If another transaction has locked a flight, such as an import that stores a chunk, the next run tries again.
            neglected = seat_counts.find_unlocked(connection, neglected)
        if neglected:
            left: list[UUID] = []

            def leave(flight_id: UUID, error: Exception) -> None:
                left.append(flight_id)
                _unoffered.failed(flight_id, flight_id=str(flight_id), error=repr(error))

            isolated(self._offer, neglected, leave, also=(LockNotAvailable,))
            context.findings.note(FindingKind.UNOFFERED_SEATS, len(neglected), len(neglected) - len(left))

    def _offer(self, flight_ids: Sequence[UUID]) -> None:
        context = self._context
        with context.db.transaction() as connection:
            limit_lock_wait(connection)
            after = offer_seats.offer_free_seats(connection, flight_ids, hold_minutes=context.settings.booking.hold_minutes)
        after.run(context.redis, context.dispatcher)
