"""Read entries of the search cache from Redis, for many callers in one round trip. Requests that come during a round trip share
the next one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Final, NamedTuple

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

LAST_TURNS: Final = 10
"""How many more turns of the event loop a response of Redis gets after its time limit."""


class Names(NamedTuple):
    """The Redis keys of one entry. All three must be in one cluster slot."""

    value: str
    version: str
    lock: str


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """A stored result: its bytes, the version for which it was computed, and when it was stored (unix time in seconds)."""

    version: bytes
    stored_at: float
    body: bytes


class Found(NamedTuple):
    """The present version; and the entry, if it was requested, exists and has that version."""

    version: bytes
    entry: Entry | None


encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final = msgspec.msgpack.Decoder(Entry)


class EntryReader:
    """Use it on the event loop only. All callers share one connection, so none of them waits for a free one.

    `version_seconds`: the lifetime of a version that the reader creates. If Redis has no version (for example after it lost its
    data), the reader creates a new one from the clock, so entries that were computed before are not used.
    """

    def __init__(self, client: Redis, *, patience_seconds: float, version_seconds: int) -> None:
        self._client = client
        self._patience = patience_seconds
        self._version_seconds = version_seconds
        self._waiting: dict[Names, list[asyncio.Future[Found]]] = {}
        self._wanted: set[Names] = set()
        self._reading: asyncio.Task[None] | None = None

    async def read(self, names: Names, *, with_entry: bool) -> Found:
        """Read version and entry. The values are from the time of this call or later.

        Raises:
            RedisError, TimeoutError: Redis failed, or took longer than `patience_seconds`.
        """
        future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        futures = self._waiting.get(names)
        if futures is None:
            self._waiting[names] = [future]
        else:
            futures.append(future)
        if with_entry:
            self._wanted.add(names)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            queued, self._waiting = self._waiting, {}
            wanted, self._wanted = self._wanted, set()
            try:
                results = await self._patiently(self._fetch([(names, names in wanted) for names in queued]))
            except Exception as error:  # every error is passed to the callers of this round trip; the next round trip goes on
                for futures in queued.values():
                    for future in futures:
                        if not future.done():
                            future.set_exception(error)
                continue
            for futures, found in zip(queued.values(), results, strict=True):
                for future in futures:
                    if not future.done():  # done: the caller was cancelled
                        future.set_result(found)

    async def _patiently(self, fetching: Coroutine[Any, Any, list[Found]]) -> list[Found]:
        """Wait with the time limit. If this process was too busy to read a response that has arrived, a few more turns of the
        event loop read it, so a busy process does not take Redis for failed.
        """
        task = asyncio.ensure_future(fetching)
        await asyncio.wait([task], timeout=self._patience)
        for _ in range(LAST_TURNS):
            if task.done():
                return task.result()
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise TimeoutError(f"no answer within {self._patience} s")

    async def _fetch(self, queued: list[tuple[Names, bool]]) -> list[Found]:
        if len(queued) == 1:  # a single command is cheaper than a pipeline of one
            replies = [await _ask(self._client, *queued[0])]
        else:
            async with self._client.pipeline(transaction=False) as pipeline:
                for each in queued:
                    _ask(pipeline, *each)
                replies = await pipeline.execute()
        pairs: list[tuple[bytes | None, bytes | None]] = [
            tuple(reply) if with_entry else (reply, None) for reply, (_, with_entry) in zip(replies, queued, strict=True)
        ]
        await self._give_versions(queued, pairs)
        return [found(version or b"", value) for version, value in pairs]

    async def _give_versions(self, queued: list[tuple[Names, bool]], pairs: list[tuple[bytes | None, bytes | None]]) -> None:
        absent = [order for order, (version, _) in enumerate(pairs) if version is None]
        if not absent:
            return
        fresh = str(time.time_ns()).encode()
        async with self._client.pipeline(transaction=False) as pipeline:
            for order in absent:
                pipeline.set(queued[order][0].version, fresh, nx=True, get=True, ex=self._version_seconds)
            for order, present in zip(absent, await pipeline.execute(), strict=True):
                pairs[order] = (present or fresh, pairs[order][1])


def found(version: bytes, value: bytes | None) -> Found:
    """The result of a read, from the bytes of version and entry."""
    if value is None:
        return Found(version, None)
    try:
        entry = _decoder.decode(value)
    except msgspec.DecodeError:  # another release wrote it in another format
        return Found(version, None)
    return Found(version, entry if entry.version == version else None)


def _ask(client: Redis | Pipeline, names: Names, with_entry: bool) -> Any:
    return client.mget(names.version, names.value) if with_entry else client.get(names.version)
