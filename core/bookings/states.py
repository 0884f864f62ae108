"""The statuses of a booking, and the table of allowed transitions between them. `docs/booking-states.md` has a diagram."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.statuses import (
    BookingStatus as BookingStatus,
)  # imported here as well, so that other packages find it beside the transitions
from core.statuses import StoredEnum


class FailureCode(StoredEnum):
    SOLD_OUT = "sold_out"
    FLIGHT_NOT_FOUND = "flight_not_found"
    FLIGHT_DEPARTED = "flight_departed"
    FLIGHT_CANCELLED = "flight_cancelled"
    PAYMENT_DECLINED = "payment_declined"
    PAYMENT_TIMEOUT = "payment_timeout"
    INTERNAL = "internal"


class BookingAction(StrEnum):
    """What a traveller can do with a booking."""

    PAY = "pay"
    CANCEL = "cancel"
    ACCEPT_CHANGE = "accept_change"
    """Accept the new times of a flight that was moved."""


BEGINNINGS: Final = frozenset({BookingStatus.PENDING, BookingStatus.HELD})
"""The first status of a booking: PENDING if it was accepted from a request, HELD if it is an offer of the waiting list."""


def transitions_from(source: BookingStatus) -> frozenset[BookingStatus]:
    """The statuses that can follow this one; empty for a final status."""
    match source:
        case BookingStatus.PENDING:
            return frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.FAILED})
        case BookingStatus.HELD:
            return frozenset({BookingStatus.CONFIRMED, BookingStatus.FAILED, BookingStatus.EXPIRED, BookingStatus.CANCELLED})
        case BookingStatus.CONFIRMED:
            return frozenset({BookingStatus.CANCELLED})
        case BookingStatus.EXPIRED:
            # Only by late payment: the money arrived after the hold had ended, and the seats were still free.
            return frozenset({BookingStatus.CONFIRMED})
        case BookingStatus.FAILED:
            # Only by hand, and only after `internal`: an administrator replays its dead letter (`core/bookings/reopening.py`).
            return frozenset({BookingStatus.PENDING})
        case BookingStatus.CANCELLED:
            return frozenset()


TRANSITIONS: Final = {source: transitions_from(source) for source in BookingStatus}

ACTIVE: Final = frozenset({BookingStatus.PENDING, BookingStatus.HELD, BookingStatus.CONFIRMED})
"""The statuses in which a booking has seats, or can still get them."""


def is_allowed_transition(source: BookingStatus, target: BookingStatus) -> bool:
    return target in TRANSITIONS[source]
