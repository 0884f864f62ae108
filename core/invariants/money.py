"""The invariants of money: a booking is charged at most once, and captured money either pays for a booking or is being refunded."""

from __future__ import annotations

from typing import Any, Final

from core import money
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.payments.models import PaymentStatus, RefundStatus
from core.payments.refunds import REMAINING, RefundReason

_CHARGED_TWICE: Final = f"""
    SELECT 'booking ' || booking_id || ' was charged ' || count(*) || ' times'
    FROM payments WHERE status = {PaymentStatus.SUCCEEDED.sql} GROUP BY booking_id HAVING count(*) > 1
"""  # noqa: S608  # only constants
_UNPAID: Final = f"""
    SELECT 'booking ' || b.id || ' costs ' || {money.exact_sql("b.price_total", "b.currency")} || ' ' || b.currency || ' and '
        || coalesce({money.exact_sql("paid.kept", "p.currency")} || ' ' || p.currency, 'nothing') || ' was paid for it'
    FROM bookings b LEFT JOIN payments p ON p.booking_id = b.id AND p.status = {PaymentStatus.SUCCEEDED.sql}
    CROSS JOIN LATERAL (SELECT {REMAINING} AS kept) AS paid
    WHERE b.status = {BookingStatus.CONFIRMED.sql} AND b.payment_mode <> {PaymentMode.NONE.sql} AND b.price_total > 0 AND paid.kept IS DISTINCT FROM b.price_total
"""  # noqa: S608  # only constants
_WRONG_REFUND: Final = f"""
    SELECT 'booking ' || b.id || ' is ' || b.status || ', was paid ' || {money.exact_sql("paid.kept", "p.currency")} || ' '
        || p.currency || ' and given back ' || {money.exact_sql("coalesce(r.amount, 0)", "p.currency")}
    FROM payments p JOIN bookings b ON b.id = p.booking_id
    LEFT JOIN refunds r ON r.payment_id = p.id AND r.reason <> {RefundReason.LOWER_FARE.sql}
    CROSS JOIN LATERAL (SELECT {REMAINING} AS kept) AS paid
    LEFT JOIN cancellations c ON c.booking_id = b.id AND c.confirmed_at IS NOT NULL
    WHERE p.status IN ({PaymentStatus.SUCCEEDED.sql}, {PaymentStatus.SURPLUS.sql}) AND p.amount > 0 AND CASE
        WHEN p.status = {PaymentStatus.SURPLUS.sql} THEN r.amount IS DISTINCT FROM p.amount
        -- The quote and its fee are about the money that was paid when it was made. Money that came later is refunded completely, and
        -- so is all money if the airline cancelled the flight.
        WHEN b.status = {BookingStatus.CANCELLED.sql} THEN coalesce(r.amount, 0) <>
            CASE WHEN c.refund_amount + c.fee_amount = paid.kept THEN c.refund_amount ELSE paid.kept END
        WHEN b.status = {BookingStatus.CONFIRMED.sql} AND b.payment_mode <> {PaymentMode.NONE.sql} THEN r.id IS NOT NULL
        WHEN b.status IN ({BookingStatus.FAILED.sql}, {BookingStatus.EXPIRED.sql}) THEN r.amount IS DISTINCT FROM p.amount
        ELSE true END
"""  # noqa: S608  # only constants
_REFUSED: Final = f"""
    SELECT 'refund ' || id || ' of ' || {money.exact_sql("amount", "currency")} || ' ' || currency || ' was refused by the provider'
    FROM refunds WHERE status = {RefundStatus.FAILED.sql}
"""  # noqa: S608  # only constants
_NEVER_SWEPT: Final = f"""
    SELECT 'payment ' || id || ' is ' || status || ', and no sweep will process it' FROM payments
    WHERE status IN ({PaymentStatus.REQUIRES_PAYMENT.sql}, {PaymentStatus.PROCESSING.sql}, {PaymentStatus.UNKNOWN.sql}) AND next_at IS NULL
    UNION ALL SELECT 'refund ' || id || ' is pending, and no sweep will process it' FROM refunds
    WHERE status = {RefundStatus.PENDING.sql} AND next_at IS NULL
    UNION ALL SELECT 'booking ' || id || ' is held, and no sweep will process it' FROM bookings
    WHERE status = {BookingStatus.HELD.sql} AND next_at IS NULL
"""  # noqa: S608  # only constants


def find_violations(connection: RawConnection, *, limit: int) -> list[str]:
    """The violations, as sentences that name the row; at most `limit` of each kind. They can be checked at any moment, also while payments
    are made.
    """
    rows: list[tuple[Any, ...]] = []
    for query in (_CHARGED_TWICE, _UNPAID, _WRONG_REFUND, _REFUSED, _NEVER_SWEPT):
        rows += connection.execute(f"{query} LIMIT %s", (limit,)).fetchall()
    return [row[0] for row in rows]
