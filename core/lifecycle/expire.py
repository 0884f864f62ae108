"""End bookings that were not paid in time. The sweep calls this every second, so a hold ends in time even if messages are late or
lost.

While a payment is in progress, or its outcome is unknown, a booking is kept after the end of its hold, until the outcome is known
or a hard limit is reached. If money arrives later, the booking gets its seats again if they are free; otherwise the money is
refunded (`core/lifecycle/settle_payment.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum, auto
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.locking import LockedBooking
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.unfinished import overdue
from core.bookings.unfinished.overdue import DueHold
from core.db import RawConnection
from core.flights.seat_counts import lock_counts
from core.lifecycle.end import end_bookings
from core.messaging.messages import MAX_IDS, WorkPayments
from core.payments import charges
from core.payments.charges import LockedPayment
from core.payments.models import PaymentStatus


class _Fate(Enum):
    LOOK_LATER = auto()
    """Nothing to do: its hold is not over, and a worker has its payment."""
    SEND = auto()
    """The charge has not begun: its message was lost, or the provider cannot be reached."""
    KEEP = auto()
    """Its hold is over, but its payment is not decided yet."""
    EXPIRE = auto()
    TIME_OUT = auto()


def end_overdue(connection: RawConnection, booking_ids: Sequence[UUID], *, hold_minutes: int) -> AfterCommit:
    """End or reschedule those of these bookings that are HELD and due.

    `hold_minutes`: how long an offer of the freed seats to the waiting list is valid.
    """
    due = overdue.lock_due(connection, booking_ids)
    payments = charges.lock_undeclined(connection, [each.booking.id for each in due])
    fates: dict[_Fate, list[LockedBooking]] = defaultdict(list)
    for each in due:
        fates[_decide(each, payments.get(each.booking.id))].append(each.booking)
    after = AfterCommit()
    _postpone(connection, fates)
    after.messages += _messages(fates[_Fate.SEND])
    ending = fates[_Fate.EXPIRE] + fates[_Fate.TIME_OUT]
    unsent = [payments[booking.id] for booking in ending if booking.id in payments]
    charges.decline(
        connection,
        {payment.id: charges.NOT_CHARGED for payment in unsent if payment.status is PaymentStatus.REQUIRES_PAYMENT},
        after,
    )
    # The flights of all groups are locked at once, in the order of their ids, to avoid deadlocks.
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


def _decide(due: DueHold, payment: LockedPayment | None) -> _Fate:
    booking = due.booking
    by_token = booking.payment_mode is PaymentMode.TOKEN
    if not due.is_over:
        return _Fate.SEND if by_token and payment is None else _Fate.LOOK_LATER
    if payment is not None and not due.is_lapsed:
        # A traveller who paid in time keeps the seats, however long the queue is. A charge that we should have started and did
        # not send in time ends the booking, and so does any charge that was not sent before the departure.
        unsent = payment.status is PaymentStatus.REQUIRES_PAYMENT
        if not (unsent and (by_token or not booking.may_be_paid)):
            return _Fate.KEEP
    return _Fate.TIME_OUT if by_token else _Fate.EXPIRE


def _postpone(connection: RawConnection, fates: dict[_Fate, list[LockedBooking]]) -> None:
    def ids(fate: _Fate) -> list[UUID]:
        return [booking.id for booking in fates[fate]]

    if waiting := ids(_Fate.KEEP):
        overdue.look_again_soon(connection, waiting)
    if early := ids(_Fate.LOOK_LATER):
        overdue.look_again_at_end(connection, early)
    if unsent := ids(_Fate.SEND):
        overdue.lease_for_payment(connection, unsent)


def _messages(bookings: Sequence[LockedBooking]) -> list[WorkPayments]:
    return [
        WorkPayments(tuple(booking.id for booking in bookings[start : start + MAX_IDS]))
        for start in range(0, len(bookings), MAX_IDS)
    ]
