"""Why a place in line is refused."""

from __future__ import annotations

from core.errors import Conflict, NotFound


class SeatsAvailable(Conflict):
    """Nobody needs to wait. `free`: seats that can be booked now."""

    code = "seats_available"


class AlreadyWaiting(Conflict):
    """One place in line for each traveller and flight, and it belongs to the party that took it."""

    code = "already_waiting"


class NotWaiting(NotFound):
    code = "not_waiting"
