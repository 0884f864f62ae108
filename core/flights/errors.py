"""Why something cannot be done to a flight."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from core.errors import AppError, Conflict, NotFound

PLACE_LOST: Final = "place_lost"
"""The code of an update that would make a known place one that no registry knows."""


def place_lost(iata: str, name: str) -> str:
    """What is said of it."""
    return f"The flight's place is known as {iata}, and no registry knows {name}. Write {iata}, or the code of another airport."


class FlightNotFound(NotFound):
    code = "flight_not_found"


class FlightExists(Conflict):
    """The flight number departs at that moment already. `flight_id` says which flight that is."""

    code = "flight_exists"


class FlightHasBookings(Conflict):
    """It was booked at some time, so somebody may ask for it: it is cancelled instead of deleted."""

    code = "flight_has_bookings"


class FlightCancelled(Conflict):
    code = "flight_cancelled"


class FlightDeparted(Conflict):
    code = "flight_departed"


class CapacityBelowSold(Conflict):
    """`held`, `sold` and `total_seats` are the numbers."""

    code = "capacity_below_sold"


class SeatsPicked(Conflict):
    """Travellers have picked seats that the flight would not have any more. `seats` are all of them."""

    code = "seats_picked"


class StaleVersion(AppError):
    """The flight is not what the client last saw. `version` is the present one."""

    code = "stale_version"
    status = HTTPStatus.PRECONDITION_FAILED
