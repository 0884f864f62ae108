"""Tell every search cache that flights of a route on a day have changed.

Call it after the commit: a search that read the old version before and the old flights after would otherwise be kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Final, NamedTuple

import redis
import structlog

from core import keys

BATCH: Final = 5_000

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


def change(client: redis.Redis, route_days: Iterable[RouteDay]) -> None:
    """Give each route day a version it never had, and the list of airports too.

    Best effort: when Redis is away, so are the caches; one that comes back is stale for the lifetime of an entry at most.
    """
    pending = iter(route_days)
    version = time.time_ns()
    try:
        client.set(keys.AIRPORTS_VERSION, version)
        while batch := list(islice(pending, BATCH)):
            pipeline = client.pipeline(transaction=False)
            for route_day in batch:
                pipeline.set(keys.route_version(*route_day), version, ex=keys.ROUTE_VERSION_SECONDS)
            pipeline.execute()
    except redis.RedisError as error:
        _log.warning("search caches keep what they have until it expires", error=str(error))
