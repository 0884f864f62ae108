"""Errors of requests about flights."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from core.errors import AppError, Conflict, NotFound

PLACE_LOST: Final = "place_lost"
"""The code of an update that would replace a place of the registry by a text that is not in the registry."""


def place_lost_message(iata: str, name: str) -> str:
    return f"The flight's place is known as {iata}, and no registry knows {name}. Write {iata}, or the code of another airport."


class FlightNotFound(NotFound):
    code = "flight_not_found"


class FlightExists(Conflict):
    """There is a flight with this flight number and this departure. `flight_id`: its id."""

    code = "flight_exists"


class FlightHasBookings(Conflict):
    """The flight has, or had, bookings, which refer to it. It can be cancelled, and not deleted or moved elsewhere."""

    code = "flight_has_bookings"


class FlightCancelled(Conflict):
    code = "flight_cancelled"


class FlightDeparted(Conflict):
    code = "flight_departed"


class CapacityBelowSold(Conflict):
    """The flight would have fewer seats (`total_seats`) than are held and sold (`held`, `sold`)."""

    code = "capacity_below_sold"


class SeatsPicked(Conflict):
    """Travellers have picked seats that the flight would not have any more. `seats`: all of these."""

    code = "seats_picked"


class StaleVersion(AppError):
    """The flight has changed since the client read it. `version`: the present one."""

    code = "stale_version"
    status = HTTPStatus.PRECONDITION_FAILED
