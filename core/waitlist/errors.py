"""Errors of requests about the waiting list."""

from __future__ import annotations

from core.errors import Conflict, NotFound


class SeatsAvailable(Conflict):
    """The party does not need to wait. `free`: the number of seats that can be booked now."""

    code = "seats_available"


class AlreadyWaiting(Conflict):
    """The traveller is in the waiting list of this flight with another party. There is one entry for each traveller and flight."""

    code = "already_waiting"


class NotWaiting(NotFound):
    code = "not_waiting"
