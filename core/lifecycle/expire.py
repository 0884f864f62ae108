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
from core.messaging.messages import WorkPayments
from core.payments import charges
from core.payments.charges import LockedPayment
from core.payments.models import PaymentStatus


class _Decision(Enum):
    """What happens to a booking that is HELD and due."""

    LOOK_LATER = auto()
    """Nothing to do: its hold is not over, and a worker has its payment."""
    SEND = auto()
    """The charge has not begun: its message was lost, or the provider cannot be reached."""
    KEEP = auto()
    """Its hold is over, but its payment is not decided yet."""
    EXPIRE = auto()
    """Its hold is over, and nothing was paid."""
    TIME_OUT = auto()
    """The card that came with it was not charged in time."""


def end_overdue(connection: RawConnection, booking_ids: Sequence[UUID], *, hold_minutes: int) -> AfterCommit:
    """End or reschedule those of these bookings that are HELD and due.

    `hold_minutes`: how long an offer of the freed seats to the waiting list is valid.
    """
    due = overdue.lock_due(connection, booking_ids)
    payments = charges.lock_undeclined(connection, [each.booking.id for each in due])
    decisions: dict[_Decision, list[LockedBooking]] = defaultdict(list)
    for each in due:
        decisions[_decide(each, payments.get(each.booking.id))].append(each.booking)
    after = AfterCommit()
    _postpone(connection, decisions)
    after.messages += WorkPayments.for_ids([booking.id for booking in decisions[_Decision.SEND]])
    ending = decisions[_Decision.EXPIRE] + decisions[_Decision.TIME_OUT]
    unsent = [payments[booking.id] for booking in ending if booking.id in payments]
    charges.decline(
        connection,
        {payment.id: charges.NOT_CHARGED for payment in unsent if payment.status is PaymentStatus.REQUIRES_PAYMENT},
        after,
    )
    # The flights of all groups are locked at once, in the order of their ids, to avoid deadlocks.
    lock_counts(connection, {flight_id for booking in ending for flight_id in booking.flight_ids})
    end_bookings(connection, decisions[_Decision.EXPIRE], BookingStatus.EXPIRED, after, hold_minutes=hold_minutes)
    end_bookings(
        connection,
        decisions[_Decision.TIME_OUT],
        BookingStatus.FAILED,
        after,
        hold_minutes=hold_minutes,
        failure=FailureCode.PAYMENT_TIMEOUT,
    )
    return after


def _decide(due: DueHold, payment: LockedPayment | None) -> _Decision:
    booking = due.booking
    by_token = booking.payment_mode is PaymentMode.TOKEN
    if not due.is_over:
        return _Decision.SEND if by_token and payment is None else _Decision.LOOK_LATER
    if payment is not None and not due.is_lapsed:
        # A traveller who paid in time keeps the seats, however long the queue is. If the charge
        # of a card that came with the booking was not sent in time, the booking ends, and so it does if any charge was not sent
        # before the departure.
        unsent = payment.status is PaymentStatus.REQUIRES_PAYMENT
        if not (unsent and (by_token or not booking.may_be_paid)):
            return _Decision.KEEP
    return _Decision.TIME_OUT if by_token else _Decision.EXPIRE


def _postpone(connection: RawConnection, decisions: dict[_Decision, list[LockedBooking]]) -> None:
    def ids(decision: _Decision) -> list[UUID]:
        return [booking.id for booking in decisions[decision]]

    if waiting := ids(_Decision.KEEP):
        overdue.look_again_soon(connection, waiting)
    if early := ids(_Decision.LOOK_LATER):
        overdue.look_again_at_end(connection, early)
    if unsent := ids(_Decision.SEND):
        overdue.lease_for_payment(connection, unsent)
