"""Make one webhook call: signed, with a time limit, without following redirects, and without storing the body of the response."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import Final

import certifi
import httpcore

from core import __version__
from core.webhooks import signature
from core.webhooks.deliveries import Attempt, DueDelivery
from workers.webhooks.addresses import AddressRefused, PinnedBackend

CALL_SECONDS: Final = 15.0
"""The time limit of a call, from resolving the name to the end of the response."""
CONNECT_SECONDS: Final = 5.0
MAX_RESPONSE_BYTES: Final = 16 * 1024
"""How much of a response is read, so that its connection can be used again. It is not stored."""


class Caller:
    """Use it on one event loop only."""

    def __init__(self, *, allows_private: bool) -> None:
        self._backend = PinnedBackend(allows_private=allows_private)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(cafile=certifi.where()),
            max_connections=None,
            max_keepalive_connections=16,
            keepalive_expiry=30,
            network_backend=self._backend,
        )

    async def close(self) -> None:
        await self._pool.aclose()
        self._backend.close()

    async def call(self, delivery: DueDelivery) -> Attempt:
        """Call the webhook. Errors of the receiver are part of the result, not exceptions."""
        began_at = time.monotonic()
        status, error = None, None
        try:
            async with asyncio.timeout(CALL_SECONDS):
                status = await self._post(delivery)
        except TimeoutError:
            error = f"no response within {CALL_SECONDS:.0f} s"
        except AddressRefused as refused:
            error = str(refused)
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            OSError,
            ValueError,
            TypeError,
        ) as failure:
            error = f"{type(failure).__name__}: {failure}"[:200]
        return Attempt(delivery, status, error, round((time.monotonic() - began_at) * 1000))

    async def _post(self, delivery: DueDelivery) -> int:
        body = delivery.body.encode()
        headers: dict[str, str] = {
            "content-length": str(len(body)),
            "content-type": "application/json",
            "user-agent": f"Skyqueue/{__version__}",
            **signature.headers(delivery.secrets, f"msg_{delivery.event_id}", int(time.time()), body),
        }
        limits = {"timeout": {"connect": CONNECT_SECONDS, "read": CALL_SECONDS, "write": CALL_SECONDS, "pool": CALL_SECONDS}}
        async with self._pool.stream(
            "POST", delivery.url, headers=list(headers.items()), content=body, extensions=limits
        ) as response:
            read = 0
            async for part in response.aiter_stream():
                read += len(part)
                if read > MAX_RESPONSE_BYTES:
                    break
            return response.status
