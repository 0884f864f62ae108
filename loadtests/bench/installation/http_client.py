"""An HTTP client that sends one request after the other on one connection, where the next request depends on the last response."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from loadtests.bench.installation.client import request_bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    body: Any


class HttpClient:
    """`await HttpClient.connect(port)`; then `request`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int) -> HttpClient:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def request(self, method: str, path: str, token: str, body: object = None, *headers: str) -> HttpResponse:
        """Send one request, and return its response."""
        data = b"" if body is None else json.dumps(body).encode()
        self._writer.write(request_bytes(method, path, token, data, headers=headers))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        mark = head.find(b"content-length:")
        length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        content = await self._reader.readexactly(length)
        return HttpResponse(int(head[9:12]), json.loads(content) if content else None)

    def close(self) -> None:
        self._writer.close()
