"""Cancel a booking: give back its seats and its money exactly once, even if several requests cancel it at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings import quotes
from core.bookings.errors import NotCancellable, QuoteExpired, QuoteSuperseded
from core.bookings.locking import LockedBooking, lock_bookings, lock_own_booking, require_own
from core.bookings.quotes import Quote, Situation
from core.bookings.reading.actions import available_actions
from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection
from core.errors import AppError
from core.flights.changes import schedule_changes
from core.flights.seat_counts import lock_counts
from core.lifecycle.end import end_bookings
from core.payments import refunds
from core.payments.refunds import RefundReason
from core.settings import Fares

_Ending: TypeAlias = tuple[LockedBooking, Situation]


def quote(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, fares: Fares) -> Quote:
    """Compute what cancelling would refund, and store it as a quote that is valid for some minutes. `owner_id`: None for an
    administrator.

    Raises:
        BookingNotFound: there is no such booking of this owner.
        NotCancellable: the booking has ended, or a flight has departed.
    """
    booking = lock_own_booking(connection, booking_id, owner_id)
    situation = quotes.read_situations(connection, [booking.id])[booking.id]
    _require_cancellable(booking, situation)
    return quotes.issue(connection, fares, booking, situation)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A request to cancel. `owner_id`: whose booking it may be; None for an administrator, who may cancel all. `quote_id`: cancel as quoted;
    None: quote and confirm in one step."""

    booking_id: UUID
    owner_id: UUID | None
    quote_id: UUID | None = None


def confirm(
    connection: RawConnection, quote_id: UUID, owner_id: UUID | None, fares: Fares, *, hold_minutes: int
) -> tuple[UUID, AfterCommit]:
    """Cancel all flights of the booking as quoted. Returns the booking's id. Confirming the same quote again changes nothing.

    If the refund would be higher now than in the quote, the higher amount is refunded: a flight may have been moved in the meantime.

    Raises:
        QuoteNotFound, QuoteExpired, QuoteSuperseded
        NotCancellable: the booking has ended in another way, or a flight has departed.
    """
    booking_id = quotes.get_quote(connection, quote_id, owner_id).booking_id
    after = AfterCommit()
    refused = cancel_all(connection, [Cancellation(booking_id, owner_id, quote_id)], fares, after, hold_minutes=hold_minutes)
    if refused:
        raise refused[booking_id]
    return booking_id, after


def cancel(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, fares: Fares, *, hold_minutes: int) -> AfterCommit:
    """Quote and confirm in one step. A second cancellation of the same booking is refused.

    Raises:
        BookingNotFound, NotCancellable: as `quote`.
    """
    after = AfterCommit()
    refused = cancel_all(connection, [Cancellation(booking_id, owner_id)], fares, after, hold_minutes=hold_minutes)
    if refused:
        raise refused[booking_id]
    return after


def cancel_all(
    connection: RawConnection, wanted: Sequence[Cancellation], fares: Fares, after: AfterCommit, *, hold_minutes: int
) -> dict[UUID, AppError]:
    """As `cancel` and `confirm`, for different bookings. Those that cannot be cancelled are left out. Returns the reasons for these, by
    booking id.
    """
    bookings = lock_bookings(connection, [each.booking_id for each in wanted])
    situations = quotes.read_situations(connection, list(bookings))
    quoted = quotes.read_quotes(connection, [each.quote_id for each in wanted if each.quote_id is not None])
    at_once: list[_Ending] = []
    as_quoted: dict[UUID, Decimal] = {}
    ending: list[_Ending] = []
    refused: dict[UUID, AppError] = {}
    for each in wanted:
        try:
            booking = require_own(bookings.get(each.booking_id), each.owner_id)
            situation = situations[booking.id]
            quote = None if each.quote_id is None else quoted[each.quote_id]  # no quote is deleted while its booking is locked
            if quote is not None and quote.confirmed_at is not None:
                continue  # it was cancelled as quoted before
            _require_cancellable(booking, situation)
            if quote is not None:
                _require_valid(quote, situation)
        except AppError as error:
            refused[each.booking_id] = error
            continue
        ending.append((booking, situation))
        if quote is None:
            at_once.append((booking, situation))
        else:
            as_quoted[quote.id] = max(quote.refund_amount, quotes.refund_of(fares, booking, situation))
    if ending:
        amounts = quotes.issue_confirmed(connection, fares, at_once) | quotes.confirm(connection, as_quoted)
        _end(connection, ending, amounts, after, hold_minutes)
    return refused


def _require_valid(quote: Quote, situation: Situation) -> None:
    if quote.outdated:
        raise QuoteSuperseded("There is a newer quote for this booking. Confirm that one.")
    if quote.refund_amount + quote.fee_amount != situation.captured:
        raise QuoteSuperseded("A payment was made after this quote. Ask for a new quote.")
    if quote.expired:
        raise QuoteExpired("This quote has expired. Ask for a new one.")


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
    ending: Sequence[_Ending],
    refund_amounts: Mapping[UUID, Decimal],
    after: AfterCommit,
    hold_minutes: int,
) -> None:
    """End these bookings with these refunds (booking id -> amount). What needs no lock of a flight comes first."""
    by_airline = [booking for booking, situation in ending if situation.flight_cancelled]
    by_traveller = [booking for booking, situation in ending if not situation.flight_cancelled]
    for bookings, reason in ((by_airline, RefundReason.FLIGHT_CANCELLED), (by_traveller, RefundReason.CANCELLED)):
        refunds.request(connection, {each.id: refund_amounts[each.id] for each in bookings}, reason, after)
    if by_airline and by_traveller:  # all flights at once, in the order of their ids
        lock_counts(connection, {flight_id for booking, _ in ending for flight_id in booking.flight_ids})
    for bookings, failure in ((by_airline, FailureCode.FLIGHT_CANCELLED), (by_traveller, None)):
        end_bookings(connection, bookings, BookingStatus.CANCELLED, after, hold_minutes=hold_minutes, failure=failure)
    schedule_changes.resolve(connection, [booking.id for booking, _ in ending], "cancelled")
