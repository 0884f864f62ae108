"""The sweep's round for money: ends what was not paid in time, and sends payments and refunds that nobody is working on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

import psycopg
import redis
import structlog

from core.bookings import expiry
from core.bookings.effects import carry_out
from core.jobs.messages import MAX_IDS, Queue, SendRefunds, WorkPayments
from core.payments import charges, refunds
from workers.context import Context

ENDED_AT_ONCE: Final = 200
ENDED_IN_A_ROUND: Final = 2_000
SENT_IN_A_ROUND: Final = 5_000
BACKLOG_MESSAGES: Final = 200

_log = structlog.get_logger(__name__)


def go_round(context: Context, *, lost: bool) -> None:
    """One round. `lost`: Redis forgot its queues, so everything that waited in them is due."""
    if lost:
        with context.db.transaction() as connection:
            expiry.hasten(connection)
            charges.hasten(connection)
            refunds.hasten(connection)
    _end_overdue(context)
    with suppress(redis.RedisError):
        if context.dispatcher.depth(Queue.PAYMENTS) >= BACKLOG_MESSAGES:
            return
    with context.db.transaction() as connection:
        trips = charges.lease_due(connection, limit=SENT_IN_A_ROUND)
        due = refunds.lease_due(connection, limit=SENT_IN_A_ROUND)
    for start in range(0, len(trips), MAX_IDS):
        context.dispatcher.send(WorkPayments(tuple(trips[start : start + MAX_IDS])))
    for start in range(0, len(due), MAX_IDS):
        context.dispatcher.send(SendRefunds(tuple(due[start : start + MAX_IDS])))


def _end_overdue(context: Context) -> None:
    with context.db.snapshot() as connection:
        overdue = expiry.find_overdue(connection, limit=ENDED_IN_A_ROUND)
    for start in range(0, len(overdue), ENDED_AT_ONCE):
        _end(context, overdue[start : start + ENDED_AT_ONCE])


def _end(context: Context, trip_ids: Sequence[UUID]) -> None:
    """End these, or, where one of them breaks it, the halves, until that one stands alone and is put off."""
    try:
        with context.db.transaction() as connection:
            effects = expiry.end_overdue(connection, trip_ids, hold_minutes=context.settings.booking.hold_minutes)
    except (psycopg.DataError, psycopg.IntegrityError, RuntimeError, LookupError):
        if len(trip_ids) == 1:
            _log.exception("a booking that cannot be ended", trip_id=str(trip_ids[0]))
            with context.db.transaction() as connection:
                expiry.put_off(connection, trip_ids[0])
            return
        middle = len(trip_ids) // 2
        _end(context, trip_ids[:middle])
        _end(context, trip_ids[middle:])
    else:
        carry_out(effects, context.redis, context.dispatcher)
