"""Cancellations that arrive together are committed together, so a flight is locked once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import redis

from api.live.batches.requests import NotBatched, Refusal, RequestBatches
from core.after_commit import AfterCommit
from core.bookings import quotes
from core.bookings.errors import QuoteNotFound
from core.bookings.reading.by_id import read_each
from core.bookings.reading.views import BookingView
from core.db import Database, RawConnection
from core.lifecycle import cancel
from core.lifecycle.cancel import Cancellation
from core.messaging.dispatcher import Dispatcher
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """A traveller cancels a booking as quoted (`subject_id` is the quote), or without a quote (`subject_id` is the booking)."""

    subject_id: UUID
    owner_id: UUID
    is_quoted: bool = False


class CancellationBatches(RequestBatches[CancellationRequest, BookingView]):
    """The answer to a cancellation is the cancelled booking."""

    def __init__(self, db: Database, client: redis.Redis, dispatcher: Dispatcher, settings: Settings) -> None:
        super().__init__("cancel", db, client, dispatcher)
        self._fares = settings.fares
        self._hold_minutes = settings.booking.hold_minutes

    def _bookings_of(self, connection: RawConnection, changes: Sequence[CancellationRequest]) -> Mapping[UUID, UUID]:
        owners = {each.subject_id: each.owner_id for each in changes if each.is_quoted}
        quoted = quotes.find_own_bookings(connection, owners) if owners else {}
        return {each.subject_id: each.subject_id for each in changes if not each.is_quoted} | quoted

    def _make(
        self, connection: RawConnection, changes: Sequence[CancellationRequest], after: AfterCommit
    ) -> Mapping[UUID, UUID | Refusal]:
        bookings = self._bookings_of(connection, changes)
        made: dict[UUID, UUID | Refusal] = {}
        wanted: dict[UUID, Cancellation] = {}
        for each in changes:
            booking_id = bookings.get(each.subject_id)
            if booking_id is None:
                made[each.subject_id] = QuoteNotFound(quotes.NOT_FOUND)
            elif booking_id in wanted:
                made[each.subject_id] = NotBatched()
            else:
                made[each.subject_id] = booking_id
                wanted[booking_id] = Cancellation(booking_id, each.owner_id, each.subject_id if each.is_quoted else None)
        refused = cancel.cancel_all(connection, list(wanted.values()), self._fares, after, hold_minutes=self._hold_minutes)
        return {subject: refused.get(each, each) if isinstance(each, UUID) else each for subject, each in made.items()}

    def _answer(self, booking_ids: Sequence[UUID]) -> Mapping[UUID, BookingView | Exception]:
        with self._db.snapshot() as connection:
            return read_each(connection, booking_ids)
