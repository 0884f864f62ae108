"""The address of a client, for limits per address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.limits import rate_limits
from api.services import services_of
from core.ratelimit.limiter import RateLimiter
from core.ratelimit.limits import Scope

THIS_MACHINE: Final = "this machine"
NO_ADDRESS: Final = "no address"
HOME_NETWORK_BITS: Final = 64
"""The size of an IPv6 network that one customer of an internet provider has at least. All its addresses count as one."""


async def check_address(limiter: RateLimiter, scope: Scope, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Count one `scope` of the client's address.

    Requests from this machine are not limited, because they come from its owner, or from a proxy for all clients.
    """
    address = address_of(connection)
    if address != THIS_MACHINE:
        await rate_limits.count(connection.scope["state"], limiter, scope, address)


def limited_by_address(scope: Scope) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """A guard that counts `scope` for the peer's address."""

    async def within_limits(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if connection.scope.get("method") != "OPTIONS":
            await check_address(services_of(connection.app).limiter, scope, connection)

    within_limits.limits = True  # type: ignore[attr-defined]  # the documentation mentions 429
    return within_limits


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The name under which requests of one client are counted.

    Forwarded headers are not read here: uvicorn puts the address from them into the connection (`FORWARDED_ALLOW_IPS`). If the
    header was wrong, this may not be an address.
    """
    peer = connection.scope.get("client")
    return counted_as(peer[0]) if peer else THIS_MACHINE


@lru_cache(4096)
def counted_as(address: str) -> str:
    """IPv4 addresses are counted one by one, IPv6 addresses by network, and all invalid addresses together."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return NO_ADDRESS
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if parsed.is_loopback:
        return THIS_MACHINE
    return str(IPv6Network((int(parsed), HOME_NETWORK_BITS), strict=False) if isinstance(parsed, IPv6Address) else parsed)
