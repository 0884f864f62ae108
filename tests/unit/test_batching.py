"""Batches without a timer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from core.batching import Batcher

pytestmark = pytest.mark.anyio


class Gate:
    """Work that waits for the test, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.started = threading.Event()
        self.open = threading.Event()

    def work(self, items: list[int]) -> Sequence[int | Exception]:
        self.batches.append(items)
        self.started.set()
        assert self.open.wait(10)
        return [item * 10 for item in items]


async def started(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.started.wait, 10)


async def test_idle_an_item_is_a_batch_of_one() -> None:
    gate = Gate()
    gate.open.set()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=100)
    for item in (1, 2, 3):
        assert await batcher.submit(item) == item * 10
    assert gate.batches == [[1], [2], [3]]
    await batcher.close()


async def test_what_arrives_during_a_batch_is_the_next_batch_up_to_the_limit() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=4)
    first = batcher.submit(0)
    await started(gate)
    later = [batcher.submit(item) for item in range(1, 7)]
    assert batcher.waiting == 6
    gate.open.set()
    assert await asyncio.gather(first, *later) == [0, 10, 20, 30, 40, 50, 60]
    assert gate.batches == [[0], [1, 2, 3, 4], [5, 6]]
    await batcher.close()


async def test_an_error_belongs_to_its_item_alone() -> None:
    def work(items: list[int]) -> Sequence[int | Exception]:
        return [ValueError("odd") if item % 2 else item for item in items]

    batcher: Batcher[int, int] = Batcher("test", work, limit=100)
    results = await asyncio.gather(*(batcher.submit(item) for item in range(4)), return_exceptions=True)
    assert [result if isinstance(result, int) else str(result) for result in results] == [0, "odd", 2, "odd"]
    await batcher.close()


async def test_a_failed_batch_fails_its_callers_and_not_the_next_batch() -> None:
    def work(items: list[int]) -> Sequence[int | Exception]:
        if 13 in items:
            raise ConnectionError("away")
        return items

    batcher: Batcher[int, int] = Batcher("test", work, limit=100)
    with pytest.raises(ConnectionError, match="away"):
        await batcher.submit(13)
    assert await batcher.submit(1) == 1
    await batcher.close()


async def test_a_missing_result_fails_the_callers_and_not_the_next_batch() -> None:
    batcher: Batcher[int, int] = Batcher("test", lambda items: [item for item in items if item != 13], limit=100)
    with pytest.raises(AssertionError):
        await batcher.submit(13)
    assert await batcher.submit(1) == 1
    await batcher.close()


async def test_callers_wait_no_longer_than_the_patience_and_the_thread_goes_on() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=1, patience=0.05)
    first, second = batcher.submit(1), batcher.submit(2)
    with pytest.raises(TimeoutError):
        await first
    assert batcher.stalled_seconds > 0
    gate.open.set()
    assert await second == 20
    assert gate.batches == [[1], [2]]
    await batcher.close()


async def test_a_cancelled_caller_does_not_disturb_the_others() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=100)
    first = batcher.submit(0)
    await started(gate)
    gone, stays = batcher.submit(1), batcher.submit(2)
    gone.cancel()
    gate.open.set()
    assert await stays == 20
    assert await first == 0
    assert gone.cancelled()
    await batcher.close()


async def test_a_batch_that_does_not_end_is_seen_to_stall() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=100)
    assert batcher.stalled_seconds == 0
    pending = batcher.submit(1)
    await started(gate)
    assert batcher.stalled_seconds > 0
    gate.open.set()
    await pending
    assert batcher.stalled_seconds == 0
    await batcher.close()


async def test_closing_finishes_what_is_queued() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=1)
    futures = [batcher.submit(item) for item in range(3)]
    gate.open.set()
    await batcher.close()
    assert [future.result() for future in futures] == [0, 10, 20]
