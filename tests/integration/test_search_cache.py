"""The search cache: which entries are used, which are computed again, and by which process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from core.search import cache as search_cache
from core.search.cache import CacheQuery, SearchCache
from core.search.cached_entries import Names

NAMES = Names("search:{x}:value", "route-version:{x}", "search-lock:{x}")


def asking(compute: Callable[[], Awaitable[bytes]], read: Callable[[bytes], bytes] = bytes) -> CacheQuery[bytes]:
    return CacheQuery(NAMES, compute, read)


class Database:
    """Answers with `result`, counts how often it is asked, and takes as long as `open` is not set."""

    def __init__(self) -> None:
        self.result = b"first"
        self.queries = 0
        self.open = asyncio.Event()
        self.open.set()

    async def compute(self) -> bytes:
        self.queries += 1
        returned = self.result
        await self.open.wait()
        return returned


@pytest.fixture
async def two(redis_url: str) -> AsyncIterator[tuple[SearchCache, SearchCache]]:
    """The caches of two processes."""
    async with Redis.from_url(redis_url) as one, Redis.from_url(redis_url) as other:
        yield SearchCache(one, seconds=60), SearchCache(other, seconds=60)


async def come_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.mark.anyio
async def test_two_processes_that_miss_at_once_compute_once(redis_url: str) -> None:
    computed: list[str] = []

    def computing(who: str) -> Any:
        async def compute() -> bytes:
            computed.append(who)
            await asyncio.sleep(0.1)
            return b"answer"

        return compute

    async with Redis.from_url(redis_url) as one, Redis.from_url(redis_url) as other:
        results = await asyncio.gather(
            SearchCache(one, seconds=60).get(asking(computing("one"))),
            SearchCache(other, seconds=60).get(asking(computing("other"))),
        )
    assert len(computed) == 1
    assert [result.value for result in results] == [b"answer", b"answer"]


@pytest.mark.anyio
async def test_a_result_that_was_computed_during_a_change_is_not_used_afterwards(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        cache = SearchCache(client, seconds=60)

        async def overtaken() -> bytes:
            await client.set(NAMES.version, 1)  # the change is committed and announced after these rows were read
            return b"old"

        async def fresh() -> bytes:
            return b"new"

        assert (await cache.get(asking(overtaken))).value == b"old"
        assert (await cache.get(asking(fresh))).value == b"new"
        assert (await cache.get(asking(overtaken))).hit


@pytest.mark.anyio
async def test_a_lock_that_is_held_too_long_is_not_awaited(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.set(NAMES.lock, b"", px=60_000)

        async def compute() -> bytes:
            return b"mine"

        result = await SearchCache(client, seconds=60).get(asking(compute))
        assert (result.value, result.hit) == (b"mine", False)


@pytest.mark.anyio
async def test_everybody_is_served_while_an_answer_in_use_is_computed_anew(
    two: tuple[SearchCache, SearchCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, database = two[0], Database()
    assert not (await cache.get(asking(database.compute))).hit
    monkeypatch.setattr(search_cache, "REFRESH_FROM", 0.0)
    database.open.clear()
    database.result = b"second"

    results = await asyncio.gather(*(cache.get(asking(database.compute)) for _ in range(100)))
    assert {(result.value, result.hit) for result in results} == {(b"first", True)}
    await come_true(lambda: database.queries == 2)
    assert (await cache.get(asking(database.compute))).value == b"first"

    database.open.set()
    monkeypatch.setattr(search_cache, "REFRESH_FROM", 0.9)
    async with asyncio.timeout(5):
        while (await cache.get(asking(database.compute))).value == b"first":
            await asyncio.sleep(0.005)
    assert database.queries == 2


@pytest.mark.anyio
async def test_of_two_processes_that_use_an_answer_one_computes_it_anew(
    two: tuple[SearchCache, SearchCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database()
    for cache in two:
        await cache.get(asking(database.compute))
    assert database.queries == 1
    monkeypatch.setattr(search_cache, "REFRESH_FROM", 0.0)
    database.open.clear()
    database.result = b"second"
    for cache in two:
        assert (await cache.get(asking(database.compute))).value == b"first"
    await come_true(lambda: database.queries == 2)
    monkeypatch.setattr(search_cache, "REFRESH_FROM", 0.9)
    database.open.set()

    async with asyncio.timeout(5):
        for cache in two:
            while (await cache.get(asking(database.compute))).value == b"first":
                await asyncio.sleep(0.005)
    assert database.queries == 2


@pytest.mark.anyio
async def test_an_answer_in_use_survives_a_database_that_cannot_compute(
    two: tuple[SearchCache, SearchCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, database = two[0], Database()
    await cache.get(asking(database.compute))
    monkeypatch.setattr(search_cache, "REFRESH_FROM", 0.0)
    failed = asyncio.Event()

    async def failing() -> bytes:
        failed.set()
        raise OSError("the database is away")

    assert (await cache.get(asking(failing))).value == b"first"
    await asyncio.wait_for(failed.wait(), 5)
    assert (await cache.get(asking(failing))).value == b"first"


@pytest.mark.anyio
async def test_nothing_is_served_longer_than_its_lifetime(two: tuple[SearchCache, SearchCache], redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        cache, database = SearchCache(client, seconds=1), Database()
        await cache.get(asking(database.compute))
        database.result = b"second"
        await asyncio.sleep(1.05)
        results = await asyncio.gather(*(cache.get(asking(database.compute)) for _ in range(100)))
    assert {result.value for result in results} == {b"second"}
    assert [result.hit for result in results].count(False) == 1
    assert database.queries == 2


@pytest.mark.anyio
async def test_what_one_process_computed_another_serves_without_asking(two: tuple[SearchCache, SearchCache]) -> None:
    database = Database()
    for cache in (*two, *two):
        assert (await cache.get(asking(database.compute))).value == b"first"
    assert database.queries == 1


@pytest.mark.anyio
async def test_a_change_is_seen_by_every_process_at_once(two: tuple[SearchCache, SearchCache], redis_url: str) -> None:
    database = Database()
    async with Redis.from_url(redis_url) as client:
        for version in range(5):
            database.result = b"%d" % version
            await client.set(NAMES.version, version)
            for cache in (*two, *two):
                assert (await cache.get(asking(database.compute))).value == database.result
    assert database.queries == 5


@pytest.mark.anyio
async def test_results_from_before_redis_was_emptied_are_not_used(two: tuple[SearchCache, SearchCache], redis_url: str) -> None:
    """A new version was stored, and Redis lost it: the entry in the memory of the process must not become valid again."""
    cache, database = two[0], Database()
    async with Redis.from_url(redis_url) as client:
        await cache.get(asking(database.compute))
        await client.set(NAMES.version, "told")
        await client.flushdb()
        database.result = b"second"
        assert (await cache.get(asking(database.compute))).value == b"second"


@pytest.mark.anyio
async def test_an_entry_of_another_release_is_computed_anew(two: tuple[SearchCache, SearchCache]) -> None:
    database = Database()

    def read_old(body: bytes) -> bytes:
        if body == b"first":
            raise msgspec.ValidationError("Object missing required field")
        return body

    await two[0].get(asking(database.compute))
    database.result = b"second"
    result = await two[1].get(asking(database.compute, read_old))
    assert (result.value, result.hit) == (b"second", False)


@pytest.mark.anyio
async def test_a_process_keeps_only_so_much_ready(two: tuple[SearchCache, SearchCache], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_cache, "KEPT_BYTES", 10_000)
    cache, database = two[0], Database()
    for number in range(100):
        names = Names(f"search:{{{number}}}:value", f"route-version:{{{number}}}", f"search-lock:{{{number}}}")
        await cache.get(CacheQuery(names, database.compute, bytes))
    assert len(cache._ready) <= 10_000 / search_cache.MIN_ENTRY_BYTES + 1
