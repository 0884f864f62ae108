"""The queue of bookings: reserve seats for PENDING bookings. The work is in `core/lifecycle/reserve.py`; this module opens and
commits the transactions, and if one fails because of a single booking, commits the others. The head of `reserve.py` says what
happens if the process crashes between two steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import redis
import structlog
from psycopg.errors import LockNotAvailable

from core import failpoints
from core.after_commit import AfterCommit
from core.bookings.unfinished import leases, pending
from core.bookings.unfinished.pending import PendingBooking
from core.clock import now
from core.db.bisect import isolated
from core.db.retry import again_after_deadlock
from core.lifecycle import reserve
from core.lifecycle.reserve_in_redis import Reservations, load_inventory, reserve_in_redis
from core.telemetry.incidents import Incident, Incidents
from core.telemetry.tracing import spans
from workers import measures
from workers.context import Context

_log = structlog.get_logger(__name__)
_redis = Incident(_log, "Redis is away, so the sweep will reserve", "Redis is back, and seats are reserved")
_locked = Incidents(_log, "a flight is locked, so the sweep will reserve")


def reserve_bookings(context: Context, booking_ids: Sequence[UUID]) -> None:
    """Reserve seats for each of these bookings that is PENDING, and set its new status. Calling it again with the same ids is safe.

    If Postgres or Redis fails, the bookings stay PENDING, and the sweep sends them again.
    """
    picked_up_at = now()
    failpoints.reach("before_claim", booking_ids)
    with context.db.snapshot() as connection:
        bookings = pending.load_pending(connection, booking_ids)
    if not bookings:
        return
    try:
        with spans.stage("reserve"):
            reservations = reserve_in_redis(context.inventory, bookings, lambda flights: _load(context, flights), picked_up_at)
    except redis.RedisError as error:
        _redis.failed(bookings=len(bookings), error=str(error))
        return
    _redis.succeeded()
    # After a crash here, Redis has the seats and Postgres does not: see the head of `core/lifecycle/reserve.py`.
    failpoints.reach("after_reserve")
    _commit_isolated(context, reservations)
    failpoints.reach("before_ack")


def reserve_alone(context: Context, booking_ids: Sequence[UUID]) -> None:
    """Reserve seats for a booking that may crash its worker. The attempt is counted in Postgres before any other work on it.

    The process works on no other message of this queue at the same time (`workers/broker/consumer.py`). So if the process
    crashes, this booking is the cause, and only its attempts are counted.
    """
    with context.db.transaction() as connection:
        started = leases.begin_alone(connection, booking_ids)
    if started:
        reserve_bookings(context, started)


def _load(context: Context, flight_ids: Sequence[UUID]) -> None:
    with context.db.snapshot() as connection:
        load_inventory(connection, context.inventory, flight_ids)


def _commit_isolated(context: Context, reservations: Reservations) -> None:
    """Commit all reservations. If that fails because of one booking, commit all the others (`core/db/bisect.py`)."""
    isolated(lambda bookings: _commit_unlocked(context, reservations.subset(list(bookings))), reservations.bookings, _leave)


def _commit_unlocked(context: Context, reservations: Reservations) -> None:
    """Commit all reservations. If another transaction holds the lock of a flight, commit the bookings of the other flights."""
    try:
        _commit(context, reservations)
    except LockNotAvailable:
        by_flights = reservations.by_flights()
        if len(by_flights) == 1:
            flights = frozenset(reservations.bookings[0].flight_ids)
            _locked.failed(flights, flights=[str(each) for each in flights], bookings=len(reservations.bookings))
            return
        for group in by_flights:
            _commit_isolated(context, group)


def _leave(booking: PendingBooking, refusal: Exception) -> None:
    # It stays PENDING. The sweep counts its attempts, and gives it up after the last one.
    _log.error("a booking cannot be stored", booking_id=str(booking.id), error=repr(refusal))


def _commit(context: Context, reservations: Reservations) -> None:
    def commit() -> AfterCommit:
        with context.db.transaction() as connection:
            return reserve.commit_reservations(connection, reservations, hold_minutes=context.settings.booking.hold_minutes)

    with spans.stage("commit"):
        after = again_after_deadlock(commit)
    measures.observe_stages(reservations, now())
    failpoints.reach("after_persist")
    after.run(context.redis, context.dispatcher)
