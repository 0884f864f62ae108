"""The sweep's round for waiting lists: closes those of departed flights, and offers seats that no cancellation freed.

Seats that a booking gives back are offered where they are given back. What is left are larger aircraft in an imported file, and
whatever an engineer does by hand.
"""

from __future__ import annotations

import time
from typing import Final

from core.bookings.effects import carry_out
from core.waitlist import entries, offers
from workers.context import Context

PERIOD_SECONDS: Final = 5.0
FLIGHTS_AT_ONCE: Final = 50
CLOSED_IN_A_ROUND: Final = 5_000


class WaitlistRound:
    """Remembers when it went round last."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._went_at = -PERIOD_SECONDS

    def go(self) -> None:
        """One round, unless the last one is fresh."""
        if time.monotonic() - self._went_at < PERIOD_SECONDS:
            return
        self._went_at = time.monotonic()
        context = self._context
        with context.db.transaction() as connection:
            entries.close_departed(connection, limit=CLOSED_IN_A_ROUND)
            neglected = offers.find_neglected(connection, limit=FLIGHTS_AT_ONCE)
        if neglected:
            with context.db.transaction() as connection:
                effects = offers.offer_free_seats(connection, neglected, hold_minutes=context.settings.booking.hold_minutes)
            carry_out(effects, context.redis, context.dispatcher)
