"""Entries of the search cache, read for many callers in one round trip: what is asked while one is under way is the next."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple, cast

import msgspec
from redis.asyncio import Redis


class Names(NamedTuple):
    """The Redis keys of one answer. All three must be in one cluster slot."""

    value: str
    version: str
    lock: str


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """An answer, the version that it was computed for, and when (unix time in seconds)."""

    version: bytes
    stored_at: float
    body: bytes


class Found(NamedTuple):
    """The entry, if it is there and true, and the version that is true now; empty before the first change."""

    entry: Entry | None
    version: bytes


encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final = msgspec.msgpack.Decoder(Entry)


class EntryReader:
    """Lives on the event loop. One connection serves any number of callers, so none of them waits for a pool."""

    def __init__(self, client: Redis, *, patience_seconds: float) -> None:
        self._client = client
        self._patience = patience_seconds
        self._waiting: dict[Names, list[asyncio.Future[Found]]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def read(self, names: Names) -> Found:
        """What is under these names.

        Raises:
            RedisError, TimeoutError: Redis failed, or took longer than the patience.
        """
        future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(names, []).append(future)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, {}
            try:
                answers = await self._fetch(list(asked))
            except Exception as error:  # whatever it is, it belongs to the callers, and the next round goes on
                for futures in asked.values():
                    for future in futures:
                        if not future.done():
                            future.set_exception(error)
                continue
            for futures, found in zip(asked.values(), answers, strict=True):
                for future in futures:
                    if not future.done():  # the caller has gone away
                        future.set_result(found)

    async def _fetch(self, asked: list[Names]) -> list[Found]:
        async with asyncio.timeout(self._patience):
            if len(asked) == 1:  # a single command is cheaper than a pipeline of one
                pairs = [await self._client.mget(asked[0].value, asked[0].version)]
            else:
                async with self._client.pipeline(transaction=False) as pipeline:
                    for names in asked:
                        pipeline.mget(names.value, names.version)
                    pairs = await pipeline.execute()
        return [_found(*cast("list[bytes | None]", pair)) for pair in pairs]


def _found(value: bytes | None, version: bytes | None) -> Found:
    version = version or b""
    if value is None:
        return Found(None, version)
    try:
        entry = _decoder.decode(value)
    except msgspec.DecodeError:  # another release wrote it
        return Found(None, version)
    return Found(entry if entry.version == version else None, version)
