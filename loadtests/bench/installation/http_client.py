"""A client that asks one thing after the other on one connection, for lives of bookings whose next request depends on the last answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from loadtests.bench.installation.client import request_bytes


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    body: Any


class Asking:
    """`await Asking.connect(port)`; then `ask`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int) -> Asking:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, method: str, path: str, token: str, body: object = None, *headers: str) -> Said:
        """One request, and its answer."""
        sent = b"" if body is None else json.dumps(body).encode()
        self._writer.write(request_bytes(method, path, token, sent, headers=headers))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        mark = head.find(b"content-length:")
        length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        answer = await self._reader.readexactly(length)
        return Said(int(head[9:12]), json.loads(answer) if answer else None)

    def close(self) -> None:
        self._writer.close()
