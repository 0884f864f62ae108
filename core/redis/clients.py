"""Every client of Redis that the product makes. Each names the time that a frozen server may cost its callers.

None of them tries again by itself: a command that was sent twice may have been done twice, and whoever called knows better what to do.
"""

from __future__ import annotations

from typing import Any, Final

import redis
from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS: Final = 1.0
BORROW_SECONDS: Final = 2.0
"""How long a task waits for a free connection of an asynchronous client."""


def connect(url: str, *, seconds: float, ping_after_seconds: int = 0) -> redis.Redis:
    """A client for threads. Nothing is connected yet.

    `url`: as `core.redis.address` returns it. `seconds`: the most that one command may take. `ping_after_seconds`: ask a connection
    that was idle for so long whether it is still there; 0: never.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=min(seconds, CONNECT_SECONDS),
        retry=Retry(NoBackoff(), 0),
        health_check_interval=ping_after_seconds,
    )


def connect_async(url: str, *, seconds: float, connections: int) -> AsyncRedis:
    """A client for the event loop: a pool whose callers wait for a free connection. Close it with `aclose`."""
    # The retry of the asynchronous client is another class; it makes its own, which does not try again either.
    options: dict[str, Any] = {"socket_timeout": seconds, "socket_connect_timeout": min(seconds, CONNECT_SECONDS)}
    return AsyncRedis.from_pool(
        BlockingConnectionPool.from_url(url, max_connections=connections, timeout=BORROW_SECONDS, **options)
    )
