"""Give money back: a refund is a row before it is a call, so it is neither forgotten nor paid twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from core.messaging.messages import MAX_IDS, SendRefunds
from core.payments.models import PaymentStatus, RefundStatus
from core.payments.provider import RefundOutcome
from core.statuses import StoredEnum

RETRY_CAP_SECONDS: Final = 3600


class RefundReason(StoredEnum):
    CANCELLED = "cancelled"
    """The traveller gave the booking back."""
    FLIGHT_CANCELLED = "flight_cancelled"
    LATE_PAYMENT = "late_payment"
    """The money arrived when the booking was over, and could not be rescued."""
    SURPLUS_PAYMENT = "surplus_payment"
    """Another payment of the booking had taken the place of this one."""
    LOWER_FARE = "lower_fare"
    """The traveller rebooked at a lower fare, and keeps the seats: the difference."""


def kept_sql(payment: str = "p") -> str:
    """What is left of a payment after the differences that were given back for lower fares; `payment`: its table or alias."""
    return (
        f"({payment}.amount - coalesce((SELECT sum(d.amount) FROM refunds d WHERE d.payment_id = {payment}.id"  # noqa: S608  # only names
        f" AND d.reason = {RefundReason.LOWER_FARE.sql}), 0))"
    )


def request(
    connection: RawConnection, booking_id: UUID, reason: RefundReason, after: AfterCommit, amount: Decimal | None = None
) -> Decimal:
    """Ask for a refund of what was captured for this booking; `amount` None is all of it that was not given back for a lower fare.
    Returns what is on its way now.

    0 when nothing was captured, when `amount` is 0, and when this booking's refund was requested before: a payment is given back
    once. The caller holds the booking's lock (`core.bookings.locking.lock_bookings`).
    """
    return request_many(connection, {booking_id: amount}, reason, after).get(booking_id, Decimal(0))


def request_many(
    connection: RawConnection, amounts: Mapping[UUID, Decimal | None], reason: RefundReason, after: AfterCommit
) -> dict[UUID, Decimal]:
    """The same for many bookings in one statement: booking -> amount. Returns those for which a refund is on its way now."""
    if not amounts:
        return {}
    rows = connection.execute(
        f"""
        INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, next_at)
        SELECT w.id, p.id, p.booking_id, least(w.amount, kept.amount), p.currency, %s, now() + %s * interval '1 second'
        FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS w(id, booking_id, amount)
        JOIN payments p ON p.booking_id = w.booking_id AND p.status = {PaymentStatus.SUCCEEDED.sql}
        CROSS JOIN LATERAL (SELECT {kept_sql()} AS amount) AS kept
        WHERE least(w.amount, kept.amount) > 0
        ON CONFLICT (payment_id) WHERE reason <> {RefundReason.LOWER_FARE.sql} DO NOTHING
        RETURNING id, booking_id, amount
        """,  # noqa: S608  # only constants
        (reason, LEASE_SECONDS, [new_id() for _ in amounts], list(amounts), list(amounts.values())),
    ).fetchall()
    after.messages += _messages(row[0] for row in rows)
    return {booking_id: amount for _, booking_id, amount in rows}


def request_surplus(connection: RawConnection, payment_ids: Sequence[UUID], after: AfterCommit) -> None:
    """Give all of these surplus payments back. The caller holds the locks of their bookings."""
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
    after.messages += _messages(row[0] for row in rows)


def request_difference(connection: RawConnection, booking_id: UUID, amount: Decimal, after: AfterCommit) -> Decimal:
    """Give a part of what was paid back, because the seats cost so much less now. Returns what is on its way: 0 where nothing was paid.

    The caller holds the booking's lock, and has noted the rebooking that this belongs to, which is unique
    (`core/bookings/rebookings.py`).
    """
    rows = connection.execute(
        f"""
        INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, next_at)
        SELECT %(id)s, p.id, p.booking_id, %(amount)s, p.currency, %(reason)s, now() + %(lease)s * interval '1 second'
        FROM payments p WHERE p.booking_id = %(booking)s AND p.status = {PaymentStatus.SUCCEEDED.sql} AND {kept_sql()} >= %(amount)s
        RETURNING id
        """,  # noqa: S608  # only constants
        {"id": new_id(), "amount": amount, "reason": RefundReason.LOWER_FARE, "lease": LEASE_SECONDS, "booking": booking_id},
    ).fetchall()
    after.messages += _messages(row[0] for row in rows)
    return amount if rows else Decimal(0)


def _messages(refund_ids: Iterable[UUID]) -> list[SendRefunds]:
    ids = sorted(refund_ids)
    return [SendRefunds(tuple(ids[start : start + MAX_IDS])) for start in range(0, len(ids), MAX_IDS)]


@dataclass(frozen=True, slots=True)
class PendingRefund:
    """A refund that the caller sends now. Two senders do no harm: `id` is the provider's key."""

    id: UUID
    payment_id: UUID
    booking_id: UUID
    amount: Decimal
    currency: str


def find_flights(connection: RawConnection, refund_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The (first) flight of the booking that each of these refunds is for."""
    rows = connection.execute(
        """
        SELECT r.id, s.flight_id FROM refunds r JOIN booking_segments s ON s.booking_id = r.booking_id AND s.position = 0
        WHERE r.id = ANY(%s)
        """,
        (list(refund_ids),),
    ).fetchall()
    return dict(rows)


def claim(connection: RawConnection, refund_ids: Sequence[UUID]) -> dict[UUID, PendingRefund]:
    """The refunds among these that are still to be made, with the attempt counted before it is made."""
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
    """Write what the provider said. What it did not answer is sent again after 2^attempts seconds, an hour at most."""
    status = {RefundOutcome.DONE: "SUCCEEDED", RefundOutcome.REFUSED: "FAILED", RefundOutcome.UNKNOWN: "PENDING"}
    rows = connection.execute(
        f"""
        UPDATE refunds r SET status = w.status, updated_at = now(), next_at = CASE w.status
            WHEN {RefundStatus.PENDING.sql} THEN now() + least(power(2, least(r.attempts, 20)), %s) * interval '1 second' END
        FROM unnest(%s::uuid[], %s::text[]) AS w(id, status) WHERE r.id = w.id AND r.status = {RefundStatus.PENDING.sql}
        RETURNING r.booking_id, r.payment_id, r.id, r.amount, r.currency, r.status = {RefundStatus.SUCCEEDED.sql}
        """,  # noqa: S608  # only constants
        (RETRY_CAP_SECONDS, list(outcomes), [status[outcome] for outcome in outcomes.values()]),
    ).fetchall()
    after.changed_bookings += [row[0] for row in rows]
    if done := [row[:5] for row in rows if row[5]]:
        refunded = [_refunded(*row) for row in sorted(done)]
        outbox.write(connection, refunded)
        after.events += refunded


def _refunded(booking_id: UUID, payment_id: UUID, refund_id: UUID, amount: Decimal, currency: str) -> Event:
    return Event(
        EventType.PAYMENT_REFUNDED, RefundData(booking_id, payment_id, refund_id, money.text(amount, currency), currency)
    )


def lease_due(connection: RawConnection, *, limit: int) -> list[UUID]:
    """Refunds that nobody is sending, leased anew."""
    rows = connection.execute(
        f"""
        UPDATE refunds r SET next_at = now() + %s * interval '1 second'
        FROM (
            SELECT id FROM refunds WHERE next_at < now() AND status = {RefundStatus.PENDING.sql} ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
        ) AS due
        WHERE r.id = due.id RETURNING r.id
        """,  # noqa: S608  # only constants
        (LEASE_SECONDS, limit),
    ).fetchall()
    return sorted(row[0] for row in rows)


def make_due_now(connection: RawConnection) -> None:
    """The queues were lost: what was to be given back is due now."""
    connection.execute(
        f"""
        UPDATE refunds SET next_at = now() WHERE id IN (
            SELECT id FROM refunds WHERE next_at IS NOT NULL AND status = {RefundStatus.PENDING.sql} AND attempts = 0 FOR NO KEY UPDATE SKIP LOCKED
        )
        """  # noqa: S608  # only constants
    )


def find_refused(connection: RawConnection, refund_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these refunds that the provider has refused."""
    rows = connection.execute(
        f"SELECT id FROM refunds WHERE id = ANY(%s) AND status = {RefundStatus.FAILED.sql}",  # noqa: S608  # only constants
        (list(refund_ids),),
    ).fetchall()
    return [row[0] for row in rows]


def reopen(connection: RawConnection, refund_ids: Sequence[UUID]) -> list[UUID]:
    """Send those of these refunds that the provider has refused once more. Returns them."""
    rows = connection.execute(
        f"""
        UPDATE refunds r SET status = {RefundStatus.PENDING.sql}, attempts = 0, updated_at = now(), next_at = now() + %s * interval '1 second'
        FROM (SELECT id FROM refunds WHERE id = ANY(%s) AND status = {RefundStatus.FAILED.sql} ORDER BY id FOR NO KEY UPDATE) AS refused
        WHERE r.id = refused.id RETURNING r.id
        """,  # noqa: S608  # only constants
        (LEASE_SECONDS, list(refund_ids)),
    ).fetchall()
    return sorted(row[0] for row in rows)
