"""The search cache: search results are kept in Redis for all processes, and decoded in the memory of each process that uses them.

Every entry has the version of its route and day for which it was computed. Before an entry is used, the present version is read from Redis;
an entry of another version is not used. The version is read before the result is computed. So if flights change
during the computation, the entry has the old version and is never used after the change.

An entry that is requested in the last tenth of its lifetime is returned at once and recomputed in the background, so no request
waits for an entry that is used regularly. Only one computation runs at a time: requests of one process share one task, and
processes share a short lock in Redis. (The general problem is called a cache stampede.) If Redis fails or does not answer, every
request computes its result for one second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.search.cached_entries import Entry, EntryReader, Found, Names, encode, found
from core.telemetry.incidents import Incident

REFRESH_FROM: Final = 0.9
"""The fraction of its lifetime after which a requested entry is recomputed in the background."""
LOCK_MS: Final = 3_000
"""How long one process may compute before another may begin, in milliseconds."""
WAIT_SECONDS: Final = 0.5
"""How long a process without an entry waits for another process that computes it, before it computes the result itself."""
POLL_SECONDS: Final = 0.02
REDIS_SECONDS: Final = 0.5
"""The time limit for Redis. Computing the result takes less time than a slower answer."""
REST_SECONDS: Final = 1.0
"""How long Redis is not used after a failure."""
KEPT_BYTES: Final = 8 * 1024 * 1024
"""The most bytes of decoded entries that one process keeps, measured by their size in Redis. Decoded, they take about five times
as much.
"""
MIN_ENTRY_BYTES: Final = 512
"""The size that is counted for the smallest entry."""

_log = structlog.get_logger(__name__)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class CacheResult(Generic[Value]):
    """A search result. `age`: in whole seconds. `hit`: the result was not computed for this caller."""

    value: Value
    age: int
    hit: bool


@dataclass(frozen=True, slots=True)
class CacheQuery(Generic[Value]):
    """A query of the cache. `compute`: queries the database and returns the bytes to store. `read`: decodes them; it raises
    `msgspec.DecodeError` if another release wrote them in another format.
    """

    names: Names
    compute: Callable[[], Awaitable[bytes]]
    read: Callable[[bytes], Value]


@dataclass(frozen=True, slots=True)
class _Kept:
    entry: Entry
    value: Any


_Filled: TypeAlias = tuple[_Kept, bool]
_Fill: TypeAlias = Callable[[], Awaitable[_Filled]]
_What: TypeAlias = tuple[str, bytes]
"""The key of an entry, and the version for which it is computed."""


class SearchCache:
    """Use it on the event loop only. `seconds`: the lifetime of an entry."""

    def __init__(self, client: Redis, *, seconds: int) -> None:
        self._client = client
        self._seconds = seconds
        self._entries = EntryReader(client, patience_seconds=REDIS_SECONDS, version_seconds=2 * seconds)
        self._ready: dict[Names, _Kept] = {}
        self._ready_bytes = 0
        self._under_way: dict[tuple[str, bytes], asyncio.Task[_Filled]] = {}
        self._resting_until = 0.0
        self._outage = Incident(_log, "search goes without its cache", "search has its cache again")
        self._uncomputed = Incident(_log, "a search could not be computed", "searches are computed again")

    @property
    def reachable(self) -> Redis | None:
        """The Redis client; None while Redis is not used after a failure."""
        return None if time.monotonic() < self._resting_until else self._client

    async def get(self, query: CacheQuery[Value]) -> CacheResult[Value]:
        """The result, from the cache or computed."""
        names = query.names
        if time.monotonic() < self._resting_until:
            return await self._alone(query)
        kept = self._ready.get(names)
        try:
            version, entry = await self._entries.read(names, with_entry=kept is None)
        except (RedisError, TimeoutError) as error:
            self._rest(error)
            return await self._alone(query)
        self._outage.succeeded()
        if entry is not None:
            kept = self._keep(query, entry)
        if kept is None or kept.entry.version != version:
            return await self._together((names.value, version), lambda: self._fill(query, version, None))
        age = time.time() - kept.entry.stored_at
        if age >= self._seconds:
            return await self._together((names.value, version), lambda: self._fill(query, version, None, after=kept))
        if age >= self._seconds * REFRESH_FROM:
            self._begin((names.value, version), lambda: self._fill(query, version, kept, after=kept))
        return CacheResult(kept.value, max(0, int(age)), hit=True)

    def _keep(self, query: CacheQuery[Any], entry: Entry) -> _Kept | None:
        """Decode an entry and keep it in memory; None if this release cannot read it."""
        before = self._ready.get(query.names)
        if before is not None and before.entry is entry:  # another caller of the same read has decoded it
            return before
        try:
            kept = _Kept(entry, query.read(entry.body))
        except msgspec.DecodeError:
            return None
        if self._ready_bytes > KEPT_BYTES:
            self._ready.clear()
            self._ready_bytes, before = 0, None
        self._ready_bytes += _size(entry) - (_size(before.entry) if before else 0)
        self._ready[query.names] = kept
        return kept

    async def _together(self, what: _What, fill: _Fill) -> CacheResult[Any]:
        """Wait for the running task for the same entry and version, or start one."""
        joined = what in self._under_way
        # If one caller is cancelled, the task must go on for the others.
        kept, computed = await asyncio.shield(self._begin(what, fill))
        return CacheResult(kept.value, max(0, int(time.time() - kept.entry.stored_at)), hit=joined or not computed)

    def _begin(self, what: _What, fill: _Fill) -> asyncio.Task[_Filled]:
        task = self._under_way.get(what)
        if task is None:
            task = asyncio.ensure_future(fill())
            self._under_way[what] = task
            task.add_done_callback(lambda done: self._end(what, done))
        return task

    def _end(self, what: _What, task: asyncio.Task[_Filled]) -> None:
        del self._under_way[what]
        if task.cancelled():
            return
        if error := task.exception():
            # Callers that wait get the error. After an error in the background, the old entry is used until it expires.
            self._uncomputed.failed(error=str(error))
        else:
            self._uncomputed.succeeded()

    def _rest(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._resting_until:  # report the failure once, although many requests see it
            self._resting_until = now + REST_SECONDS
            self._outage.failed(error=str(error) or type(error).__name__)

    async def _alone(self, query: CacheQuery[Value]) -> CacheResult[Value]:
        """Compute the result without Redis. Requests that come during the computation share it."""

        async def computed() -> _Filled:
            body = await query.compute()
            return _Kept(Entry(b"", time.time(), body), query.read(body)), True

        return await self._together((query.names.value, b""), computed)

    async def _fill(self, query: CacheQuery[Any], version: bytes, served: _Kept | None, *, after: _Kept | None = None) -> _Filled:
        """An entry that is newer than `after`, and whether this process computed it.

        `served`: the entry that callers got in the meantime. If another process is computing, this one does not wait for it.
        """
        names = query.names
        try:
            async with asyncio.timeout(REDIS_SECONDS + WAIT_SECONDS):
                mine, kept = await self._claim(query, version, after)
                if not mine and kept is None:
                    kept = await self._from_elsewhere(query, after) or served
                if kept is not None:
                    return kept, False
        except (RedisError, TimeoutError) as error:
            self._rest(error)
        entry = Entry(version, time.time(), await query.compute())
        try:
            async with asyncio.timeout(REDIS_SECONDS), self._client.pipeline(transaction=False) as pipeline:
                pipeline.set(names.value, encode(entry), ex=self._seconds)
                pipeline.expire(names.version, 2 * self._seconds, gt=True)
                pipeline.delete(names.lock)
                await pipeline.execute()
        except (RedisError, TimeoutError) as error:
            self._rest(error)
        kept = self._keep(query, entry)
        assert kept is not None, "a release can read the entries that it wrote"
        return kept, True

    async def _claim(self, query: CacheQuery[Any], version: bytes, after: _Kept | None) -> tuple[bool, _Kept | None]:
        """Whether this process got the lock and must compute; and the entry, if another process has just stored it."""
        names = query.names
        async with self._client.pipeline(transaction=False) as pipeline:
            # First the lock, then the entry: a process stores its entry before it releases the lock.
            pipeline.set(names.lock, b"", nx=True, px=LOCK_MS)
            pipeline.get(names.value)
            mine, value = await pipeline.execute()
        kept = self._younger(query, found(version, value), after)
        if mine and kept is not None:
            await self._client.delete(names.lock)
        return bool(mine), kept

    async def _from_elsewhere(self, query: CacheQuery[Any], after: _Kept | None) -> _Kept | None:
        """Wait for the entry of the process that holds the lock."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
            kept = self._younger(query, await self._entries.read(query.names, with_entry=True), after)
            if kept is not None:
                return kept
        return None

    def _younger(self, query: CacheQuery[Any], now: Found, after: _Kept | None) -> _Kept | None:
        if now.entry is None or (after is not None and now.entry.stored_at <= after.entry.stored_at):
            return None
        return self._keep(query, now.entry)


def _size(entry: Entry) -> int:
    return MIN_ENTRY_BYTES + len(entry.body)
