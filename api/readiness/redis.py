"""Does Redis answer, and does it keep what it is given?"""

from __future__ import annotations

from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.readiness.codes import Code
from api.readiness.look import UNEXPECTED, Finding, Look

AWAY: Final = Finding(Code.REDIS_AWAY, "Redis does not answer; bookings are accepted and worked when it is back.")


class RedisLook(Look):
    name = "redis"
    silence = AWAY
    failure = Finding(Code.REDIS_AWAY, f"Redis {UNEXPECTED}.")

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def ask(self) -> list[Finding]:
        try:
            memory: dict[str, Any] = await self._redis.info("memory")
            persistence: dict[str, Any] = await self._redis.info("persistence")
        except (RedisError, OSError, TimeoutError):
            return [AWAY]
        findings = []
        if memory.get("maxmemory_policy") != "noeviction":
            findings.append(Finding(Code.REDIS_EVICTS, "Redis may evict queued work: set maxmemory-policy to noeviction."))
        if not persistence.get("aof_enabled"):
            findings.append(Finding(Code.REDIS_FORGETS, "Redis forgets its queues when it restarts: set appendonly to yes."))
        return findings
