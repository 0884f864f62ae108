"""Tell every search cache, and whoever holds the timetable, that flights of a route on a day have changed.

Call it after the commit: a search that read the old version before and the old flights after would otherwise be kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from itertools import islice
from typing import Final, NamedTuple

import redis
import structlog

from core import keys
from core.flights import timetable_log
from core.flights.timetable_log import Changed

BATCH: Final = 200
"""Routes in one round trip. All days of a route are one call, because they share a cluster slot."""

_CHANGE_VERSIONS: Final = files("core.flights").joinpath("lua", "change_versions.lua").read_text()

LISTED: Final = 200
"""Route days that are logged one by one. Of more, such as those of an import, only the days are."""

_log = structlog.get_logger(__name__)


class RouteDay(NamedTuple):
    """Place keys as in `core/flights/places.py`, and the local date of departure."""

    source_key: str
    destination_key: str
    day: date


class RouteDays:
    """A set of route days that stays small: an import of a million rows may touch a hundred thousand."""

    def __init__(self, route_days: Iterable[RouteDay] = ()) -> None:
        self._days: dict[tuple[str, str], set[date]] = {}
        self.update(route_days)

    def update(self, route_days: Iterable[RouteDay]) -> None:
        for source_key, destination_key, day in route_days:
            self._days.setdefault((source_key, destination_key), set()).add(day)

    def __iter__(self) -> Iterator[RouteDay]:
        return (RouteDay(*route, day) for route, days in self._days.items() for day in days)

    def __len__(self) -> int:
        return sum(map(len, self._days.values()))

    def by_route(self) -> Iterator[tuple[tuple[str, str], set[date]]]:
        return iter(self._days.items())


def change(client: redis.Redis, route_days: RouteDays) -> None:
    """Give each route day, and its route, a version it never had, and the list of airports too.

    Best effort: when Redis is away, so are the caches; one that comes back is stale for the lifetime of an entry at most.
    """
    version = time.time_ns()
    script = client.register_script(_CHANGE_VERSIONS)
    routes = route_days.by_route()
    try:
        client.set(keys.AIRPORTS_VERSION, version)
        if route_days:
            timetable_log.append(client, _changed(route_days))
        while batch := list(islice(routes, BATCH)):
            pipeline = client.pipeline(transaction=False)
            for route, days in batch:
                names = [keys.route_version(*route, day) for day in days]
                script([*names, keys.calendar_version(*route)], [version, keys.ROUTE_VERSION_SECONDS], client=pipeline)
            pipeline.execute()
    except redis.RedisError as error:
        _log.warning("search caches keep what they have until it expires", error=str(error))


def _changed(route_days: RouteDays) -> Changed:
    if len(route_days) > LISTED:
        return Changed(sorted({each.day for each in route_days}), [])
    return Changed([], list(route_days))
