"""Many clients at the same time over HTTP, which record their responses, or that there was none.

They use plain asyncio streams, because a client library with hundreds of connections would need more processor time than the tested system.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

RETRY_EVERY_SECONDS = 0.05
RESPONSE_SECONDS = 40.0
NO_RESPONSE = 0


@dataclass(frozen=True)
class Attempt:
    """One booking that one client wants."""

    headers: Mapping[str, str]
    flight_id: UUID
    seats: int = 1
    key: str | None = None


@dataclass(frozen=True)
class BookingResponse:
    """The last response to one client. `status` 0: every try ended without a response. `tries`: the number of requests."""

    attempt: Attempt
    status: int
    body: dict[str, Any]
    tries: int
    seconds: float
    """How long the last request took."""

    @property
    def booking_id(self) -> UUID:
        return UUID(self.body["booking_id"])


def accepted(responses: Sequence[BookingResponse]) -> list[UUID]:
    """The bookings that were answered with 202."""
    return [response.booking_id for response in responses if response.status == httpx.codes.ACCEPTED]


def book(
    base_url: str, attempts: Sequence[Attempt], *, at_once: int = 64, retry_seconds: float = 0.0, wait: int = 0
) -> list[BookingResponse]:
    """Send the request of every client, `at_once` at the same time. Returns the responses in the order of the attempts.

    With `retry_seconds`, a client that got no response, or 503, repeats the same request for so many seconds.
    `wait` is the preference to be answered when the booking is final.
    """
    return asyncio.run(_book(base_url, attempts, at_once, retry_seconds, wait))


async def _book(
    base_url: str, attempts: Sequence[Attempt], at_once: int, retry_seconds: float, wait: int
) -> list[BookingResponse]:
    slots = asyncio.Semaphore(at_once)

    async def send(attempt: Attempt) -> BookingResponse:
        async with slots:
            return await _send(base_url, attempt, retry_seconds, wait)

    return list(await asyncio.gather(*(send(attempt) for attempt in attempts)))


async def _send(base_url: str, attempt: Attempt, retry_seconds: float, wait: int) -> BookingResponse:
    give_up_at = time.monotonic() + retry_seconds
    tries = 0
    while True:
        tries += 1
        sent_at = time.monotonic()
        try:
            status, body = await asyncio.wait_for(_exchange(base_url, _request(attempt, wait)), RESPONSE_SECONDS)
        except (OSError, EOFError, TimeoutError):
            status, body = NO_RESPONSE, {}
        response = BookingResponse(attempt, status, body, tries, time.monotonic() - sent_at)
        if status not in (NO_RESPONSE, httpx.codes.SERVICE_UNAVAILABLE) or time.monotonic() > give_up_at:
            return response
        await asyncio.sleep(RETRY_EVERY_SECONDS)


def _request(attempt: Attempt, wait: int) -> bytes:
    body = json.dumps({"flight_id": str(attempt.flight_id), "seats": attempt.seats}).encode()
    headers = {
        "Host": "localhost",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **attempt.headers,
        **({"Idempotency-Key": attempt.key} if attempt.key else {}),
        **({"Prefer": f"wait={wait}"} if wait else {}),
    }
    return (
        b"POST /api/v1/booking HTTP/1.1\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
        + b"\r\n"
        + body
    )


async def _exchange(base_url: str, request: bytes) -> tuple[int, dict[str, Any]]:
    address = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("\r\ncontent-length:")[2].partition("\r\n")[0])
        # All of it, or none: the server may be killed in the middle of its answer.
        return int(head.split(" ", 2)[1]), json.loads(await reader.readexactly(length))
    finally:
        writer.close()
