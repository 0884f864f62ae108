"""Batches without a timer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from core.batching import Batcher, OutcomeUnknown, Patience
from core.errors import Unavailable

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
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=1, patience=Patience(0.04, 0.05))
    begun, waiting = batcher.submit(1), batcher.submit(2)
    with pytest.raises(OutcomeUnknown):
        await begun
    for not_begun in (waiting, batcher.submit(3)):
        with pytest.raises(Unavailable) as refusal:
            await not_begun
        assert not isinstance(refusal.value, OutcomeUnknown)
    gate.open.set()
    await recovered(batcher)
    assert await batcher.submit(4) == 40
    assert gate.batches == [[1], [4]]
    await batcher.close()


async def recovered(batcher: Batcher[int, int]) -> None:
    """Return when its batch has ended."""
    deadline = time.monotonic() + 10
    while batcher.stalls:
        assert time.monotonic() < deadline
        await asyncio.sleep(0)


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


async def test_closing_finishes_what_is_queued() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=1)
    futures = [batcher.submit(item) for item in range(3)]
    gate.open.set()
    await batcher.close()
    assert [future.result() for future in futures] == [0, 10, 20]


async def test_what_comes_after_the_close_or_during_it_is_refused() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=1)
    before = [batcher.submit(item) for item in range(2)]
    closing = asyncio.create_task(batcher.close())
    await started(gate)
    during = batcher.submit(2)
    gate.open.set()
    await closing
    for refused in (during, batcher.submit(3)):
        with pytest.raises(Unavailable) as refusal:
            await refused
        assert (refusal.value.retry_after, refusal.value.retryable) == (1, True)
    batcher.post(4)
    assert [await each for each in before] == [0, 10]
    assert gate.batches == [[0], [1]]


async def test_a_batcher_that_was_never_used_refuses_after_its_close() -> None:
    batcher: Batcher[int, int] = Batcher("test", lambda items: items, limit=1)
    await batcher.close()
    with pytest.raises(Unavailable):
        await batcher.submit(1)


class Unprintable(BaseException):
    def __repr__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize("error", [SystemExit(), StopIteration(), Unprintable()])
@pytest.mark.parametrize("is_result", [False, True])
async def test_after_any_error_the_thread_goes_on(error: BaseException, is_result: bool) -> None:
    def work(items: list[int]) -> Sequence[int | Exception]:
        if 13 not in items:
            return items
        if is_result and isinstance(error, Exception):
            return [error] * len(items)
        raise error

    batcher: Batcher[int, int] = Batcher("test", work, limit=100)
    with pytest.raises(RuntimeError, match=type(error).__name__):
        await asyncio.wait_for(batcher.submit(13), timeout=5)
    assert await asyncio.wait_for(batcher.submit(1), timeout=5) == 1
    await batcher.close()


async def test_a_thread_that_could_not_be_started_is_started_with_the_next_item(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    batcher: Batcher[int, int] = Batcher("test", lambda items: items, limit=100)
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError):
            batcher.submit(1)
    assert await asyncio.wait_for(batcher.submit(2), timeout=5) == 2
    await batcher.close()


async def test_an_item_whose_caller_left_before_its_batch_is_left_out() -> None:
    gate = Gate()
    batcher: Batcher[int, int] = Batcher("test", gate.work, limit=1)
    first = batcher.submit(0)
    await started(gate)
    gone, stays, last = batcher.submit(1), batcher.submit(2), batcher.submit(3)
    gone.cancel()
    last.cancel()
    gate.open.set()
    assert [await first, await stays] == [0, 20]
    await batcher.close()
    assert gate.batches == [[0], [2]]
