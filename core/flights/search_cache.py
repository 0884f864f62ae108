"""Answers kept in Redis for as long as nothing has changed: each carries the version that it was computed for.

The version is read before the answer is computed, so an answer that overlaps a change is never believed afterwards. Of many who miss
at once, one computes: per process because they share one task, across processes because they share a short lock. When Redis fails or
hangs, everything is a miss for a second, and nothing else goes wrong.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.flights.cached_entries import Entry, EntryReader, Names, encode

LOCK_MS: Final = 3_000
"""How long one process computes before another may try."""
WAIT_SECONDS: Final = 0.5
"""How long a process waits for the answer of another before it computes its own."""
LOOK_SECONDS: Final = 0.02
REDIS_SECONDS: Final = 0.5
"""A cache that takes longer is slower than what it saves."""
REST_SECONDS: Final = 1.0
"""After a failure, how long Redis is left alone."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """`age` in whole seconds; `hit`: this caller did not cause a computation."""

    body: bytes
    age: int
    hit: bool


Compute = Callable[[], Awaitable[bytes]]


class SearchCache:
    """Lives on the event loop. `seconds`: how long an answer may be served without being computed again."""

    def __init__(self, client: Redis, *, seconds: int) -> None:
        self._client = client
        self._entries = EntryReader(client, patience_seconds=REDIS_SECONDS)
        self._seconds = seconds
        self._under_way: dict[tuple[str, bytes], asyncio.Task[Answer]] = {}
        self._resting_until = 0.0

    async def get(self, names: Names, compute: Compute) -> Answer:
        """The answer under these names, from the cache or computed."""
        if time.monotonic() < self._resting_until:
            return await self._alone(names, compute)
        try:
            found = await self._entries.read(names)
        except (RedisError, TimeoutError) as error:
            self._rest(error)
            return await self._alone(names, compute)
        if found.entry is not None:
            return _answer(found.entry, hit=True)
        return await self._together((names.value, found.version), lambda: self._fill(names, found.version, compute))

    async def _together(self, what: tuple[str, bytes], begin: Callable[[], Awaitable[Answer]]) -> Answer:
        """Join whoever does the same thing already."""
        task = self._under_way.get(what)
        if task is not None:
            # A caller that goes away must not take the answer away from the others.
            shared = await asyncio.shield(task)
            return Answer(shared.body, shared.age, hit=True)
        task = asyncio.ensure_future(begin())
        self._under_way[what] = task
        task.add_done_callback(lambda _: self._under_way.pop(what, None))
        return await asyncio.shield(task)

    def _rest(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._resting_until:  # many are told of the same failure
            self._resting_until = now + REST_SECONDS
            _log.warning("search goes without its cache", error=str(error) or type(error).__name__)

    async def _alone(self, names: Names, compute: Compute) -> Answer:
        """Without Redis. Whoever asks meanwhile shares the answer, which is as fresh as the database's when it was begun."""

        async def computed() -> Answer:
            return Answer(await compute(), 0, hit=False)

        return await self._together((names.value, b"alone"), computed)

    async def _fill(self, names: Names, version: bytes, compute: Compute) -> Answer:
        try:
            async with asyncio.timeout(REDIS_SECONDS + WAIT_SECONDS):
                if not await self._client.set(names.lock, b"", nx=True, px=LOCK_MS):
                    entry = await self._from_elsewhere(names)
                    if entry is not None:
                        return _answer(entry, hit=True)
        except (RedisError, TimeoutError) as error:
            self._rest(error)
        entry = Entry(version, time.time(), await compute())
        try:
            async with asyncio.timeout(REDIS_SECONDS), self._client.pipeline(transaction=False) as pipeline:
                pipeline.set(names.value, encode(entry), ex=self._seconds)
                pipeline.delete(names.lock)
                await pipeline.execute()
        except (RedisError, TimeoutError) as error:
            self._rest(error)
        return _answer(entry, hit=False)

    async def _from_elsewhere(self, names: Names) -> Entry | None:
        """Wait for the process that holds the lock."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(LOOK_SECONDS)
            found = await self._entries.read(names)
            if found.entry is not None:
                return found.entry
        return None


def _answer(entry: Entry, *, hit: bool) -> Answer:
    return Answer(entry.body, max(0, int(time.time() - entry.stored_at)), hit)
