"""Batches without a timer: what arrives while the last batch is being worked is the next batch.

Idle, an item is a batch of one and waits for nobody. Under load the batches grow until they carry the load.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Feeds one thread that works batches; lives on one event loop.

    `work` gets at most `limit` items and returns one result for each, in order; a result that is an exception is raised to
    the caller that submitted the item. If `work` itself raises, every caller of that batch gets the exception. If it takes
    longer than `patience` seconds, they get a `TimeoutError` while the thread goes on: nobody knows yet what it did.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[list[Item]], Sequence[Result | Exception]],
        *,
        limit: int,
        patience: float | None = None,
    ) -> None:
        self._work = work
        self._limit = limit
        self._patience = patience
        self._waiting: deque[tuple[Item, asyncio.Future[Result] | None]] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._running: asyncio.Task[None] | None = None
        self._begun_at: float | None = None

    @property
    def waiting(self) -> int:
        """Items that no batch has taken yet."""
        return len(self._waiting)

    @property
    def stalled_seconds(self) -> float:
        """How long the batch at hand has been worked; 0 when idle."""
        return 0.0 if self._begun_at is None else time.monotonic() - self._begun_at

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Queue one item. The future ends with its result, or raises what went wrong with it."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue(item, future)
        return future

    def post(self, item: Item) -> None:
        """Queue one item whose result nobody waits for."""
        self._queue(item, None)

    async def close(self) -> None:
        """Finish what is queued, then stop the thread."""
        while self._running is not None and not self._running.done():
            await self._running
        self._thread.shutdown(wait=True)

    def _queue(self, item: Item, future: asyncio.Future[Result] | None) -> None:
        self._waiting.append((item, future))
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]
            self._begun_at = time.monotonic()
            working = loop.run_in_executor(self._thread, self._work, [item for item, _ in batch])
            if not (await asyncio.wait([working], timeout=self._patience))[0]:
                _answer(batch, [TimeoutError()] * len(batch))
                await asyncio.wait([working])
            self._begun_at = None
            error = working.exception()
            _answer(batch, working.result() if error is None else [_as_exception(error)] * len(batch))


def _answer(batch: Sequence[tuple[object, asyncio.Future[Result] | None]], results: Sequence[Result | Exception]) -> None:
    for (_, future), result in zip(batch, results, strict=True):
        if future is None or future.done():  # nobody waits, or the caller has gone away
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(repr(error))
