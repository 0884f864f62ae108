"""Rebook at a lower fare: the traveller keeps the seats, the booking gets their present price, and the difference is refunded to the card."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import msgspec

from core import clock
from core.after_commit import AfterCommit
from core.bookings import rebookings
from core.bookings.errors import NoLowerFare, NotRebookable, PriceChanged
from core.bookings.locking import LockedBooking, lock_own_booking
from core.bookings.price import Price
from core.bookings.reading import queries
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights.models import FlightStatus
from core.flights.seat_counts import lock_counts
from core.payments import refunds


class FareView(msgspec.Struct, frozen=True, kw_only=True):
    """The booked and the present price of all seats on all flights of a booking, in its currency."""

    booked_total: str
    total: str | None
    """What the same seats cost now; null if a flight is now sold in another currency."""
    currency: str
    rebookable: bool
    """Whether the booking can be rebooked at `total`, which is lower than `booked_total`."""


def rebook(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, expected: Price) -> AfterCommit:
    """Rebook at the present fare. `expected`: the new total that the traveller saw. `owner_id`: None for an administrator. A second call
    with the same total changes nothing.

    Raises:
        BookingNotFound: there is no such booking of this owner.
        NotRebookable: it is not confirmed, a flight has departed or is cancelled, or a flight is sold in another currency now.
        PriceChanged: the present total of the seats is not `expected`.
        NoLowerFare: the present total is not lower than what was paid.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    _require_seats(booking)
    lock_counts(connection, booking.flight_ids)  # until the end of the transaction the fare does not change
    paid = Price(booking.price_total, booking.currency)
    if expected == paid and rebookings.was_rebooked_at(connection, booking.id, paid.amount):
        return AfterCommit()
    fares = rebookings.read_fares(connection, booking.id)
    actual = rebookings.total_now(fares, booking.seats, booking.currency)
    if actual is None:
        raise NotRebookable("A flight of this booking is sold in another currency now.", booking_status=booking.status.value)
    if actual != expected:
        raise PriceChanged(
            f"The fare is {actual.text} {actual.currency} now, and not {expected.text} {expected.currency}.",
            expected=expected.as_data(),
            actual=actual.as_data(),
        )
    if actual.amount >= paid.amount:
        raise NoLowerFare(
            f"The seats cost {actual.text} {actual.currency} now, which is not less than the {paid.text} {paid.currency} of the booking.",
            paid=paid.as_data(),
            actual=actual.as_data(),
        )
    rebookings.write(connection, booking.id, paid, {fare.flight_id: fare.price * booking.seats for fare in fares})
    after = AfterCommit(changed_bookings=[booking.id])
    refunds.request_difference(connection, booking.id, paid.amount - actual.amount, after)
    return after


def _require_seats(booking: LockedBooking) -> None:
    status = booking.status.value
    if booking.status is not BookingStatus.CONFIRMED:
        raise NotRebookable("Only a confirmed booking can be rebooked at a lower fare.", booking_status=status)
    if booking.has_departed_flight or booking.has_cancelled_flight:
        raise NotRebookable("A flight of this booking has left or is cancelled.", booking_status=status)


def read_fare(connection: RawConnection, booking_id: UUID, owner_id: UUID | None) -> FareView:
    """The booked and the present price of a booking. `owner_id`: None for an administrator.

    Raises:
        BookingNotFound
    """
    booking = queries.get_booking(connection, booking_id, owner_id)
    actual = rebookings.total_now(rebookings.read_fares(connection, booking_id), booking.seats, booking.currency)
    now = clock.now()
    keeps_seats = booking.status is BookingStatus.CONFIRMED and all(
        segment.flight.departure_ts > now and segment.flight.status == FlightStatus.SCHEDULED for segment in booking.segments
    )
    return FareView(
        booked_total=booking.price_total,
        total=None if actual is None else actual.text,
        currency=booking.currency,
        rebookable=keeps_seats and actual is not None and actual.amount < Decimal(booking.price_total),
    )
