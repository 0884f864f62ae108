"""A log of changes of flights in Redis, for processes that have whole days of the timetable in memory: they read only what has changed again.

A reader that has missed more changes than the log has, or whose log Redis has lost, gets None instead of changes, and drops everything that it has in memory.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import Any, Final, NamedTuple

import msgspec
import redis
from redis.asyncio import Redis as AsyncRedis

from core import keys

KEPT: Final = 1000
"""How many changes the log has. A reader that has missed more has to drop everything."""

_LOG_CHANGE: Final = files("core.flights.announcements").joinpath("lua", "log_change.lua").read_text()
_READ_CHANGES: Final = files("core.flights.announcements").joinpath("lua", "read_changes.lua").read_text()


class Changed(msgspec.Struct, array_like=True, frozen=True):
    """`days`: local dates of departure on which any flight may have changed. `route_days`: place keys and such a date."""

    days: list[date]
    route_days: list[tuple[str, str, date]]


class Changes(NamedTuple):
    """`version`: of the log now. `changes` None: the log does not have them any more, so any flight may have changed."""

    version: int
    changes: Sequence[Changed] | None


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Changed).decode
_KEYS: Final = [keys.TIMETABLE_VERSION, keys.TIMETABLE_CHANGES]


def append(client: redis.Redis, changed: Changed) -> None:
    """Add a change to the log. Call it after the commit.

    Raises:
        redis.RedisError
    """
    client.register_script(_LOG_CHANGE)(_KEYS, [_beginning(), _encode(changed), KEPT])


class Reader:
    """Reads the log on the event loop, in one round trip."""

    def __init__(self, client: AsyncRedis) -> None:
        self._read: Any = client.register_script(_READ_CHANGES)

    async def since(self, version: int) -> Changes:
        """The changes after `version`. 0: the reader has no version yet.

        Raises:
            redis.RedisError
        """
        now, known, *changes = await self._read(_KEYS, [version, _beginning()])
        if not known:
            return Changes(int(now), None)
        try:
            return Changes(int(now), [_decode(change) for change in changes])
        except msgspec.DecodeError:  # another release wrote it
            return Changes(int(now), None)


def _beginning() -> int:
    return time.time_ns() // 1000
