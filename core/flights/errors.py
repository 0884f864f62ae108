"""Why something cannot be done to a flight."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import AppError, Conflict, NotFound


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


class StaleVersion(AppError):
    """The flight is not what the client last saw. `version` is the present one."""

    code = "stale_version"
    status = HTTPStatus.PRECONDITION_FAILED
