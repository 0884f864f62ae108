"""Why a fare watch is refused."""

from __future__ import annotations

from core.errors import Conflict, NotFound


class FareWatchNotFound(NotFound):
    """No fare watch of this traveller has this id."""

    code = "fare_watch_not_found"


class TooManyFareWatches(Conflict):
    """The traveller watches as many fares as one may. `limit` is how many."""

    code = "too_many_fare_watches"


class NotWatchable(Conflict):
    """Only the fare of a confirmed booking is watched, until its first flight leaves."""

    code = "not_watchable"
