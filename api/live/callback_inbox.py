"""Where the provider's callbacks enter: what arrives while one batch is written is the next batch, on one connection to Postgres.

So a storm of callbacks never takes the connections that bookings need.
"""

from __future__ import annotations

from typing import Final

import redis

from core.after_commit import AfterCommit
from core.batching import Batcher
from core.db import AWAY, BUSY, Database
from core.lifecycle import settle_payment
from core.messaging.dispatcher import Dispatcher
from core.payments.events import ProviderEvent

BATCH: Final = 64


class CallbackInbox:
    """Lives on the event loop; one thread writes."""

    def __init__(self, db: Database, client: redis.Redis, dispatcher: Dispatcher, *, hold_minutes: int) -> None:
        self._db = db
        self._redis = client
        self._dispatcher = dispatcher
        self._hold_minutes = hold_minutes
        self._writer: Batcher[ProviderEvent, None] = Batcher("callbacks", self._write, limit=BATCH)

    async def receive(self, event: ProviderEvent) -> None:
        """Return once the event is stored with its effect. If this raises, it is not, and the provider sends it again."""
        await self._writer.submit(event)

    async def close(self) -> None:
        await self._writer.close()

    def _write(self, events: list[ProviderEvent]) -> list[Exception | None]:
        try:
            self._commit(events)
        except Exception as error:
            if len(events) == 1 or _is_away(error):
                return [error] * len(events)
            return self._write_each(events)
        return [None] * len(events)

    def _write_each(self, events: list[ProviderEvent]) -> list[Exception | None]:
        """One event that cannot be written must not keep its neighbours out; all of them would wait for a server that is away."""
        outcomes: list[Exception | None] = []
        for event in events:
            outcomes += self._write([event])
            if _is_away(outcomes[-1]):
                return outcomes + outcomes[-1:] * (len(events) - len(outcomes))
        return outcomes

    def _commit(self, events: list[ProviderEvent]) -> None:
        after = AfterCommit()
        with self._db.transaction() as connection:
            settle_payment.apply_events(connection, events, after, hold_minutes=self._hold_minutes)
        after.run(self._redis, self._dispatcher)


def _is_away(error: Exception | None) -> bool:
    return isinstance(error, AWAY) and not isinstance(error, BUSY)
