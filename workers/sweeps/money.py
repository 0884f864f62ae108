"""The sweep's steps for money: end holds that were not paid in time, and send payments and refunds again that no worker has."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Final
from uuid import UUID

import redis
import structlog
from psycopg.errors import LockNotAvailable

from core.bookings.unfinished import leases, overdue
from core.db.bisect import isolated
from core.db.session import limit_lock_wait
from core.lifecycle import expire
from core.messaging.messages import Queue, SendRefunds, WorkPayments
from core.payments import charges, refunds
from core.sweeps.models import FindingKind
from core.telemetry.incidents import Incidents
from workers.context import Context

ENDED_AT_ONCE: Final = 200
ENDED_IN_A_ROUND: Final = 2_000
SENT_IN_A_ROUND: Final = 5_000
BACKLOG_MESSAGES: Final = 200

_log = structlog.get_logger(__name__)
_locked = Incidents(_log, "a booking that is locked is ended later")
_unended = Incidents(_log, "a booking that cannot be ended", level=logging.ERROR)


def steps(context: Context) -> Iterator[tuple[str, Callable[[], None]]]:
    """The steps for money, by name. An error in one does not stop the others."""
    yield "holds", partial(end_overdue, context)
    yield "payments", partial(resend_payments, context)
    yield "refunds", partial(resend_refunds, context)


def make_due_now(context: Context) -> None:
    """After Redis lost its queues: make all payments and refunds due that may have waited in them."""
    with context.db.transaction() as connection:
        overdue.make_due_now(connection)
        charges.make_due_now(connection)
        refunds.make_due_now(connection)


def end_overdue(context: Context) -> None:
    """End holds whose time is over. If a booking or its flight is locked by another transaction, the next pass tries again."""
    with context.db.transaction() as connection:  # locks the bookings only until the ids are read
        due = overdue.find_overdue(connection, limit=ENDED_IN_A_ROUND)
        free = leases.find_unlocked_bookings(connection, due) if due else set()
    ending = [booking_id for booking_id in due if booking_id in free]
    left: list[UUID] = []

    def leave(booking_id: UUID, error: Exception) -> None:
        left.append(booking_id)
        _reschedule(context, booking_id, error)

    for start in range(0, len(ending), ENDED_AT_ONCE):
        isolated(partial(_end, context), ending[start : start + ENDED_AT_ONCE], leave, also=(LockNotAvailable,))
    context.findings.note(FindingKind.OVERDUE_HOLDS, len(due), len(ending) - len(left))


def _end(context: Context, booking_ids: Sequence[UUID]) -> None:
    with context.db.transaction() as connection:
        limit_lock_wait(connection)
        after = expire.end_overdue(connection, booking_ids, hold_minutes=context.settings.booking.hold_minutes)
    after.run(context.redis, context.dispatcher)


def _reschedule(context: Context, booking_id: UUID, error: Exception) -> None:
    if isinstance(error, LockNotAvailable):
        _locked.failed(booking_id, booking_id=str(booking_id))
        return
    _unended.failed(booking_id, booking_id=str(booking_id), exc_info=error)
    with context.db.transaction() as connection:
        overdue.reschedule(connection, booking_id)


def resend_payments(context: Context) -> None:
    """Send payments again that have to be charged or looked up, and that no worker has."""
    if _is_moving(context):
        return
    with context.db.transaction() as connection:
        bookings = charges.lease_due(connection, limit=SENT_IN_A_ROUND)
    context.findings.note(FindingKind.LATE_PAYMENTS, len(bookings), context.dispatcher.send_all(WorkPayments.for_ids(bookings)))


def resend_refunds(context: Context) -> None:
    """Send refunds again that no worker has."""
    if _is_moving(context):
        return
    with context.db.transaction() as connection:
        due = refunds.lease_due(connection, limit=SENT_IN_A_ROUND)
    context.findings.note(FindingKind.LATE_REFUNDS, len(due), context.dispatcher.send_all(SendRefunds.for_ids(due)))


def _is_moving(context: Context) -> bool:
    with suppress(redis.RedisError):
        return context.dispatcher.depth(Queue.PAYMENTS) >= BACKLOG_MESSAGES
    return False
