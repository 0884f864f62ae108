"""Token buckets that all API processes share; the arithmetic is `bucket.lua`'s, in Redis.

A check that finds a leased token, or a refusal that still holds, costs no round trip. When Redis does not answer, each process
counts for itself with the same limits: a limit that is too generous for a while is better than an API that refuses everybody.
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
"""How long Redis is not asked again after it failed to answer."""
REMEMBERED: Final = 50_000

_SCRIPT: Final = files("core.ratelimit").joinpath("bucket.lua").read_text()


class RateLimited(AppError):
    """Too many of something, too quickly."""

    code = "rate_limited"
    status = HTTPStatus.TOO_MANY_REQUESTS
    retryable = True


class _Wallet:
    """What one process knows about one bucket. Times are monotonic seconds."""

    __slots__ = ("lock", "own_at", "own_tokens", "refused_until", "rest", "rest_at", "tokens")

    def __init__(self, limit: Limit) -> None:
        self.lock = asyncio.Lock()
        self.tokens = 0
        self.rest = 0
        """What was left in the bucket at `rest_at`, without `tokens`."""
        self.rest_at = 0.0
        self.refused_until = 0.0
        self.own_tokens = float(limit.burst)
        self.own_at = time.monotonic()

    def fill_alone(self, limit: Limit) -> None:
        """The same arithmetic as the script, for this process only."""
        now = time.monotonic()
        rate = limit.per_minute / 60
        self.own_tokens = min(limit.burst, self.own_tokens + (now - self.own_at) * rate)
        self.own_at = now
        if self.own_tokens >= 1:
            self.own_tokens -= 1
            self.tokens = 1
            self.rest, self.rest_at = int(self.own_tokens), now
        else:
            self.refused_until = now + (1 - self.own_tokens) / rate


class RateLimiter:
    """Used on the event loop only. Disabled, it lets everything pass and asks nobody."""

    def __init__(self, redis: Redis, *, enabled: bool) -> None:
        self.enabled = enabled
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)
        self._wallets: dict[str, _Wallet] = {}
        self._away_until = 0.0

    async def check(self, scope: Scope, who: object) -> None:
        """Count one `scope` of `who` (a user id, an address). Raises `RateLimited`, with the seconds to wait, when it is too much."""
        if not self.enabled:
            return
        limit = LIMITS[scope]
        name = f"{scope}:{who}"
        wallet = self._wallets.get(name)
        if wallet is None:
            if len(self._wallets) >= REMEMBERED:
                self._wallets.clear()
            wallet = self._wallets[name] = _Wallet(limit)
        if wallet.tokens == 0:
            async with wallet.lock:
                while wallet.tokens == 0:
                    _raise_while_refused(wallet)
                    await self._fill(wallet, name, limit)
        wallet.tokens -= 1

    def left(self, scope: Scope, who: object) -> int:
        """How many `who` may still do at once, as far as this process knows: others may have counted since it last asked."""
        limit, wallet = LIMITS[scope], self._wallets.get(f"{scope}:{who}")
        if wallet is None:
            return limit.burst
        flown_in = (time.monotonic() - wallet.rest_at) * limit.per_minute / 60
        return min(limit.burst, wallet.tokens + int(wallet.rest + flown_in))

    async def forgive(self, scope: Scope, who: object) -> None:
        """Empty the record of `who`: what was counted turned out to be harmless."""
        if not self.enabled:
            return
        name = f"{scope}:{who}"
        self._wallets.pop(name, None)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._redis.delete(keys.bucket(name))
        except (RedisError, OSError, TimeoutError):
            self._away_until = time.monotonic() + AWAY_SECONDS

    async def _fill(self, wallet: _Wallet, name: str, limit: Limit) -> None:
        if time.monotonic() < self._away_until:
            wallet.fill_alone(limit)
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                taken, wait_ms, left = await self._script(
                    keys=[keys.bucket(name)], args=[limit.per_minute / 60, limit.burst, limit.lease]
                )
        except (RedisError, OSError, TimeoutError):
            self._away_until = time.monotonic() + AWAY_SECONDS
            wallet.fill_alone(limit)
            return
        wallet.tokens, wallet.rest, wallet.rest_at = int(taken), int(left), time.monotonic()
        if wallet.tokens == 0:
            wallet.refused_until = time.monotonic() + int(wait_ms) / 1000


def _raise_while_refused(wallet: _Wallet) -> None:
    wait = wallet.refused_until - time.monotonic()
    if wait > 0:
        raise RateLimited("Too many requests; wait a moment.", retry_after=math.ceil(wait))
