"""Cancel a booking: give its seats and its money back exactly once, whoever asks however often."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings import quotes
from core.bookings.errors import BookingNotFound, NotCancellable, QuoteExpired, QuoteSuperseded
from core.bookings.queries import NOT_FOUND
from core.bookings.quotes import Quote, Situation
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.views import available_actions
from core.db import RawConnection
from core.flights import schedule_changes
from core.lifecycle.end import LockedTrip, end_trips, lock_trips
from core.payments import refunds
from core.payments.refunds import RefundReason
from core.settings import Fares


def quote(connection: RawConnection, trip_id: UUID, owner_id: UUID | None, fares: Fares) -> Quote:
    """Say what cancelling would give back, and promise it for a while. `owner_id` None is an admin.

    Raises:
        BookingNotFound: there is none, or it is somebody else's.
        NotCancellable: its status, or its departure, forbids it.
    """
    trip = _lock(connection, trip_id, owner_id)
    situation = quotes.read_situation(connection, trip)
    _require_cancellable(trip, situation)
    return quotes.issue(connection, fares, trip, situation)


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
    trip = lock_trips(connection, [promised.trip_id])[promised.trip_id]
    promised = quotes.get_quote(connection, quote_id, owner_id)  # as it is under the lock
    after = AfterCommit()
    if promised.confirmed_at is not None:
        return trip.id, after
    situation = quotes.read_situation(connection, trip)
    _require_cancellable(trip, situation)
    if promised.outdated:
        raise QuoteSuperseded("There is a newer quote for this booking.")
    if promised.refund_amount + promised.fee_amount != situation.captured:
        raise QuoteSuperseded("Something was paid since this quote. Ask for a new one.")
    if promised.expired:
        raise QuoteExpired("This quote is no longer good. Ask for a new one.")
    refund = max(promised.refund_amount, quotes.refund_of(fares, trip, situation))
    quotes.confirm(connection, promised, refund)
    _end(connection, trip, situation, refund, after, hold_minutes)
    return trip.id, after


def cancel(connection: RawConnection, trip_id: UUID, owner_id: UUID | None, fares: Fares, *, hold_minutes: int) -> AfterCommit:
    """Quote and confirm in one step; a second cancellation of the same booking is refused.

    Raises:
        BookingNotFound, NotCancellable: as `quote`.
    """
    trip = _lock(connection, trip_id, owner_id)
    situation = quotes.read_situation(connection, trip)
    _require_cancellable(trip, situation)
    carried_out = quotes.issue(connection, fares, trip, situation, confirmed=True)
    after = AfterCommit()
    _end(connection, trip, situation, carried_out.refund_amount, after, hold_minutes)
    return after


def _lock(connection: RawConnection, trip_id: UUID, owner_id: UUID | None) -> LockedTrip:
    trip = lock_trips(connection, [trip_id]).get(trip_id)
    if trip is None or owner_id not in (None, trip.legs[0].user_id):
        raise BookingNotFound(NOT_FOUND)
    return trip


def _require_cancellable(trip: LockedTrip, situation: Situation) -> None:
    actions = available_actions(trip.status, ahead=not trip.departed, called_off=situation.called_off, moved=situation.moved)
    if "cancel" in actions:
        return
    has_seats = trip.status in (BookingStatus.HELD, BookingStatus.CONFIRMED)
    why = "The flight has departed." if has_seats else f"A booking that is {trip.status} cannot be cancelled."
    raise NotCancellable(why, booking_status=trip.status.value, available_actions=actions)


def _end(
    connection: RawConnection, trip: LockedTrip, situation: Situation, refund: Decimal, after: AfterCommit, hold_minutes: int
) -> None:
    by_airline = situation.called_off
    failure = FailureCode.FLIGHT_CANCELLED if by_airline else None
    end_trips(connection, [trip], BookingStatus.CANCELLED, after, hold_minutes=hold_minutes, failure=failure)
    reason = RefundReason.FLIGHT_CANCELLED if by_airline else RefundReason.CANCELLED
    refunds.request(connection, trip.id, reason, after, refund)
    schedule_changes.resolve(connection, [trip.id], "cancelled")
