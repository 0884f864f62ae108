"""Errors of requests about bookings. If something goes wrong after a booking was accepted, it is a failure code of the booking,
not an error.
"""

from __future__ import annotations

from http import HTTPStatus

from core.errors import AppError, Conflict, Invalid, NotFound


class BookingNotFound(NotFound):
    code = "booking_not_found"


class SeatsSoldOut(Conflict):
    code = "sold_out"


class PossibleDuplicate(Conflict):
    """The traveller booked the same flight a moment ago (`booking_id`)."""

    code = "possible_duplicate"


class PaymentRequired(Invalid):
    """This installation requires a card or a hold for every booking."""

    code = "payment_required"


class PriceChanged(Conflict):
    """The total price is not the one that the traveller saw. `expected` and `actual`: `{amount, currency}`."""

    code = "price_changed"


class TooManySeats(Conflict):
    """The traveller would have more than `limit` seats on one flight."""

    code = "too_many_seats"


class CoolingDown(Conflict):
    """The traveller did not pay for an earlier hold on this flight, and cannot hold seats on it again before `until`."""

    code = "cooling_down"


class TooManyHolds(Conflict):
    """The traveller has the most unpaid bookings and entries in waiting lists that are allowed."""

    code = "too_many_holds"


class NotRebookable(Conflict):
    """The booking has no seats to keep: it is not confirmed, or one of its flights has left or is cancelled."""

    code = "not_rebookable"


class NoLowerFare(Conflict):
    """The seats do not cost less than what was paid for them. `paid` and `actual` are `{amount, currency}`."""

    code = "no_lower_fare"


class NotCancellable(Conflict):
    code = "not_cancellable"


class NoScheduleChange(Conflict):
    code = "no_schedule_change"


class MovedAgain(Conflict):
    """The flight was moved again since the traveller saw the new times. `new_departure_ts`: the present departure."""

    code = "moved_again"


class PassengerNotFound(NotFound):
    code = "passenger_not_found"


class PassengersFixed(Conflict):
    """The booking has ended, or its flight has left. `booking_status` says which."""

    code = "passengers_fixed"


class SeatTaken(Conflict):
    """Somebody else has picked the seat. `seats` are those that are gone: `[{flight_id, seat_number}]`."""

    code = "seat_taken"


class SeatsFixed(Conflict):
    """The booking has ended (`booking_status`), or the check-in of a flight has closed (`flight_id`)."""

    code = "seats_fixed"


class QuoteNotFound(NotFound):
    code = "quote_not_found"


class QuoteExpired(Conflict):
    code = "quote_expired"


class QuoteSuperseded(Conflict):
    """There is a newer quote, or a payment was made after this one."""

    code = "quote_superseded"


class NotAccepted(AppError):
    """Postgres refused the row of this booking, although it passed the checks of the API. This is an error of ours; the client
    cannot correct it.
    """

    code = "not_accepted"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyWaiting(AppError):
    """Too many bookings of this account wait for a worker, so further ones are refused."""

    code = "too_many_waiting"
    status = HTTPStatus.TOO_MANY_REQUESTS
    retryable = True
