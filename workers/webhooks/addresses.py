"""Where a webhook may be sent. Whoever names an address must not reach through us what only we can reach: our own servers, the network
that we are in, the metadata of a cloud.

A name is resolved here and the connection goes to the address that was judged, so a name that says something else a moment later gains
nothing. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from core.webhooks.addresses import is_public


class AddressRefused(Exception):
    """The name leads to an address that is not public."""


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only, unless `allows_private`."""

    def __init__(self, *, allows_private: bool) -> None:
        self._allows_private = allows_private
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self._allows_private and not all(map(is_public, addresses)):
            raise AddressRefused(f"{host} leads to an address that is not public.")
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("a webhook is never sent to a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)
