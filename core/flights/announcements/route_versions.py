"""Announce to search caches, and to processes with a timetable in memory, that flights of a route on a day have changed.

Each cached search has the version of its route and day. Here that version is removed, and the next search of the route and day finds
none, so it creates a new one and uses no result of another version. An import may change half a million route days, and most of
them have no version, because nobody has searched for them.

Call it after the commit. Before it, a search could create the new version and still read the old flights, and the cache would keep them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import reduce
from itertools import islice
from operator import or_
from typing import Final, NamedTuple

import redis
import structlog

from core import keys
from core.flights.announcements import timetable_log
from core.flights.announcements.timetable_log import Changed
from core.telemetry.incidents import Incident

BATCH: Final = 200
"""Routes in one round trip. All days of a route are one command, because they share a cluster slot."""

_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
"""The day of the lowest bit in `RouteDays`. No flight is older than the year 2000."""

MAX_LISTED: Final = 200
"""Up to so many route days are logged one by one. If there are more, as after an import, only their days are logged."""

_outage = Incident(
    structlog.get_logger(__name__),
    "search caches keep what they have until it expires",
    "search caches hear of changes again",
)


class RouteDay(NamedTuple):
    """The place keys of a route (`End.key` in `core/places/route.py`), and the local date of departure."""

    source_key: str
    destination_key: str
    day: date


class RouteDays:
    """A set of route days with one bit for each, because an import of a million rows may change half a million of them."""

    def __init__(self, route_days: Iterable[RouteDay] = ()) -> None:
        self._days: dict[tuple[str, str], int] = {}
        self.update(route_days)

    def update(self, route_days: Iterable[RouteDay]) -> None:
        if isinstance(route_days, RouteDays):
            for route, days in route_days._days.items():
                self._days[route] = self._days.get(route, 0) | days
            return
        for source_key, destination_key, day in route_days:
            self.add(source_key, destination_key, [day.toordinal() - _FIRST_DAY])

    def add(self, source_key: str, destination_key: str, days: Sequence[int]) -> None:
        """Add days of one route. `days`: at least one, as days since 1970-01-01."""
        first = min(days)
        bits = 0
        for day in days:
            bits |= 1 << day - first
        route = (source_key, destination_key)
        self._days[route] = self._days.get(route, 0) | bits << first

    def __iter__(self) -> Iterator[RouteDay]:
        return (RouteDay(*route, day) for route, days in self.by_route() for day in days)

    def __len__(self) -> int:
        return sum(days.bit_count() for days in self._days.values())

    def places(self) -> set[str]:
        """The keys of all sources and destinations."""
        return {key for route in self._days for key in route}

    def days(self) -> set[date]:
        """The days of all routes."""
        return _days_of(reduce(or_, self._days.values(), 0))

    def by_route(self) -> Iterator[tuple[tuple[str, str], set[date]]]:
        return ((route, _days_of(days)) for route, days in self._days.items())


def _days_of(days: int) -> set[date]:
    """The days of a number with one bit for each."""
    if not days:
        return set()
    # All days of a season are close to each other. So the 20,000 bits below the first of them are skipped.
    first = (days & -days).bit_length() - 1
    bits = f"{days >> first:b}"[::-1]
    return {date.fromordinal(_FIRST_DAY + first + position) for position, bit in enumerate(bits) if bit == "1"}


def invalidate(client: redis.Redis, route_days: RouteDays) -> bool:
    """Remove the versions of the route days, and of their routes.

    Returns False if Redis is away; callers then need not try to announce more. In that case a cache in Redis may have old flights when it
    is back, until its entries expire.
    """
    routes = route_days.by_route()
    try:
        if route_days:
            timetable_log.append(client, _changed(route_days))
        while batch := list(islice(routes, BATCH)):
            pipeline = client.pipeline(transaction=False)
            for route, days in batch:
                pipeline.delete(keys.calendar_version(*route), *(keys.route_version(*route, day) for day in days))
            pipeline.execute()
    except redis.RedisError as error:
        _outage.failed(error=str(error))
        return False
    _outage.succeeded()
    return True


def _changed(route_days: RouteDays) -> Changed:
    if len(route_days) > MAX_LISTED:
        return Changed(sorted(route_days.days()), [])
    return Changed([], list(route_days))
