"""Decide to which addresses webhooks may be sent. The owner of a webhook must not be able to reach through us what only we can
reach: our own servers, our private network, the metadata service of a cloud. (This attack is called server-side request forgery,
SSRF.)

The name is resolved here, and the connection goes to the address that was checked. So a name that resolves to another address a
moment later (DNS rebinding) has no effect. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Final

import httpcore

from core.webhooks.addresses import is_public

LOOKUPS_AT_ONCE: Final = 16


class AddressRefused(Exception):
    """The name resolves to an address that is not public."""


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only, unless `allows_private`.

    `lookups`: the threads that resolve names. A DNS server that does not answer blocks a thread for many seconds, so nothing else
    uses them.
    """

    def __init__(self, *, allows_private: bool, lookups: Executor | None = None) -> None:
        self._allows_private = allows_private
        self._lookups = lookups or ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="webhook-names")
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await asyncio.get_running_loop().run_in_executor(self._lookups, _look_up, host, port)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self._allows_private and not all(map(is_public, addresses)):
            raise AddressRefused(f"{host} resolves to an address that is not public.")
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

    def close(self) -> None:
        self._lookups.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[tuple[Any, ...]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
