"""Cancel a booking: give back its seats and its money exactly once, even if several requests cancel it at the same time."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings import quotes
from core.bookings.errors import NotCancellable, QuoteExpired, QuoteSuperseded
from core.bookings.locking import LockedBooking, lock_bookings, lock_own_booking
from core.bookings.quotes import Quote, Situation
from core.bookings.reading.actions import available_actions
from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection
from core.flights.changes import schedule_changes
from core.lifecycle.end import end_bookings
from core.payments import refunds
from core.payments.refunds import RefundReason
from core.settings import Fares


def quote(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, fares: Fares) -> Quote:
    """Compute what cancelling would refund, and store it as a quote that is valid for some minutes. `owner_id`: None for an
    administrator.

    Raises:
        BookingNotFound: there is no such booking of this owner.
        NotCancellable: the booking has ended, or a flight has departed.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    situation = quotes.read_situation(connection, booking)
    _require_cancellable(booking, situation)
    return quotes.issue(connection, fares, booking, situation)


def confirm(
    connection: RawConnection, quote_id: UUID, owner_id: UUID | None, fares: Fares, *, hold_minutes: int
) -> tuple[UUID, AfterCommit]:
    """Cancel all flights of the booking as quoted. Returns the booking's id. Confirming the same quote again changes nothing.

    If the refund would be higher now than in the quote, the higher amount is refunded: a flight may have been moved in the meantime.

    Raises:
        QuoteNotFound, QuoteExpired, QuoteSuperseded
        NotCancellable: the booking has ended in another way, or a flight has departed.
    """
    confirmed_quote = quotes.get_quote(connection, quote_id, owner_id)
    booking = lock_bookings(connection, [confirmed_quote.booking_id])[confirmed_quote.booking_id]
    confirmed_quote = quotes.get_quote(connection, quote_id, owner_id)  # read again, now that the booking is locked
    after = AfterCommit()
    if confirmed_quote.confirmed_at is not None:
        return booking.id, after
    situation = quotes.read_situation(connection, booking)
    _require_cancellable(booking, situation)
    if confirmed_quote.outdated:
        raise QuoteSuperseded("There is a newer quote for this booking. Confirm that one.")
    if confirmed_quote.refund_amount + confirmed_quote.fee_amount != situation.captured:
        raise QuoteSuperseded("A payment was made after this quote. Ask for a new quote.")
    if confirmed_quote.expired:
        raise QuoteExpired("This quote has expired. Ask for a new one.")
    refund = max(confirmed_quote.refund_amount, quotes.refund_of(fares, booking, situation))
    quotes.confirm(connection, confirmed_quote, refund)
    _end(connection, booking, situation, refund, after, hold_minutes)
    return booking.id, after


def cancel(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, fares: Fares, *, hold_minutes: int) -> AfterCommit:
    """Quote and confirm in one step. A second cancellation of the same booking is refused.

    Raises:
        BookingNotFound, NotCancellable: as `quote`.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    situation = quotes.read_situation(connection, booking)
    _require_cancellable(booking, situation)
    new_quote = quotes.issue(connection, fares, booking, situation, confirmed=True)
    after = AfterCommit()
    _end(connection, booking, situation, new_quote.refund_amount, after, hold_minutes)
    return after


def _require_cancellable(booking: LockedBooking, situation: Situation) -> None:
    actions = available_actions(
        booking.status, ahead=not booking.has_begun, flight_cancelled=situation.flight_cancelled, moved=situation.moved
    )
    if "cancel" in actions:
        return
    has_seats = booking.status in (BookingStatus.HELD, BookingStatus.CONFIRMED)
    why = "The flight has departed." if has_seats else f"A booking that is {booking.status} cannot be cancelled."
    raise NotCancellable(why, booking_status=booking.status.value, available_actions=actions)


def _end(
    connection: RawConnection,
    booking: LockedBooking,
    situation: Situation,
    refund: Decimal,
    after: AfterCommit,
    hold_minutes: int,
) -> None:
    by_airline = situation.flight_cancelled
    failure = FailureCode.FLIGHT_CANCELLED if by_airline else None
    end_bookings(connection, [booking], BookingStatus.CANCELLED, after, hold_minutes=hold_minutes, failure=failure)
    reason = RefundReason.FLIGHT_CANCELLED if by_airline else RefundReason.CANCELLED
    refunds.request(connection, booking.id, reason, after, refund)
    schedule_changes.resolve(connection, [booking.id], "cancelled")
