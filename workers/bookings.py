"""Reserve seats: the edge around `core/lifecycle/reserve.py` that opens the transactions and isolates a row that breaks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import redis
import structlog
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from core import failpoints
from core.clock import now
from core.lifecycle import reserve, sweep
from core.lifecycle.reserve import PendingBooking, Reservations
from core.telemetry.incidents import Incident, Incidents
from workers.context import Context
from workers.isolation import isolated

RETRIES: Final = 5
"""How often a deadlock is tried again at once. The lock order makes one rare; a foreign transaction may still cause it."""

_log = structlog.get_logger(__name__)
_redis = Incident(_log, "Redis is away, so the sweep will reserve", "Redis is back, and seats are reserved")
_locked = Incidents(_log, "a flight is locked, so the sweep will reserve")


def reserve_bookings(context: Context, booking_ids: Sequence[UUID]) -> None:
    """Bring each of these bookings from PENDING to where it belongs. Safe to call again with the same ids, at any time.

    An error of a server leaves the bookings PENDING, and the sweep sends them again.
    """
    picked_up_at = now()
    failpoints.reach("before_claim", booking_ids)
    with context.db.snapshot() as connection:
        bookings = reserve.load_pending(connection, booking_ids)
    if not bookings:
        return
    try:
        asked = reserve.reserve_in_redis(context.inventory, bookings, lambda flights: _load(context, flights), picked_up_at)
    except redis.RedisError as error:
        _redis.failed(bookings=len(bookings), error=str(error))
        return
    _redis.succeeded()
    failpoints.reach("after_reserve")
    _settle_isolated(context, asked)
    failpoints.reach("before_ack")


def reserve_alone(context: Context, booking_ids: Sequence[UUID]) -> None:
    """The same for a booking that may be what kills the workers: its attempt is on disk before anything else is done with it.

    Nothing else of its queue is at work in this process meanwhile (`workers/broker/consumer.py`), so the attempt is nobody else's fault.
    """
    with context.db.transaction() as connection:
        begun = sweep.begin_alone(connection, booking_ids)
    if begun:
        reserve_bookings(context, begun)


def _load(context: Context, flight_ids: Sequence[UUID]) -> None:
    with context.db.snapshot() as connection:
        reserve.load_inventory(connection, context.inventory, flight_ids)


def _settle_isolated(context: Context, asked: Reservations) -> None:
    """Settle all, or, where one row breaks it, all the others."""
    isolated(lambda bookings: _settle_unlocked(context, asked.only(list(bookings))), asked.bookings, _leave)


def _settle_unlocked(context: Context, asked: Reservations) -> None:
    """Settle all, or, where somebody keeps the lock of one flight, those who book the others: they need not wait for it."""
    try:
        _settle(context, asked)
    except LockNotAvailable:
        by_flights = asked.by_flights()
        if len(by_flights) == 1:
            flights = frozenset(asked.bookings[0].flight_ids)
            _locked.failed(flights, flights=[str(each) for each in flights], bookings=len(asked.bookings))
            return
        for alike in by_flights:
            _settle_isolated(context, alike)


def _leave(booking: PendingBooking, refusal: Exception) -> None:
    # Its attempts are counted, and the sweep gives it up in the end.
    _log.error("a booking that cannot be stored", booking_id=str(booking.id), error=repr(refusal))


def _settle(context: Context, asked: Reservations) -> None:
    for attempt in range(RETRIES):
        try:
            with context.db.transaction() as connection:
                after = reserve.commit_reservations(connection, asked, hold_minutes=context.settings.booking.hold_minutes)
            break
        except (DeadlockDetected, SerializationFailure):
            if attempt == RETRIES - 1:
                raise
    failpoints.reach("after_persist")
    after.run(context.redis, context.dispatcher)
