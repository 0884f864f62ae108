"""End what was not paid in time. The sweep comes here every second, so no hold depends on a message that is late, or lost.

While a payment is in progress, or its outcome unknown, a booking is kept past the end of its hold: until the outcome is known, or
a hard limit is reached. Money that arrives after that is rescued or refunded (`core/lifecycle/settle_payment.py`).
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
    """Its time is not over, and somebody else sees to its payment."""
    SEND = auto()
    """Nobody has begun to charge it: the message was lost, or the provider is away."""
    KEEP = auto()
    """Its time is over and its payment is not."""
    EXPIRE = auto()
    TIME_OUT = auto()


def end_overdue(connection: RawConnection, booking_ids: Sequence[UUID], *, hold_minutes: int) -> AfterCommit:
    """Deal with those of these bookings that are HELD and due.

    `hold_minutes`: how long a party of the waiting list may take to pay for the seats that this frees.
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


def _decide(due: DueHold, payment: LockedPayment | None) -> _Fate:
    booking = due.booking
    by_token = booking.payment_mode is PaymentMode.TOKEN
    if not due.is_over:
        return _Fate.SEND if by_token and payment is None else _Fate.LOOK_LATER
    if payment is not None and not due.is_lapsed:
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
