"""Checks whether Redis answers, has the features and rights that Skyqueue needs, and keeps its data."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from redis import BusyLoadingError, Redis, RedisError

from api.readiness.check import UNEXPECTED, Check, Finding
from api.readiness.codes import Code
from core.redis.address import Address
from core.redis.refusals import UnusableRedis
from core.redis.suitability import Trouble, examine

AWAY: Final = Finding(Code.REDIS_AWAY, "Redis does not answer; bookings are accepted and worked when it is back.")
LOADING: Final = Finding(Code.REDIS_AWAY, "Redis is loading its data; bookings are accepted and worked when it has.")
CODES: Final[Mapping[Trouble, Code]] = {
    Trouble.EVICTS: Code.REDIS_EVICTS,
    Trouble.FORGETS: Code.REDIS_FORGETS,
    Trouble.HIDDEN: Code.REDIS_HIDDEN,
    Trouble.REFUSES: Code.REDIS_REFUSES,
}


class RedisCheck(Check):
    """`redis` is a synchronous client, connected to `address`."""

    name = "redis"
    silence = AWAY
    failure = Finding(Code.REDIS_AWAY, f"Redis {UNEXPECTED}.")

    def __init__(self, redis: Redis, address: Address) -> None:
        self._redis = redis
        self._address = address

    async def run(self) -> list[Finding]:
        try:
            dangers = await asyncio.to_thread(examine, self._redis, self._address)
        except UnusableRedis as reason:
            return [Finding(Code.REDIS_UNUSABLE, f"{reason} Until then bookings are accepted, and not worked.")]
        except BusyLoadingError:
            return [LOADING]
        except RedisError:
            return [AWAY]
        return [Finding(CODES[danger.trouble], danger.message) for danger in dangers]
