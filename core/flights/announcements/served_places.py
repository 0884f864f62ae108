"""Announce changes of the list of places that have flights. The list is computed again only if a place may have been added or removed, and
not at every change of a flight.

Redis has the places of the list that is cached, and the version of the list. The list gets a new version when a flight from or to another
place is added, and when a route loses its last flight. Both are announced after the commit.

`begin` removes the places from Redis before the list is read from Postgres, and `keep` stores them afterwards. Every change that is announced
between the two gives the list a new version. So each change is either in the rows that were read, or makes the list out of date. If two
processes compute the list at the same time, the one that began first gives it a new version, too.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from importlib.resources import files
from typing import Final
from uuid import uuid4

import redis
import structlog
from redis.asyncio import Redis as AsyncRedis

from core import keys
from core.db import RawConnection
from core.telemetry.incidents import Incident

_KEEP: Final = files("core.flights.announcements").joinpath("lua", "keep_places.lua").read_text()
_EXPECT: Final = files("core.flights.announcements").joinpath("lua", "expect_places.lua").read_text()
_KEYS: Final = [keys.AIRPORTS_KNOWN, keys.AIRPORTS_TURN, keys.AIRPORTS_VERSION]

# The flight is locked, so that it exists at least until the transaction of the caller ends. Flights that another transaction has locked do not
# count, because they may be deleted there.
_ANOTHER: Final = """
    SELECT FROM flights WHERE source_key = %s AND destination_key = %s AND id <> %s LIMIT 1 FOR KEY SHARE SKIP LOCKED
"""

_outage = Incident(
    structlog.get_logger(__name__), "the list of places is kept until it expires", "the list of places is kept up to date again"
)


async def begin(client: AsyncRedis) -> bytes:
    """Call it before the list is read from Postgres. Returns a token for `keep`.

    Raises:
        redis.RedisError
    """
    token = uuid4().bytes
    async with client.pipeline() as pipeline:
        pipeline.delete(keys.AIRPORTS_KNOWN)
        pipeline.set(keys.AIRPORTS_TURN, token, ex=keys.AIRPORTS_SECONDS)
        await pipeline.execute()
    return token


async def keep(client: AsyncRedis, token: bytes, place_keys: Iterable[str]) -> None:
    """Call it after the list was read from Postgres. `token`: what `begin` returned. `place_keys`: the places of the list.

    Raises:
        redis.RedisError
    """
    await client.eval(_KEEP, len(_KEYS), *_KEYS, token, str(time.time_ns()), str(keys.AIRPORTS_SECONDS), *place_keys)


def announce(client: redis.Redis, place_keys: Iterable[str], *, places_lost: bool = False) -> None:
    """Call it after the commit: flights from or to these places were added. `places_lost`: a place may have lost its last flight or its name.

    If Redis is away, this does nothing; then a list in Redis may be out of date when it is back, until it expires.
    """
    expected = [] if places_lost else list(place_keys)
    if not expected and not places_lost:
        return
    try:
        client.eval(_EXPECT, len(_KEYS), *_KEYS, str(time.time_ns()), *expected)
    except redis.RedisError as error:
        _outage.failed(error=str(error))
    else:
        _outage.succeeded()


def has_another(connection: RawConnection, route: tuple[str, str], flight_id: object) -> bool:
    """Whether the route has a flight besides this one. That flight is locked, so it exists until the transaction of the caller ends."""
    return connection.execute(_ANOTHER, (*route, flight_id)).fetchone() is not None
