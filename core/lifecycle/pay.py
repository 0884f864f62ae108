"""A traveller pays for seats that are held."""

from __future__ import annotations

from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.locking import LockedBooking, lock_own_booking
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.bookings.transitions import Transition, Transitions, stages
from core.clock import now
from core.db import RawConnection
from core.flights.seat_counts import lock_counts, write_counts
from core.messaging.messages import WorkPayments
from core.payments import charges
from core.payments.errors import AlreadyPaid, HoldExpired, NotPayable, PaymentInProgress
from core.payments.models import PaymentStatus


def pay(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, token: str) -> AfterCommit:
    """Store one attempt to charge `token`; a worker calls the provider. A booking with a price of 0 is confirmed at once, without
    a call. `owner_id`: None for an administrator.

    Raises:
        BookingNotFound: there is no such booking of this owner.
        HoldExpired, AlreadyPaid, PaymentInProgress, NotPayable
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    _require_payable(connection, booking)
    if not booking.price_total:
        return _confirm(connection, booking)
    charges.open_attempts(connection, {booking.id: booking.price_total}, token)
    return AfterCommit(changed_bookings=[booking.id], messages=[WorkPayments((booking.id,))])


def _confirm(connection: RawConnection, booking: LockedBooking) -> AfterCommit:
    """Confirm a held booking with a price of 0."""
    counts = lock_counts(connection, booking.flight_ids)
    for count in counts.values():
        count.hold(-booking.seats)
        count.sell(booking.seats)
    transitions = Transitions()
    transitions.add(Transition(booking.id, BookingStatus.CONFIRMED, stages(("confirmed", now()))))
    after = AfterCommit(free_seats={flight_id: count.free for flight_id, count in counts.items()})
    transitions.write(connection, BookingStatus.HELD, after)
    write_counts(connection, counts)
    return after


def _require_payable(connection: RawConnection, booking: LockedBooking) -> None:
    if booking.payment_mode is PaymentMode.NONE:
        raise NotPayable("This booking needs no payment.", booking_status=booking.status.value)
    match booking.status:
        case BookingStatus.CONFIRMED:
            raise AlreadyPaid("This booking is paid for.")
        case BookingStatus.EXPIRED:
            raise HoldExpired("The hold has ended, and the seats are free again.")
        case BookingStatus.PENDING | BookingStatus.CANCELLED | BookingStatus.FAILED:
            raise NotPayable(f"A booking that is {booking.status} cannot be paid for.", booking_status=booking.status.value)
        case BookingStatus.HELD:
            _require_open_hold(connection, booking)


def _require_open_hold(connection: RawConnection, booking: LockedBooking) -> None:
    payment = charges.lock_undeclined(connection, [booking.id]).get(booking.id)
    if payment is not None and payment.status is PaymentStatus.SUCCEEDED:
        raise AlreadyPaid("This booking is paid for.")
    if payment is not None or booking.payment_mode is PaymentMode.TOKEN:
        raise PaymentInProgress("A payment for this booking is in progress.")
    row = connection.execute("SELECT %s <= now()", (booking.hold_expires_at,)).fetchone()
    if row is None or row[0]:
        raise HoldExpired("The hold has ended; its seats are given back.")
    if not booking.may_be_paid:
        raise NotPayable("The flight is cancelled or has departed.", booking_status=booking.status.value)
