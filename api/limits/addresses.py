"""Where a request comes from, for limits per address."""

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
"""A customer of an internet provider has at least a network of this size, and may use every address in it."""


async def check_address(limiter: RateLimiter, scope: Scope, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Count one `scope` of the peer's address.

    Loopback is not limited by address: it is this machine's owner, or a proxy that speaks for everybody.
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
    """The name under which requests are counted together.

    Forwarded headers are not read here: whoever runs a proxy lets the server put the client's address into the connection. What it
    puts there may be no address at all, if the header said something else.
    """
    peer = connection.scope.get("client")
    return counted_as(peer[0]) if peer else THIS_MACHINE


@lru_cache(4096)
def counted_as(address: str) -> str:
    """IPv4 by address, IPv6 by network, and everything that is no address together."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return NO_ADDRESS
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if parsed.is_loopback:
        return THIS_MACHINE
    return str(IPv6Network((int(parsed), HOME_NETWORK_BITS), strict=False) if isinstance(parsed, IPv6Address) else parsed)
