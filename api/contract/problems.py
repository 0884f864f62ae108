"""Examples of problems. An error that adds members of its own has them in its example, too."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from api.contract.examples.ids import BOOKING, FLIGHT
from api.http.problems import Problem
from core.bookings.errors import (
    CoolingDown,
    MovedAgain,
    NotCancellable,
    PassengersFixed,
    PaymentRequired,
    PossibleDuplicate,
    PriceChanged,
    SeatsSoldOut,
    TooManySeats,
)
from core.errors import AppError, Invalid
from core.flights.errors import CapacityBelowSold, FlightCancelled, FlightDeparted, FlightExists, FlightNotFound, StaleVersion
from core.payments.errors import NotPayable
from core.waitlist.errors import SeatsAvailable

_MEMBERS: Final[dict[type[AppError], dict[str, Any]]] = {
    CapacityBelowSold: {"total_seats": 120, "held": 6, "sold": 132},
    CoolingDown: {"until": "2026-12-01T10:00:00Z"},
    FlightCancelled: {"flight_id": FLIGHT},
    FlightDeparted: {"flight_id": FLIGHT},
    FlightExists: {"flight_id": FLIGHT},
    FlightNotFound: {"flight_id": FLIGHT},
    Invalid: {"errors": [{"pointer": "/seats", "code": "too_large", "message": "It must be at most 9."}]},
    MovedAgain: {"new_departure_ts": "2026-12-25T13:00:00Z"},
    NotCancellable: {"booking_status": "CANCELLED", "available_actions": []},
    NotPayable: {"booking_status": "CONFIRMED"},
    PassengersFixed: {"booking_status": "CANCELLED"},
    PaymentRequired: {
        "errors": [{"pointer": "/payment", "code": "missing", "message": "A booking needs a token, or hold: true."}]
    },
    PossibleDuplicate: {"booking_id": BOOKING},
    PriceChanged: {
        "expected": {"amount": "15000.00", "currency": "INR"},
        "actual": {"amount": "15800.00", "currency": "INR"},
    },
    SeatsAvailable: {"free": 4},
    SeatsSoldOut: {"flight_id": FLIGHT},
    StaleVersion: {"version": 4},
    TooManySeats: {"limit": 9},
}


def example_of(error: type[AppError]) -> dict[str, Any]:
    """A whole response without its `instance`, which is the path of the request."""
    words = " ".join((error.__doc__ or error.code.replace("_", " ")).split()).partition(". ")[0].removesuffix(".")
    detail = f"{words[0].upper()}{words[1:]}."
    problem = Problem(int(error.status), error.code, detail, error.retryable, _MEMBERS.get(error, {}))
    example: dict[str, Any] = msgspec.json.decode(problem.body(instance="", request_id="0a1b2c3d4e5f60718293a4b5"))
    return example
