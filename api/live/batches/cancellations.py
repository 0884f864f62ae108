"""Cancellations that arrive together are committed together, so a flight is locked once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import redis

from api.live.batches.requests import Refusal, RequestBatches
from core.after_commit import AfterCommit
from core.bookings.reading.by_id import read_each
from core.bookings.reading.views import BookingView
from core.db import Database, RawConnection
from core.lifecycle import cancel
from core.lifecycle.cancel import Cancellation
from core.messaging.dispatcher import Dispatcher
from core.settings import Settings


class CancellationBatches(RequestBatches[Cancellation, BookingView]):
    """The answer to a cancellation is the cancelled booking."""

    def __init__(self, db: Database, client: redis.Redis, dispatcher: Dispatcher, settings: Settings) -> None:
        super().__init__("cancel", db, client, dispatcher)
        self._fares = settings.fares
        self._hold_minutes = settings.booking.hold_minutes

    def _make(self, connection: RawConnection, changes: Sequence[Cancellation], after: AfterCommit) -> Mapping[UUID, Refusal]:
        return cancel.cancel_all(connection, changes, self._fares, after, hold_minutes=self._hold_minutes)

    def _answer(self, booking_ids: Sequence[UUID]) -> Mapping[UUID, BookingView | Exception]:
        with self._db.snapshot() as connection:
            return read_each(connection, booking_ids)
