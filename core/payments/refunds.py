"""Give money back: a refund is a row before it is a call, so it is neither forgotten nor paid twice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.bookings.effects import Effects
from core.clock import new_id
from core.db import RawConnection
from core.jobs.messages import MAX_IDS, SendRefunds

LEASE_SECONDS: Final = 15
"""How long a worker has before the sweep sends a refund again."""


class RefundReason(StrEnum):
    CANCELLED = "cancelled"
    """The traveller gave the booking back."""
    FLIGHT_CANCELLED = "flight_cancelled"
    LATE_PAYMENT = "late_payment"
    """The money arrived when the booking was over, and could not be rescued."""


def request(
    connection: RawConnection, trip_id: UUID, reason: RefundReason, effects: Effects, amount: Decimal | None = None
) -> Decimal:
    """Ask for a refund of what was captured for this booking; `amount` None is all of it. Returns what is on its way now.

    0 when nothing was captured, when `amount` is 0, and when this booking's refund was requested before: a payment is refunded
    once. The caller holds the booking's lock (`core.bookings.ending.lock_trips`).
    """
    return request_many(connection, {trip_id: amount}, reason, effects).get(trip_id, Decimal(0))


def request_many(
    connection: RawConnection, amounts: Mapping[UUID, Decimal | None], reason: RefundReason, effects: Effects
) -> dict[UUID, Decimal]:
    """The same for many bookings in one statement: trip id -> amount. Returns those for which a refund is on its way now."""
    if not amounts:
        return {}
    rows = connection.execute(
        """
        INSERT INTO refunds (id, payment_id, trip_id, amount, currency, reason, next_at)
        SELECT w.id, p.id, p.trip_id, least(coalesce(w.amount, p.amount), p.amount), p.currency, %s, now() + %s * interval '1 second'
        FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS w(id, trip_id, amount)
        JOIN payments p ON p.trip_id = w.trip_id AND p.status = 'SUCCEEDED'
        WHERE least(coalesce(w.amount, p.amount), p.amount) > 0
        ON CONFLICT (payment_id) DO NOTHING
        RETURNING id, trip_id, amount
        """,
        (reason, LEASE_SECONDS, [new_id() for _ in amounts], list(amounts), list(amounts.values())),
    ).fetchall()
    ids = sorted(row[0] for row in rows)
    effects.messages += [SendRefunds(tuple(ids[start : start + MAX_IDS])) for start in range(0, len(ids), MAX_IDS)]
    return {trip_id: amount for _, trip_id, amount in rows}
