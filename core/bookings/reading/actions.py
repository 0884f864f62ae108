"""The actions that a traveller can take on a booking now."""

from __future__ import annotations

from core.bookings.models import PaymentMode
from core.bookings.reading.views import PaymentView
from core.bookings.states import BookingAction, BookingStatus


def awaits_payment(status: BookingStatus, mode: PaymentMode, payment: PaymentView | None, *, in_time: bool) -> bool:
    """Whether a held booking waits for a payment by its traveller: the hold is not over (`in_time`), and no payment is in
    progress.
    """
    is_paying = payment is not None and payment.in_progress
    return status is BookingStatus.HELD and mode is PaymentMode.HOLD and in_time and not is_paying


def available_actions(
    status: BookingStatus, *, ahead: bool, flight_cancelled: bool = False, moved: bool = False, payable: bool = True
) -> list[BookingAction]:
    """What the traveller may do now.

    `ahead`: the first flight has not departed. `flight_cancelled`: the airline cancelled one of its flights. `moved`: a flight
    that is still to leave was moved, and waits for an answer. `payable`: held seats wait for money, none is on its way, and no
    flight has departed.
    """
    match status:
        case BookingStatus.CONFIRMED | BookingStatus.HELD if flight_cancelled:
            return [BookingAction.CANCEL]
        case BookingStatus.CONFIRMED | BookingStatus.HELD if not ahead:
            return [BookingAction.ACCEPT_CHANGE] if moved else []
        case BookingStatus.CONFIRMED:
            return [BookingAction.CANCEL, BookingAction.ACCEPT_CHANGE] if moved else [BookingAction.CANCEL]
        case BookingStatus.HELD:
            return [
                *([BookingAction.PAY] if payable else []),
                BookingAction.CANCEL,
                *([BookingAction.ACCEPT_CHANGE] if moved else []),
            ]
        case BookingStatus.PENDING | BookingStatus.CANCELLED | BookingStatus.FAILED | BookingStatus.EXPIRED:
            return []
