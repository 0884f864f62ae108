"""Create the Redis clients of the product. Each has a time limit for a server that does not answer.

No client repeats a command by itself, because a command that is sent twice may take effect twice. The caller decides what to do.
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
    """A client for threads. No connection is made yet.

    `url`: from `core.redis.address`. `seconds`: the longest time for one command. `ping_after_seconds`: a connection that was
    idle for so long is checked with a PING before it is used; 0: never.
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
    # The asynchronous client has its own default retry class, which does not repeat commands either.
    options: dict[str, Any] = {"socket_timeout": seconds, "socket_connect_timeout": min(seconds, CONNECT_SECONDS)}
    return AsyncRedis.from_pool(
        BlockingConnectionPool.from_url(url, max_connections=connections, timeout=BORROW_SECONDS, **options)
    )
