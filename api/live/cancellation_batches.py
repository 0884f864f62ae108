"""Cancel bookings in batches (`core/batching.py`): the cancellations that arrive while one transaction is committed share the next one,
so a flight is locked once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import redis

from core.after_commit import AfterCommit
from core.batching import Batcher
from core.bookings.errors import BookingNotFound, NotCancellable
from core.bookings.reading.by_id import read_bookings
from core.bookings.reading.views import BookingView
from core.db import Database, is_away
from core.db.session import limit_lock_wait
from core.lifecycle import cancel as cancelling
from core.lifecycle.cancel import Cancellation
from core.messaging.dispatcher import Dispatcher
from core.settings import Settings
from core.telemetry import correlation
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent

BATCH: Final = 64


class NotBatched(Exception):
    """Nothing was changed. The cancellation needs a transaction of its own."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    cancellation: Cancellation
    correlation_ids: tuple[str, ...]
    trace: TraceParent | None


class CancellationBatches:
    """Used on the event loop only; one thread cancels."""

    def __init__(self, db: Database, client: redis.Redis, dispatcher: Dispatcher, settings: Settings) -> None:
        self._db = db
        self._redis = client
        self._dispatcher = dispatcher
        self._fares = settings.fares
        self._hold_minutes = settings.booking.hold_minutes
        self._batches: Batcher[_Waiting, BookingView] = Batcher("cancellations", self._cancel, limit=BATCH)

    async def cancel(self, booking_id: UUID, owner_id: UUID) -> BookingView:
        """Cancel a booking of this owner. Returns the cancelled booking.

        Raises:
            BookingNotFound, NotCancellable: as `core.lifecycle.cancel.cancel`.
            NotBatched: another transaction has locked a booking or a flight of the batch, one of its bookings cannot be stored, or
                it has this booking twice.
        """
        return await self._batches.submit(_Waiting(Cancellation(booking_id, owner_id), correlation.current(), spans.current()))

    async def close(self) -> None:
        await self._batches.close()

    def _cancel(self, waiting: list[_Waiting]) -> Sequence[BookingView | Exception]:
        traces = [each.trace for each in waiting if each.trace is not None]
        ids = [each_id for each in waiting for each_id in each.correlation_ids]
        with spans.batch("cancel", len(waiting), traces), correlation.resumed(ids):
            return self._cancel_first([each.cancellation for each in waiting])

    def _cancel_first(self, waiting: Sequence[Cancellation]) -> list[BookingView | Exception]:
        """Cancel each booking once, for the first of the requests for it."""
        first = {each.booking_id: each for each in reversed(waiting)}
        try:
            refused, after = self._commit(list(first.values()))
        except Exception as error:
            if is_away(error):
                raise
            return [NotBatched()] * len(waiting)
        after.run(self._redis, self._dispatcher)
        with self._db.snapshot() as connection:
            views = read_bookings(connection, [booking_id for booking_id in first if booking_id not in refused])
        outcomes: dict[UUID, BookingView | Exception] = {**views, **refused}
        return [outcomes[each.booking_id] if each is first[each.booking_id] else NotBatched() for each in waiting]

    def _commit(self, wanted: Sequence[Cancellation]) -> tuple[dict[UUID, BookingNotFound | NotCancellable], AfterCommit]:
        after = AfterCommit()
        with self._db.transaction() as connection:
            limit_lock_wait(connection)
            return cancelling.cancel_all(connection, wanted, self._fares, after, hold_minutes=self._hold_minutes), after
