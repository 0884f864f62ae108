"""When the list of places is computed anew: once a place appears or may have vanished, and not for every change of a flight.

Redis knows the places of the list that is kept. A flight from or to another place makes a new version of the list, and so does the end of the
last flight of a route. Both are told after the commit.

Nothing is known from before a list is computed until it is kept, so whatever is told meanwhile makes a new version: a change is in the rows
that were read, or the list that lacks it is not believed. Of two who compute at once, the one that began first makes a new version.
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

# Locked, so that it outlives the caller's transaction. One that somebody else holds may be about to go, and does not count.
_ANOTHER: Final = """
    SELECT FROM flights WHERE source_key = %s AND destination_key = %s AND id <> %s LIMIT 1 FOR KEY SHARE SKIP LOCKED
"""

_unheard = Incident(
    structlog.get_logger(__name__), "the list of places is kept until it expires", "the list of places is kept up to date again"
)


async def begin(client: AsyncRedis) -> bytes:
    """The list is about to be read from Postgres; whoever reads it hands the answer of this to `keep`.

    Raises:
        redis.RedisError
    """
    turn = uuid4().bytes
    async with client.pipeline() as pipeline:
        pipeline.delete(keys.AIRPORTS_KNOWN)
        pipeline.set(keys.AIRPORTS_TURN, turn, ex=keys.ROUTE_VERSION_SECONDS)
        await pipeline.execute()
    return turn


async def keep(client: AsyncRedis, turn: bytes, place_keys: Iterable[str]) -> None:
    """These are the places of the list that was read.

    Raises:
        redis.RedisError
    """
    await client.eval(_KEEP, len(_KEYS), *_KEYS, turn, str(time.time_ns()), str(keys.ROUTE_VERSION_SECONDS), *place_keys)


def tell(client: redis.Redis, place_keys: Iterable[str], *, may_lack: bool = False) -> None:
    """After the commit: flights from or to these places were added; `may_lack`: a place may have lost its last flight, or its name.

    Best effort: when Redis is away, so is the list; one that comes back is stale for its lifetime at most.
    """
    expected = [] if may_lack else list(place_keys)
    if not expected and not may_lack:
        return
    try:
        client.eval(_EXPECT, len(_KEYS), *_KEYS, str(time.time_ns()), *expected)
    except redis.RedisError as error:
        _unheard.failed(error=str(error))
    else:
        _unheard.succeeded()


def has_another(connection: RawConnection, route: tuple[str, str], flight_id: object) -> bool:
    """Whether the route has a flight besides this one, which then stays at least until the caller's transaction ends."""
    return connection.execute(_ANOTHER, (*route, flight_id)).fetchone() is not None
