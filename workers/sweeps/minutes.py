"""The sweep's step for the history of the console: store the counts of each minute when it is over, and again later, when its
bookings have ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import now
from core.jobs import minutes
from workers.context import Context

MINUTE = timedelta(minutes=1)


class MinuteStep:
    """The step for the history. It remembers which minute it stored last."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._written: datetime | None = None

    def run(self) -> None:
        """Store the minute, in the first pass after it has ended; otherwise do nothing."""
        last = now().replace(second=0, microsecond=0) - MINUTE
        if self._written == last:
            return
        for minute in (last - MINUTE, last):
            with self._context.db.transaction() as connection:
                minutes.write(connection, minute)
        self._written = last
