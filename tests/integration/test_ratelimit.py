"""Token buckets on a real Redis, shared by processes, and while Redis is away."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from core import keys
from core.ratelimit import limiter as limiting
from core.ratelimit import limits
from core.ratelimit.limiter import RateLimited, RateLimiter
from core.ratelimit.limits import Limit, Scope
from tests.conftest import ServerFactory

pytestmark = pytest.mark.anyio

SCOPE = Scope.UPLOAD_USER


@pytest.fixture(autouse=True)
def five_at_once_then_one_in_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """So slow that nothing is added while a test looks."""
    monkeypatch.setitem(limits.LIMITS, SCOPE, Limit(per_minute=6, burst=5))


@asynccontextmanager
async def limiter_at(url: str, *, enabled: bool = True) -> AsyncIterator[RateLimiter]:
    async with Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=1.0) as redis:
        yield RateLimiter(redis, enabled=enabled)


async def passed(limiter: RateLimiter, who: str, times: int) -> int:
    outcomes = await asyncio.gather(*(limiter.check(SCOPE, who) for _ in range(times)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert all(isinstance(outcome, RateLimited) for outcome in refused), refused
    return times - len(refused)


async def test_a_burst_passes_and_further_requests_get_retry_after(redis_url: str) -> None:
    async with limiter_at(redis_url) as limiter:
        assert await passed(limiter, "ann", 50) == 5
        with pytest.raises(RateLimited) as refused:
            await limiter.check(SCOPE, "ann")
        assert refused.value.retry_after == 10
        assert await passed(limiter, "ben", 5) == 5


async def test_the_bucket_fills_again_no_faster_than_its_rate(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, SCOPE, Limit(per_minute=600, burst=5))
    async with limiter_at(redis_url) as limiter:
        started_at = time.monotonic()
        await passed(limiter, "ann", 5)
        admitted = 0
        while admitted < 5:
            admitted += await passed(limiter, "ann", 1)
            await asyncio.sleep(0.01)
        assert time.monotonic() - started_at > 0.4


async def test_processes_share_one_bucket(redis_url: str) -> None:
    async with limiter_at(redis_url) as one, limiter_at(redis_url) as other:
        counts = await asyncio.gather(passed(one, "ann", 30), passed(other, "ann", 30))
        assert sum(counts) == 5


async def test_a_lease_saves_round_trips_and_keeps_the_rate(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, SCOPE, Limit(per_minute=60, burst=40, lease=10))
    async with limiter_at(redis_url) as limiter, Redis.from_url(redis_url) as probe:
        await probe.config_resetstat()
        assert await passed(limiter, "ann", 100) == 40
        calls = (await probe.info("commandstats"))["cmdstat_evalsha"]["calls"]
        assert calls <= 7


async def test_the_first_lease_of_a_client_needs_no_request(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, SCOPE, Limit(per_minute=6, burst=40, lease=10))
    async with limiter_at(redis_url) as limiter, Redis.from_url(redis_url) as probe:
        await probe.config_resetstat()
        assert await passed(limiter, "ann", 10) == 10
        assert "cmdstat_evalsha" not in await probe.info("commandstats")
        assert limiter.left(SCOPE, "ann") == 30


async def test_a_first_lease_without_a_request_is_subtracted_with_the_next_one(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, SCOPE, Limit(per_minute=6, burst=40, lease=10))
    async with limiter_at(redis_url) as one, limiter_at(redis_url) as other:
        assert await passed(one, "ann", 100) == 40
        assert await passed(other, "ann", 100) == 10, "the burst and one lease for each process, and no more"
        assert other.left(SCOPE, "ann") == 0
        with pytest.raises(RateLimited) as refused:
            await other.check(SCOPE, "ann")
        assert 100 < (refused.value.retry_after or 0) <= 110, "the ten that were too many come first, then one more"


async def test_a_full_bucket_leaves_nothing_behind(redis_url: str) -> None:
    async with limiter_at(redis_url) as limiter, Redis.from_url(redis_url) as probe:
        await limiter.check(SCOPE, "ann")
        assert 0 < await probe.pttl(keys.bucket(f"{SCOPE}:ann")) <= 10_000


async def test_failed_attempts_before_a_success_do_not_count(redis_url: str) -> None:
    async with limiter_at(redis_url) as limiter:
        await passed(limiter, "ann", 6)
        await limiter.reset(SCOPE, "ann")
        assert await passed(limiter, "ann", 20) == 5


async def test_a_disabled_limiter_sends_no_request(redis_url: str) -> None:
    async with limiter_at("redis://127.0.0.1:1", enabled=False) as limiter:
        assert await passed(limiter, "ann", 1000) == 1000
        await limiter.reset(SCOPE, "ann")


async def test_without_redis_a_process_counts_for_itself() -> None:
    async with limiter_at("redis://127.0.0.1:1") as limiter:
        assert await passed(limiter, "ann", 50) == 5
        await limiter.reset(SCOPE, "ann")


async def test_a_redis_that_hangs_gets_one_request_and_then_none_for_a_while(
    private_servers: ServerFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "AWAY_SECONDS", 600.0)
    valkey = private_servers().valkey
    async with limiter_at(valkey.url) as limiter:
        await limiter.check(SCOPE, "ann")
        os.kill(valkey.pid, signal.SIGSTOP)
        try:
            for who in ("ben", "cid", "dan"):
                assert await passed(limiter, who, 6) == 5
        finally:
            os.kill(valkey.pid, signal.SIGCONT)
    async with Redis.from_url(valkey.url) as probe:
        has_bucket = {who: bool(await probe.exists(keys.bucket(f"{SCOPE}:{who}"))) for who in ("ann", "cid", "dan")}
    assert has_bucket == {"ann": True, "cid": False, "dan": False}
