"""Answers kept for as long as nothing has changed: in Redis for every process, and ready to be sent in each process that uses them.

Each carries the version that it was computed for, and no caller gets one without asking Redis for the present version first. The version is
read before the answer is computed, so an answer that overlaps a change is never believed afterwards.

Whoever asks in the last part of an answer's lifetime is served and has it computed anew behind the scenes, so nobody waits for an
answer that is in use. Of many who would compute, one does: per process because they share one task, across processes because they share
a short lock. When Redis fails or hangs, everything is a miss for a second, and nothing else goes wrong.
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
"""The part of its lifetime after which an answer that is in use is computed anew."""
LOCK_MS: Final = 3_000
"""How long one process computes before another may try."""
WAIT_SECONDS: Final = 0.5
"""How long a process that has nothing to serve waits for the answer of another before it computes its own."""
LOOK_SECONDS: Final = 0.02
REDIS_SECONDS: Final = 0.5
"""A cache that takes longer is slower than what it saves."""
REST_SECONDS: Final = 1.0
"""After a failure, how long Redis is left alone."""
KEPT_BYTES: Final = 8 * 1024 * 1024
"""Answers that one process keeps ready, by the size they have in Redis. Ready, they take about five times that."""
ANSWER_BYTES: Final = 512
"""What keeping the smallest answer takes."""

_log = structlog.get_logger(__name__)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """`age` in whole seconds; `hit`: this caller did not cause a computation."""

    value: Value
    age: int
    hit: bool


@dataclass(frozen=True, slots=True)
class Question(Generic[Value]):
    """`compute` asks the database and returns bytes to be kept; `read` makes of them what callers want, or raises
    `msgspec.DecodeError` where another release wrote them.
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
"""The name of an answer, and the version that it is computed for."""


class SearchCache:
    """Used on the event loop only. `seconds`: how long an answer may be served without being computed again."""

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
        """The Redis behind it; None while it is left alone."""
        return None if time.monotonic() < self._resting_until else self._client

    async def get(self, question: Question[Value]) -> Answer[Value]:
        """The answer to this question, kept or computed."""
        names = question.names
        if time.monotonic() < self._resting_until:
            return await self._alone(question)
        kept = self._ready.get(names)
        try:
            version, entry = await self._entries.read(names, with_entry=kept is None)
        except (RedisError, TimeoutError) as error:
            self._rest(error)
            return await self._alone(question)
        self._outage.succeeded()
        if entry is not None:
            kept = self._keep(question, entry)
        if kept is None or kept.entry.version != version:
            return await self._together((names.value, version), lambda: self._fill(question, version, None))
        age = time.time() - kept.entry.stored_at
        if age >= self._seconds:
            return await self._together((names.value, version), lambda: self._fill(question, version, None, after=kept))
        if age >= self._seconds * REFRESH_FROM:
            self._begin((names.value, version), lambda: self._fill(question, version, kept, after=kept))
        return Answer(kept.value, max(0, int(age)), hit=True)

    def _keep(self, question: Question[Any], entry: Entry) -> _Kept | None:
        """Make an entry ready; None if this release cannot read it."""
        before = self._ready.get(question.names)
        if before is not None and before.entry is entry:  # it was read for many at once
            return before
        try:
            kept = _Kept(entry, question.read(entry.body))
        except msgspec.DecodeError:
            return None
        if self._ready_bytes > KEPT_BYTES:
            self._ready.clear()
            self._ready_bytes, before = 0, None
        self._ready_bytes += _size(entry) - (_size(before.entry) if before else 0)
        self._ready[question.names] = kept
        return kept

    async def _together(self, what: _What, fill: _Fill) -> Answer[Any]:
        """Join whoever does the same thing already."""
        joined = what in self._under_way
        # A caller that goes away must not take the answer away from the others.
        kept, computed = await asyncio.shield(self._begin(what, fill))
        return Answer(kept.value, max(0, int(time.time() - kept.entry.stored_at)), hit=joined or not computed)

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
            # Callers that wait for it get the error. In the background nobody waits, and the kept answer is served until it expires.
            self._uncomputed.failed(error=str(error))
        else:
            self._uncomputed.succeeded()

    def _rest(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._resting_until:  # many are told of the same failure
            self._resting_until = now + REST_SECONDS
            self._outage.failed(error=str(error) or type(error).__name__)

    async def _alone(self, question: Question[Value]) -> Answer[Value]:
        """Without Redis. Whoever asks meanwhile shares the answer, which is as fresh as the database's when it was begun."""

        async def computed() -> _Filled:
            body = await question.compute()
            return _Kept(Entry(b"", time.time(), body), question.read(body)), True

        return await self._together((question.names.value, b""), computed)

    async def _fill(
        self, question: Question[Any], version: bytes, served: _Kept | None, *, after: _Kept | None = None
    ) -> _Filled:
        """An answer that is younger than `after`, and whether this process computed it.

        `served`: what callers have meanwhile, so that no other process's work has to be done twice for them.
        """
        names = question.names
        try:
            async with asyncio.timeout(REDIS_SECONDS + WAIT_SECONDS):
                mine, kept = await self._claim(question, version, after)
                if not mine and kept is None:
                    kept = await self._from_elsewhere(question, after) or served
                if kept is not None:
                    return kept, False
        except (RedisError, TimeoutError) as error:
            self._rest(error)
        entry = Entry(version, time.time(), await question.compute())
        try:
            async with asyncio.timeout(REDIS_SECONDS), self._client.pipeline(transaction=False) as pipeline:
                pipeline.set(names.value, encode(entry), ex=self._seconds)
                pipeline.expire(names.version, 2 * self._seconds, gt=True)
                pipeline.delete(names.lock)
                await pipeline.execute()
        except (RedisError, TimeoutError) as error:
            self._rest(error)
        kept = self._keep(question, entry)
        assert kept is not None, "what this release wrote, it reads"
        return kept, True

    async def _claim(self, question: Question[Any], version: bytes, after: _Kept | None) -> tuple[bool, _Kept | None]:
        """Whether it is this process's turn to compute; and the answer, if another process has stored it just now."""
        names = question.names
        async with self._client.pipeline(transaction=False) as pipeline:
            # In this order: whoever had the lock before has stored its answer before it let go.
            pipeline.set(names.lock, b"", nx=True, px=LOCK_MS)
            pipeline.get(names.value)
            mine, value = await pipeline.execute()
        kept = self._younger(question, found(version, value), after)
        if mine and kept is not None:
            await self._client.delete(names.lock)
        return bool(mine), kept

    async def _from_elsewhere(self, question: Question[Any], after: _Kept | None) -> _Kept | None:
        """Wait for the process that holds the lock."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(LOOK_SECONDS)
            kept = self._younger(question, await self._entries.read(question.names, with_entry=True), after)
            if kept is not None:
                return kept
        return None

    def _younger(self, question: Question[Any], now: Found, after: _Kept | None) -> _Kept | None:
        if now.entry is None or (after is not None and now.entry.stored_at <= after.entry.stored_at):
            return None
        return self._keep(question, now.entry)


def _size(entry: Entry) -> int:
    return ANSWER_BYTES + len(entry.body)
