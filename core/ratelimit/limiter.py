"""Rate limits as token buckets in Redis, which all API processes share. `bucket.lua` does the arithmetic.

A worked example: a limit of 60 a minute with a burst of 10 is a bucket that holds 10 tokens and gets one new token each second. Each
request takes a token. After 10 requests at once the bucket is empty, and the next request is refused with `Retry-After: 1`.

To save round trips, a process takes several tokens at once (`Limit.lease`) and spends them without a request to Redis. The first lease of a
client that is new to the process needs no request either; it is subtracted in Redis when the client needs a second lease. (In a rush nearly
every client sends a single request.) A process also stores a refusal in memory until it ends.

If Redis does not answer, each process counts by itself with the same limits: limits that are too high for a while are better
than an API that refuses everybody.
"""

from __future__ import annotations

import asyncio
import math
import time
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core import keys
from core.errors import AppError
from core.ratelimit.limits import LIMITS, Limit, Scope

ANSWER_SECONDS: Final = 0.25
"""How long Redis may take for one check."""
AWAY_SECONDS: Final = 1.0
"""How long Redis is not used after it did not answer."""
REMEMBERED: Final = 50_000

_SCRIPT: Final = files("core.ratelimit").joinpath("bucket.lua").read_text()


class RateLimited(AppError):
    """The client has sent too many requests of one kind."""

    code = "rate_limited"
    status = HTTPStatus.TOO_MANY_REQUESTS
    retryable = True


class _LocalBucket:
    """The state of one bucket in this process: tokens that it has taken from Redis, and a refusal. Times are monotonic seconds."""

    __slots__ = ("lock", "own_at", "own_tokens", "refused_until", "rest", "rest_at", "tokens", "unreported")

    def __init__(self, limit: Limit) -> None:
        now = time.monotonic()
        self.lock = asyncio.Lock()
        self.unreported = limit.lease if limit.lease > 1 else 0
        """Tokens of the first lease, which were not subtracted in Redis yet."""
        self.tokens = self.unreported
        self.rest = limit.burst - self.unreported
        """Tokens that were left in Redis at `rest_at`."""
        self.rest_at = now
        self.refused_until = 0.0
        self.own_tokens = float(limit.burst)
        self.own_at = now

    def fill_alone(self, limit: Limit) -> None:
        """The arithmetic of `bucket.lua`, for this process only, while Redis cannot be reached."""
        now = time.monotonic()
        rate = limit.per_minute / 60
        self.own_tokens = min(limit.burst, self.own_tokens - self.unreported + (now - self.own_at) * rate)
        self.unreported = 0
        self.own_at = now
        if self.own_tokens >= 1:
            self.own_tokens -= 1
            self.tokens = 1
            self.rest, self.rest_at = int(self.own_tokens), now
        else:
            self.refused_until = now + (1 - self.own_tokens) / rate


class RateLimiter:
    """Use it on the event loop only. If it is not enabled, it allows everything and does not use Redis."""

    def __init__(self, redis: Redis, *, enabled: bool) -> None:
        self.enabled = enabled
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)
        self._buckets: dict[str, _LocalBucket] = {}
        self._away_until = 0.0

    async def check(self, scope: Scope, who: object) -> None:
        """Take one token of the bucket for `scope` and `who` (a user id or an address). Raises `RateLimited` if there is none."""
        if not self.enabled:
            return
        limit = LIMITS[scope]
        name = f"{scope}:{who}"
        bucket = self._buckets.get(name)
        if bucket is None:
            if len(self._buckets) >= REMEMBERED:
                self._buckets.clear()
            bucket = self._buckets[name] = _LocalBucket(limit)
        if bucket.tokens == 0:
            async with bucket.lock:
                while bucket.tokens == 0:
                    _raise_while_refused(bucket)
                    await self._fill(bucket, name, limit)
        bucket.tokens -= 1

    def left(self, scope: Scope, who: object) -> int:
        """How many tokens are left, by the state in this process. Other processes may have taken some since it was last read from Redis."""
        limit, bucket = LIMITS[scope], self._buckets.get(f"{scope}:{who}")
        if bucket is None:
            return limit.burst
        added = (time.monotonic() - bucket.rest_at) * limit.per_minute / 60
        return min(limit.burst, bucket.tokens + int(bucket.rest + added))

    async def reset(self, scope: Scope, who: object) -> None:
        """Fill the bucket of `who` again, for example after a correct password: the failed attempts before it no longer count."""
        if not self.enabled:
            return
        name = f"{scope}:{who}"
        self._buckets.pop(name, None)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._redis.delete(keys.bucket(name))
        except (RedisError, OSError, TimeoutError):
            self._away_until = time.monotonic() + AWAY_SECONDS

    async def _fill(self, bucket: _LocalBucket, name: str, limit: Limit) -> None:
        if time.monotonic() < self._away_until:
            bucket.fill_alone(limit)
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                taken, wait_ms, left = await self._script(
                    keys=[keys.bucket(name)], args=[limit.per_minute / 60, limit.burst, limit.lease, bucket.unreported]
                )
        except (RedisError, OSError, TimeoutError):
            self._away_until = time.monotonic() + AWAY_SECONDS
            bucket.fill_alone(limit)
            return
        bucket.tokens, bucket.rest, bucket.rest_at = int(taken), int(left), time.monotonic()
        bucket.unreported = 0
        if bucket.tokens == 0:
            bucket.refused_until = time.monotonic() + int(wait_ms) / 1000


def _raise_while_refused(bucket: _LocalBucket) -> None:
    wait = bucket.refused_until - time.monotonic()
    if wait > 0:
        raise RateLimited(f"Too many requests. Try again in {math.ceil(wait)} s.", retry_after=math.ceil(wait))
