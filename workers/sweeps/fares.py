"""The sweep's step for fare watches: check some of them in each pass, write mails about lower fares, and remove watches that have ended.

A change of a price, for example by an import, does nothing for the watches. A watch is checked about every five seconds; if there are more than
`WATCHES_AT_ONCE * ROUND_SECONDS` of them, less often.
"""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from core.fare_watches import falls
from core.notifications import fare_mails
from workers.context import Context

WATCHES_AT_ONCE: Final = 500
ROUND_SECONDS: Final = 5.0
END_SECONDS: Final = 60.0
"""How often watches that have ended are removed."""
ENDED_AT_ONCE: Final = 5_000
_FIRST: Final = UUID(int=0)


class FareStep:
    """The step for fare watches. It remembers which watch it checked last."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._after = _FIRST
        self._began_at = float("-inf")
        self._ended_at = float("-inf")

    def run(self) -> None:
        """One pass."""
        if time.monotonic() - self._ended_at > END_SECONDS:
            self._ended_at = time.monotonic()
            with self._context.db.transaction() as connection:
                falls.remove_ended(connection, limit=ENDED_AT_ONCE)
        if self._after == _FIRST:
            if time.monotonic() - self._began_at < ROUND_SECONDS:
                return
            self._began_at = time.monotonic()
        self._compare()

    def _compare(self) -> None:
        with self._context.db.snapshot() as connection:
            watches = falls.read_prices(connection, self._after, limit=WATCHES_AT_ONCE)
        self._after = watches[-1].id if len(watches) == WATCHES_AT_ONCE else _FIRST
        sends = self._context.settings.mail.server is not None
        for watch in watches:
            if watch.open and watch.price != watch.present:
                with self._context.db.transaction() as connection:
                    fall = falls.record_price(connection, watch.id, watch.present)
                    if fall is not None:
                        fare_mails.write_falls(connection, [fall], sends=sends)
