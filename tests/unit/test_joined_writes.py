"""Everything that is written to a connection in one turn of the event loop is sent with one system call, and not later."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.connections.joined_writes import MOST_BYTES, JoinedWrites


class Counted(asyncio.Transport):
    """A real transport that counts what is written to it, as it comes."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))
        self._transport.write(data)

    def __getattribute__(self, name: str) -> Any:
        if name in {"close", "abort", "is_closing"}:
            return getattr(self._transport, name)
        return super().__getattribute__(name)


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[JoinedWrites, Counted, asyncio.StreamReader]]:
    """Our side of a connection, what it writes, and the client's side."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    reader, writer = await asyncio.open_connection(sock=theirs)
    counted = Counted(transport)
    try:
        yield JoinedWrites(counted, loop), counted, reader
    finally:
        transport.abort()
        writer.close()


async def check_one_turn() -> None:
    async with connected() as (ours, counted, client):
        ours.write(b"head ")
        ours.write(b"body")
        assert await client.readexactly(9) == b"head body"
        assert counted.writes == [b"head body"]
        ours.write(b"event 1\n")
        assert await client.readline() == b"event 1\n"  # nobody wrote more, and it came
        ours.write(b"event 2\n")
        assert await client.readline() == b"event 2\n"
        assert len(counted.writes) == 3


async def check_large() -> None:
    async with connected() as (ours, counted, client):
        ours.write(b"a")
        ours.write(bytes(MOST_BYTES))
        assert [len(data) for data in counted.writes] == [MOST_BYTES + 1]  # before anything else could happen
        ours.write(b"b")
        assert (await client.readexactly(MOST_BYTES + 2))[-1:] == b"b"


async def check_close() -> None:
    async with connected() as (ours, counted, client):
        ours.write(b"last words")
        ours.close()
        assert ours.is_closing()
        ours.write(b"too late")
        assert await client.read() == b"last words"
        assert counted.writes == [b"last words"]


async def check_abort() -> None:
    async with connected() as (ours, counted, client):
        ours.write(b"never sent")
        ours.abort()
        assert await client.read() == b""
        assert counted.writes == []


@pytest.mark.parametrize("check", [check_one_turn, check_large, check_close, check_abort])
def test_writes_of_one_turn_are_sent_together_and_at_its_end(check: Any) -> None:
    async def within() -> None:
        async with asyncio.timeout(20):
            await check()

    asyncio.run(within())
