"""A load generator that needs little processor time: each of its connections sends the next request when the last one is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import cast


@dataclass(slots=True)
class LoadResult:
    """The results of one run. Latencies are in seconds. `bodies`: the responses to accepted requests, if they are kept."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def responses(self) -> int:
        return sum(self.statuses.values())

    @property
    def per_second(self) -> float:
        return self.responses / self.seconds


def request_bytes(method: str, path: str, token: str, body: bytes, *, headers: tuple[str, ...] = ()) -> bytes:
    """One HTTP/1.1 request, ready to be sent again and again."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: bench",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def generate_load(
    port: int, clients: int, seconds: float, request_of: Callable[[int], bytes], *, keep_bodies: bool = False
) -> LoadResult:
    """`clients` connections, each with one request in flight, for `seconds`. `request_of` gives the first request, the second, ..."""
    loop = asyncio.get_running_loop()
    result = LoadResult()
    started_at = time.perf_counter()
    stop_at = started_at + seconds
    requests = map(request_of, count())
    connections = [
        (await loop.create_connection(lambda: _Connection(result, requests, stop_at, keep_bodies), "127.0.0.1", port))[1]
        for _ in range(clients)
    ]
    for connection in connections:
        connection.begin()
    await asyncio.gather(*(connection.done for connection in connections))
    result.seconds = time.perf_counter() - started_at
    return result


class _Connection(asyncio.Protocol):
    def __init__(self, result: LoadResult, requests: Iterator[bytes], stop_at: float, keep_bodies: bool) -> None:
        self._result = result
        self._requests = requests
        self._stop_at = stop_at
        self._keep_bodies = keep_bodies
        self._buffer = b""
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def begin(self) -> None:
        """Send the next request."""
        request = next(self._requests)
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        mark = head.find(b"content-length:")
        length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        if len(self._buffer) < head_end + 4 + length:
            return
        now = time.perf_counter()
        status = int(head[9:12])
        self._result.statuses[status] = self._result.statuses.get(status, 0) + 1
        self._result.latencies.append(now - self._sent_at)
        if self._keep_bodies and status < 300:
            self._result.bodies.append(self._buffer[head_end + 4 : head_end + 4 + length])
        self._buffer = b""
        if now < self._stop_at:
            self.begin()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)
