"""The sweep's step for the history: writes each minute when it is over, and once more when its bookings have had time to end."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import now
from core.jobs import minutes
from workers.context import Context

MINUTE = timedelta(minutes=1)


class MinuteRound:
    """Remembers which minute it wrote last."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._written: datetime | None = None

    def go(self) -> None:
        """Nothing, but for the first pass after a minute has ended."""
        last = now().replace(second=0, microsecond=0) - MINUTE
        if self._written == last:
            return
        for minute in (last - MINUTE, last):
            with self._context.db.transaction() as connection:
                minutes.write(connection, minute)
        self._written = last
