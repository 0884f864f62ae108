"""Why a booking is refused by the intake. What goes wrong later is a failure code of the booking, not an error."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import AppError, Conflict, Invalid, NotFound


class BookingNotFound(NotFound):
    code = "booking_not_found"


class SeatsSoldOut(Conflict):
    code = "sold_out"


class PossibleDuplicate(Conflict):
    """The traveller booked the same flight a moment ago. `booking_id` is that booking."""

    code = "possible_duplicate"


class PaymentRequired(Invalid):
    """This installation takes no booking without a card or a hold."""

    code = "payment_required"


class PriceChanged(Conflict):
    """The booking costs another total than its traveller saw. `expected` and `actual` are `{amount, currency}`."""

    code = "price_changed"


class TooManySeats(Conflict):
    """The traveller would have more seats on a flight than one may have. `limit` is how many."""

    code = "too_many_seats"


class CoolingDown(Conflict):
    """The traveller did not pay for a hold of this flight a moment ago: pay at once, or wait until `until`."""

    code = "cooling_down"


class TooManyHolds(Conflict):
    """The traveller has as many unpaid bookings and places in line as one may have: pay for one, or give it up."""

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
    """The traveller keeps times that are no longer the new ones. `new_departure_ts` is."""

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
    """There is a newer quote, or something was paid since this one."""

    code = "quote_superseded"


class NotAccepted(AppError):
    """Postgres refused this very row. The API had checked it, so something is missing in those checks, and the client can do nothing about it."""

    code = "not_accepted"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyWaiting(AppError):
    """So many bookings of this account wait to be worked that further ones have to wait outside."""

    code = "too_many_waiting"
    status = HTTPStatus.TOO_MANY_REQUESTS
    retryable = True
