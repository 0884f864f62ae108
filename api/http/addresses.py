"""Where a request comes from, for limits per address."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from litestar.connection import ASGIConnection

from core.ratelimit.limiter import RateLimiter
from core.ratelimit.limits import Scope


async def check_address(limiter: RateLimiter, scope: Scope, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Count one `scope` of the peer's address.

    Forwarded headers are not read here: whoever runs a proxy lets the server put the client's address into the connection.
    Loopback is not limited by address: it is this machine's owner, or a proxy that speaks for everybody.
    """
    peer = connection.scope.get("client")
    address = peer[0] if peer else ""
    if not _is_this_machine(address):
        await limiter.check(scope, address)


@lru_cache(1024)
def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True
