"""Store the callbacks of the payment provider in batches (`core/batching.py`), with one connection to Postgres. So many callbacks
at once never take the connections that bookings need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import redis

from core.after_commit import AfterCommit
from core.batching import WITH_REDIS, Batcher
from core.db import AWAY, PASSING, Database
from core.db.bisect import isolated
from core.db.retry import again_after_deadlock
from core.lifecycle import settle_payment
from core.messaging.dispatcher import Dispatcher
from core.payments.events import ProviderEvent

BATCH: Final = 64


class CallbackInbox:
    """Used on the event loop only; one thread writes."""

    def __init__(self, db: Database, client: redis.Redis, dispatcher: Dispatcher, *, hold_minutes: int) -> None:
        self._db = db
        self._redis = client
        self._dispatcher = dispatcher
        self._hold_minutes = hold_minutes
        self._writer: Batcher[ProviderEvent, None] = Batcher("callbacks", self._write, limit=BATCH, patience=WITH_REDIS)

    async def receive(self, event: ProviderEvent) -> None:
        """Return once the event is stored with its effect. If this raises, it may not be, and the provider sends it again."""
        await self._writer.submit(event)

    async def close(self) -> None:
        await self._writer.close()

    def _write(self, events: list[ProviderEvent]) -> list[Exception | None]:
        """Store a batch. An event that cannot be stored, or whose booking is locked, does not block the others. If Postgres is away, all of
        them fail.
        """
        outcomes: dict[int, Exception | None] = {}

        def store(part: Sequence[int]) -> None:
            self._commit([events[n] for n in part])
            outcomes.update(dict.fromkeys(part))

        try:
            isolated(store, range(len(events)), outcomes.__setitem__, also=PASSING)
        except AWAY as error:
            return [outcomes.get(n, error) for n in range(len(events))]
        return [outcomes[n] for n in range(len(events))]

    def _commit(self, events: list[ProviderEvent]) -> None:
        def commit() -> AfterCommit:
            after = AfterCommit()
            with self._db.transaction() as connection:
                settle_payment.apply_events(connection, events, after, hold_minutes=self._hold_minutes)
            return after

        again_after_deadlock(commit).run(self._redis, self._dispatcher)
