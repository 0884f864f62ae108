"""The table of refunds. The row of a refund is committed before the provider is called, so no refund is lost or made twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from core import money
from core.after_commit import AfterCommit
from core.clock import new_id
from core.db import RawConnection, fetch
from core.events import outbox
from core.events.domain_events import Event, EventType, RefundData
from core.lease import LEASE_SECONDS
from core.messaging.messages import SendRefunds
from core.payments.models import PaymentStatus, RefundStatus
from core.payments.provider import RefundOutcome
from core.statuses import StoredEnum

RETRY_CAP_SECONDS: Final = 3600


class RefundReason(StoredEnum):
    CANCELLED = "cancelled"
    """The traveller cancelled the booking."""
    FLIGHT_CANCELLED = "flight_cancelled"
    LATE_PAYMENT = "late_payment"
    """The money was captured after the booking had ended, and its seats could not be taken again."""
    SURPLUS_PAYMENT = "surplus_payment"
    """Another payment had paid for the booking."""
    LOWER_FARE = "lower_fare"
    """The traveller rebooked at a lower fare, and keeps the seats: the difference is refunded."""


REMAINING: Final = f"""
    (p.amount - coalesce((SELECT sum(d.amount) FROM refunds d WHERE d.payment_id = p.id AND d.reason = {RefundReason.LOWER_FARE.sql}), 0))
"""  # noqa: S608  # only constants
"""SQL of what is left of the payment `p` after refunds of differences to lower fares."""


def captured_sql(booking_id: str) -> str:
    """SQL of the amount that was captured for a booking and not refunded. `booking_id`: the column with the booking's id."""
    return (
        f"coalesce((SELECT sum({REMAINING}) FROM payments p WHERE p.booking_id = {booking_id}"  # noqa: S608  # only names
        f" AND p.status = {PaymentStatus.SUCCEEDED.sql} AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id"
        f" AND r.reason <> {RefundReason.LOWER_FARE.sql})), 0)"
    )


def request(
    connection: RawConnection, amounts: Mapping[UUID, Decimal | None], reason: RefundReason, after: AfterCommit
) -> dict[UUID, Decimal]:
    """Request refunds of what was captured for these bookings. `amounts`: booking id -> amount; None: all that was not refunded as a
    difference to a lower fare. Returns the amounts that will be refunded, by booking id.

    Bookings without a new refund are left out: nothing was captured, the amount is 0, or the refund was requested before, because a
    payment is refunded once. The caller holds the locks of the bookings (`core.bookings.locking.lock_bookings`).
    """
    if not amounts:
        return {}
    rows = connection.execute(
        f"""
        INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, next_at)
        SELECT w.id, p.id, p.booking_id, least(w.amount, remaining.amount), p.currency, %s, now() + %s * interval '1 second'
        FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS w(id, booking_id, amount)
        JOIN payments p ON p.booking_id = w.booking_id AND p.status = {PaymentStatus.SUCCEEDED.sql}
        CROSS JOIN LATERAL (SELECT {REMAINING} AS amount) AS remaining
        WHERE least(w.amount, remaining.amount) > 0
        ON CONFLICT (payment_id) WHERE reason <> {RefundReason.LOWER_FARE.sql} DO NOTHING
        RETURNING id, booking_id, amount
        """,  # noqa: S608  # only constants
        (reason, LEASE_SECONDS, [new_id() for _ in amounts], list(amounts), list(amounts.values())),
    ).fetchall()
    after.messages += SendRefunds.for_ids(sorted(row[0] for row in rows))
    return {booking_id: amount for _, booking_id, amount in rows}


def request_surplus(connection: RawConnection, payment_ids: Sequence[UUID], after: AfterCommit) -> None:
    """Request refunds of the whole amount of these surplus payments. The caller holds the locks of their bookings."""
    if not payment_ids:
        return
    rows = connection.execute(
        f"""
        INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, next_at)
        SELECT w.id, p.id, p.booking_id, p.amount, p.currency, %s, now() + %s * interval '1 second'
        FROM unnest(%s::uuid[], %s::uuid[]) AS w(id, payment_id) JOIN payments p ON p.id = w.payment_id WHERE p.amount > 0
        ON CONFLICT (payment_id) WHERE reason <> {RefundReason.LOWER_FARE.sql} DO NOTHING
        RETURNING id
        """,  # noqa: S608  # only constants
        (RefundReason.SURPLUS_PAYMENT, LEASE_SECONDS, [new_id() for _ in payment_ids], list(payment_ids)),
    ).fetchall()
    after.messages += SendRefunds.for_ids(sorted(row[0] for row in rows))


def request_difference(connection: RawConnection, booking_id: UUID, amount: Decimal, after: AfterCommit) -> Decimal:
    """Request a refund of `amount`, by which the booking costs less now. Returns the amount that will be refunded: 0 where nothing was paid.

    The caller holds the lock of the booking, and has stored the rebooking that the refund belongs to, which is unique
    (`core/bookings/rebookings.py`).
    """
    rows = connection.execute(
        f"""
        INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, next_at)
        SELECT %(id)s, p.id, p.booking_id, %(amount)s, p.currency, %(reason)s, now() + %(lease)s * interval '1 second'
        FROM payments p WHERE p.booking_id = %(booking)s AND p.status = {PaymentStatus.SUCCEEDED.sql} AND {REMAINING} >= %(amount)s
        RETURNING id
        """,  # noqa: S608  # only constants
        {"id": new_id(), "amount": amount, "reason": RefundReason.LOWER_FARE, "lease": LEASE_SECONDS, "booking": booking_id},
    ).fetchall()
    after.messages += SendRefunds.for_ids(sorted(row[0] for row in rows))
    return amount if rows else Decimal(0)


@dataclass(frozen=True, slots=True)
class PendingRefund:
    """A refund that the caller sends to the provider now. It does no harm if two workers send it: `id` is the idempotency key."""

    id: UUID
    payment_id: UUID
    booking_id: UUID
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class _SettledRefund:
    id: UUID
    payment_id: UUID
    booking_id: UUID
    amount: Decimal
    currency: str
    status: RefundStatus


_STATUS: Final = {
    RefundOutcome.DONE: RefundStatus.SUCCEEDED,
    RefundOutcome.REFUSED: RefundStatus.FAILED,
    RefundOutcome.UNKNOWN: RefundStatus.PENDING,
}


def find_flights(connection: RawConnection, refund_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Refund id -> id of the first flight of its booking."""
    rows = connection.execute(
        """
        SELECT r.id, s.flight_id FROM refunds r JOIN booking_segments s ON s.booking_id = r.booking_id AND s.position = 0
        WHERE r.id = ANY(%s)
        """,
        (list(refund_ids),),
    ).fetchall()
    return dict(rows)


def claim(connection: RawConnection, refund_ids: Sequence[UUID]) -> dict[UUID, PendingRefund]:
    """Claim those of these refunds that are still to be made: lease them, and count the attempt before the call. Refund id -> refund."""
    rows = fetch(
        connection,
        PendingRefund,
        f"""
        UPDATE refunds SET attempts = least(attempts + 1, 100), updated_at = now(), next_at = now() + %s * interval '1 second'
        WHERE id = ANY(%s) AND status = {RefundStatus.PENDING.sql} RETURNING id, payment_id, booking_id, amount, currency
        """,  # noqa: S608  # only constants
        (LEASE_SECONDS, list(refund_ids)),
    )
    return {refund.id: refund for refund in rows}


def settle(connection: RawConnection, outcomes: Mapping[UUID, RefundOutcome], after: AfterCommit) -> None:
    """Store the outcomes of calls. Refunds without an answer are sent again after 2^attempts seconds, at most an hour."""
    settled = fetch(
        connection,
        _SettledRefund,
        f"""
        UPDATE refunds r SET status = w.status, updated_at = now(), next_at = CASE w.status
            WHEN {RefundStatus.PENDING.sql} THEN now() + least(power(2, least(r.attempts, 20)), %s) * interval '1 second' END
        FROM unnest(%s::uuid[], %s::text[]) AS w(id, status) WHERE r.id = w.id AND r.status = {RefundStatus.PENDING.sql}
        RETURNING r.id, r.payment_id, r.booking_id, r.amount, r.currency, r.status
        """,  # noqa: S608  # only constants
        (RETRY_CAP_SECONDS, list(outcomes), [_STATUS[outcome] for outcome in outcomes.values()]),
    )
    after.changed_bookings += [refund.booking_id for refund in settled]
    made = [refund for refund in settled if refund.status is RefundStatus.SUCCEEDED]
    if made:
        made.sort(key=lambda refund: (refund.booking_id, refund.payment_id, refund.id))
        events = [_refunded_event(refund) for refund in made]
        outbox.write(connection, events)
        after.events += events


def _refunded_event(refund: _SettledRefund) -> Event:
    amount = money.text(refund.amount, refund.currency)
    return Event(EventType.PAYMENT_REFUNDED, RefundData(refund.booking_id, refund.payment_id, refund.id, amount, refund.currency))


def lease_due(connection: RawConnection, *, limit: int) -> list[UUID]:
    """Lease the pending refunds whose lease or wait has ended, at most `limit`, and return their ids."""
    rows = connection.execute(
        f"""
        WITH due AS MATERIALIZED (
            SELECT id FROM refunds WHERE next_at < now() AND status = {RefundStatus.PENDING.sql} ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
        )
        UPDATE refunds r SET next_at = now() + %s * interval '1 second' FROM due
        WHERE r.id = due.id RETURNING r.id
        """,  # noqa: S608  # only constants
        (limit, LEASE_SECONDS),
    ).fetchall()
    return sorted(row[0] for row in rows)


def make_due_now(connection: RawConnection) -> None:
    """Make the refunds that were never sent to the provider due now, because the queues were lost."""
    connection.execute(
        f"""
        UPDATE refunds SET next_at = now() WHERE id IN (
            SELECT id FROM refunds WHERE next_at IS NOT NULL AND status = {RefundStatus.PENDING.sql} AND attempts = 0 FOR NO KEY UPDATE SKIP LOCKED
        )
        """  # noqa: S608  # only constants
    )


def find_refused(connection: RawConnection, refund_ids: Sequence[UUID]) -> list[UUID]:
    """The ids of those of these refunds that the provider has refused."""
    rows = connection.execute(
        f"SELECT id FROM refunds WHERE id = ANY(%s) AND status = {RefundStatus.FAILED.sql}",  # noqa: S608  # only constants
        (list(refund_ids),),
    ).fetchall()
    return [row[0] for row in rows]


def reopen(connection: RawConnection, refund_ids: Sequence[UUID]) -> list[UUID]:
    """Make those of these refunds pending again that the provider has refused, with a lease for the caller, which sends them. Returns
    their ids.
    """
    rows = connection.execute(
        f"""
        UPDATE refunds r SET status = {RefundStatus.PENDING.sql}, attempts = 0, updated_at = now(), next_at = now() + %s * interval '1 second'
        FROM (SELECT id FROM refunds WHERE id = ANY(%s) AND status = {RefundStatus.FAILED.sql} ORDER BY id FOR NO KEY UPDATE) AS refused
        WHERE r.id = refused.id RETURNING r.id
        """,  # noqa: S608  # only constants
        (LEASE_SECONDS, list(refund_ids)),
    ).fetchall()
    return sorted(row[0] for row in rows)
