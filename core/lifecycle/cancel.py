"""Cancel a booking: give its seats and its money back exactly once, whoever asks however often."""

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
    """Say what cancelling would give back, and promise it for a while. `owner_id` None is an admin.

    Raises:
        BookingNotFound: there is none, or it is somebody else's.
        NotCancellable: its status, or its departure, forbids it.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    situation = quotes.read_situation(connection, booking)
    _require_cancellable(booking, situation)
    return quotes.issue(connection, fares, booking, situation)


def confirm(
    connection: RawConnection, quote_id: UUID, owner_id: UUID | None, fares: Fares, *, hold_minutes: int
) -> tuple[UUID, AfterCommit]:
    """Cancel as quoted, all flights of the booking, whose id is returned. Confirming the same quote again changes nothing.

    What the traveller may claim now is given back if it is more than was promised: a flight may have been moved meanwhile.

    Raises:
        QuoteNotFound, QuoteExpired, QuoteSuperseded
        NotCancellable: the booking has ended in another way, or has departed.
    """
    promised = quotes.get_quote(connection, quote_id, owner_id)
    booking = lock_bookings(connection, [promised.booking_id])[promised.booking_id]
    promised = quotes.get_quote(connection, quote_id, owner_id)  # as it is under the lock
    after = AfterCommit()
    if promised.confirmed_at is not None:
        return booking.id, after
    situation = quotes.read_situation(connection, booking)
    _require_cancellable(booking, situation)
    if promised.outdated:
        raise QuoteSuperseded("There is a newer quote for this booking.")
    if promised.refund_amount + promised.fee_amount != situation.captured:
        raise QuoteSuperseded("Something was paid since this quote. Ask for a new one.")
    if promised.expired:
        raise QuoteExpired("This quote is no longer good. Ask for a new one.")
    refund = max(promised.refund_amount, quotes.refund_of(fares, booking, situation))
    quotes.confirm(connection, promised, refund)
    _end(connection, booking, situation, refund, after, hold_minutes)
    return booking.id, after


def cancel(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, fares: Fares, *, hold_minutes: int) -> AfterCommit:
    """Quote and confirm in one step; a second cancellation of the same booking is refused.

    Raises:
        BookingNotFound, NotCancellable: as `quote`.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    situation = quotes.read_situation(connection, booking)
    _require_cancellable(booking, situation)
    carried_out = quotes.issue(connection, fares, booking, situation, confirmed=True)
    after = AfterCommit()
    _end(connection, booking, situation, carried_out.refund_amount, after, hold_minutes)
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
