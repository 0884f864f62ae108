"""End what was not paid in time. The sweep comes here every second, so no hold depends on a message that is late, or lost.

While a payment is in progress, or its outcome unknown, a booking is kept past the end of its hold: until the outcome is known, or
a hard limit is reached. Money that arrives after that is rescued or refunded (`core/lifecycle/settle_payment.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum, auto
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.locking import LockedBooking, lock_bookings
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection
from core.flights.seat_counts import lock_counts
from core.lease import LEASE_SECONDS
from core.lifecycle.end import end_bookings
from core.messaging.messages import MAX_IDS, WorkPayments
from core.payments import charges
from core.payments.charges import LockedPayment
from core.payments.models import PaymentStatus

HARD_LIMIT_MINUTES: Final = 60
"""How long past its hold a booking is kept for a payment whose outcome is unknown."""
LOOK_AGAIN_SECONDS: Final = 5
RESEND_CAP_SECONDS: Final = 120


class _Fate(Enum):
    LOOK_LATER = auto()
    """Its time is not over, and somebody else sees to its payment."""
    SEND = auto()
    """Nobody has begun to charge it: the message was lost, or the provider is away."""
    KEEP = auto()
    """Its time is over and its payment is not."""
    EXPIRE = auto()
    TIME_OUT = auto()


def find_overdue(connection: RawConnection, *, limit: int) -> list[UUID]:
    """HELD bookings that somebody should look at now, the longest due first."""
    rows = connection.execute(
        "SELECT id FROM bookings WHERE next_at < now() AND status = 'HELD' ORDER BY next_at LIMIT %s", (limit,)
    ).fetchall()
    return [row[0] for row in rows]


def end_overdue(connection: RawConnection, booking_ids: Sequence[UUID], *, hold_minutes: int) -> AfterCommit:
    """Deal with those of these bookings that are HELD and due.

    `hold_minutes`: how long a party of the waiting list may take to pay for the seats that this frees.
    """
    due = _lock_due(connection, booking_ids)
    payments = charges.lock_undeclined(connection, [booking.id for booking, _, _ in due])
    fates: dict[_Fate, list[LockedBooking]] = defaultdict(list)
    for booking, over, lapsed in due:
        fates[_decide(booking, payments.get(booking.id), over=over, lapsed=lapsed)].append(booking)
    after = AfterCommit()
    _postpone(connection, fates)
    after.messages += _messages(fates[_Fate.SEND])
    ending = fates[_Fate.EXPIRE] + fates[_Fate.TIME_OUT]
    unsent = [payments[booking.id] for booking in ending if booking.id in payments]
    charges.decline(
        connection,
        {payment.id: charges.NOT_CHARGED for payment in unsent if payment.status is PaymentStatus.REQUIRES_PAYMENT},
    )
    # Both groups' flights at once and in one order; each group then takes its own again.
    lock_counts(connection, {flight_id for booking in ending for flight_id in booking.flight_ids})
    end_bookings(connection, fates[_Fate.EXPIRE], BookingStatus.EXPIRED, after, hold_minutes=hold_minutes)
    end_bookings(
        connection,
        fates[_Fate.TIME_OUT],
        BookingStatus.FAILED,
        after,
        hold_minutes=hold_minutes,
        failure=FailureCode.PAYMENT_TIMEOUT,
    )
    return after


def reschedule(connection: RawConnection, booking_id: UUID) -> None:
    """This booking cannot be ended now, for a reason of its own: let the others pass."""
    connection.execute("UPDATE bookings SET next_at = now() + interval '1 minute' WHERE id = %s", (booking_id,))


def make_due_now(connection: RawConnection) -> None:
    """The queues were lost: whoever waits for a message to be charged is due now."""
    connection.execute(
        """
        UPDATE bookings SET next_at = now() WHERE id IN (
            SELECT id FROM bookings b WHERE next_at IS NOT NULL AND status = 'HELD' AND payment_mode = 'token'
            AND NOT EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id) FOR NO KEY UPDATE SKIP LOCKED
        )
        """
    )


def _lock_due(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[tuple[LockedBooking, bool, bool]]:
    """Bookings that are due under their lock, and whether the hold, and the hard limit, is over by the database's clock."""
    bookings = lock_bookings(connection, booking_ids)
    rows = connection.execute(
        """
        SELECT id, hold_expires_at <= now(), hold_expires_at + %s * interval '1 minute' <= now() FROM bookings
        WHERE id = ANY(%s) AND next_at < now() AND status = 'HELD' ORDER BY id
        """,
        (HARD_LIMIT_MINUTES, list(bookings)),
    ).fetchall()
    return [(bookings[booking_id], over, lapsed) for booking_id, over, lapsed in rows]


def _decide(booking: LockedBooking, payment: LockedPayment | None, *, over: bool, lapsed: bool) -> _Fate:
    by_token = booking.payment_mode is PaymentMode.TOKEN
    if not over:
        return _Fate.SEND if by_token and payment is None else _Fate.LOOK_LATER
    if payment is not None and not lapsed:
        # Who paid in time is served, however long the queue is. A charge of ours that was never sent has had its time, and so has
        # any that was not sent before the flight left.
        unsent = payment.status is PaymentStatus.REQUIRES_PAYMENT
        if not (unsent and (by_token or not booking.may_be_paid)):
            return _Fate.KEEP
    return _Fate.TIME_OUT if by_token else _Fate.EXPIRE


def _postpone(connection: RawConnection, fates: dict[_Fate, list[LockedBooking]]) -> None:
    def ids(fate: _Fate) -> list[UUID]:
        return [booking.id for booking in fates[fate]]

    if waiting := ids(_Fate.KEEP):
        connection.execute(
            "UPDATE bookings SET next_at = now() + %s * interval '1 second' WHERE id = ANY(%s)", (LOOK_AGAIN_SECONDS, waiting)
        )
    if early := ids(_Fate.LOOK_LATER):
        connection.execute("UPDATE bookings SET next_at = hold_expires_at WHERE id = ANY(%s)", (early,))
    if unsent := ids(_Fate.SEND):
        connection.execute(
            """
            UPDATE bookings SET attempts = least(attempts + 1, 100), next_at = least(
                hold_expires_at, now() + least(%s * power(2, least(attempts, 10)), %s) * interval '1 second'
            ) WHERE id = ANY(%s)
            """,
            (LEASE_SECONDS, RESEND_CAP_SECONDS, unsent),
        )


def _messages(bookings: Sequence[LockedBooking]) -> list[WorkPayments]:
    return [
        WorkPayments(tuple(booking.id for booking in bookings[start : start + MAX_IDS]))
        for start in range(0, len(bookings), MAX_IDS)
    ]
