"""A traveller pays for seats that are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.locking import LockedBooking, lock_bookings, require_own
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.bookings.transitions import Transition, Transitions, stages
from core.clock import now
from core.db import RawConnection
from core.errors import AppError
from core.flights.seat_counts import lock_counts, write_counts
from core.messaging.messages import WorkPayments
from core.payments import charges
from core.payments.charges import LockedPayment, NewAttempt
from core.payments.errors import AlreadyPaid, HoldExpired, NotPayable, PaymentInProgress
from core.payments.models import PaymentStatus


@dataclass(frozen=True, slots=True)
class CardPayment:
    """A request to charge `token` for a booking. `owner_id`: whose booking it may be; None for an administrator."""

    booking_id: UUID
    owner_id: UUID | None
    token: str


def pay(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, token: str) -> AfterCommit:
    """Store one attempt to charge `token`; a worker calls the provider. A booking with a price of 0 is confirmed at once, without
    a call. `owner_id`: None for an administrator.

    Raises:
        BookingNotFound: there is no such booking of this owner.
        HoldExpired, AlreadyPaid, PaymentInProgress, NotPayable
    """
    after = AfterCommit()
    refused = pay_all(connection, [CardPayment(booking_id, owner_id, token)], after)
    if refused:
        raise refused[booking_id]
    return after


def pay_all(connection: RawConnection, wanted: Sequence[CardPayment], after: AfterCommit) -> dict[UUID, AppError]:
    """As `pay`, for different bookings. Those that cannot be paid for are left out. Returns the reasons for these, by booking id."""
    bookings = lock_bookings(connection, [each.booking_id for each in wanted])
    payments = charges.lock_undeclined(connection, list(bookings))
    refused: dict[UUID, AppError] = {}
    free: list[LockedBooking] = []
    charged: dict[UUID, NewAttempt] = {}
    for each in wanted:
        try:
            booking = require_own(bookings.get(each.booking_id), each.owner_id)
            _require_payable(booking, payments.get(booking.id))
        except AppError as error:
            refused[each.booking_id] = error
            continue
        if booking.price_total:
            charged[booking.id] = NewAttempt(booking.price_total, each.token)
        else:
            free.append(booking)
    if charged:
        charges.open_attempts(connection, charged)
        after.changed_bookings += charged
        after.messages.append(WorkPayments(tuple(charged)))
    if free:
        _confirm(connection, free, after)
    return refused


def _confirm(connection: RawConnection, bookings: Sequence[LockedBooking], after: AfterCommit) -> None:
    """Confirm held bookings with a price of 0."""
    counts = lock_counts(connection, {flight_id for booking in bookings for flight_id in booking.flight_ids})
    transitions, stage = Transitions(), stages(("confirmed", now()))
    for booking in bookings:
        for flight_id in booking.flight_ids:
            counts[flight_id].hold(-booking.seats)
            counts[flight_id].sell(booking.seats)
        transitions.add(Transition(booking.id, BookingStatus.CONFIRMED, stage))
    transitions.write(connection, BookingStatus.HELD, after)
    write_counts(connection, counts)
    after.free_seats |= {flight_id: count.free for flight_id, count in counts.items()}


def _require_payable(booking: LockedBooking, payment: LockedPayment | None) -> None:
    """`payment`: the one that has paid for the booking, or still may."""
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
            _require_open_hold(booking, payment)


def _require_open_hold(booking: LockedBooking, payment: LockedPayment | None) -> None:
    if payment is not None and payment.status is PaymentStatus.SUCCEEDED:
        raise AlreadyPaid("This booking is paid for.")
    if payment is not None or booking.payment_mode is PaymentMode.TOKEN:
        raise PaymentInProgress("A payment for this booking is in progress.")
    if booking.hold_has_ended:
        raise HoldExpired("The hold has ended; its seats are given back.")
    if not booking.may_be_paid:
        raise NotPayable("The flight is cancelled or has departed.", booking_status=booking.status.value)
