"""Batches without a timer: the items that arrive while a batch is processed form the next batch.

An example: a batch takes 5 ms. At 10 items a second, every item is a batch of one and does not wait. At 10,000 items a second, 50
items arrive during each batch, so batches have 50 items. The size follows the load, and there is nothing to configure. This is
the group commit of database systems (DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984),
applied to any work.
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
    """Passes batches to one thread. Use it on one event loop only.

    `work` gets at most `limit` items and returns one result for each, in order. If a result is an exception, it is raised to the
    caller that submitted the item. If `work` itself raises, every caller of that batch gets the exception. If `work` takes longer
    than `patience` seconds, they get a `TimeoutError`, but the thread continues: the outcome is not known yet.
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
        """The number of items that are not in a batch yet."""
        return len(self._waiting)

    @property
    def stalled_seconds(self) -> float:
        """How long the present batch has been running; 0 if there is none."""
        return 0.0 if self._begun_at is None else time.monotonic() - self._begun_at

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Queue one item. The future gets its result or its exception."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue(item, future)
        return future

    def post(self, item: Item) -> None:
        """Queue one item without waiting for its result."""
        self._queue(item, None)

    async def close(self) -> None:
        """Process the queued items, then stop the thread."""
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
        if future is None or future.done():  # no caller waits, or the caller was cancelled
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(repr(error))
