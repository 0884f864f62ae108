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
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeAlias, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


_Batch: TypeAlias = list[tuple[Item, asyncio.Future[Result] | None]]


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
        self._batches: SimpleQueue[_Batch[Item, Result] | None] = SimpleQueue()
        """The batch that the thread takes next; None ends the thread."""
        self._thread = Thread(target=self._process, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        """The event loop, from the first item on. The thread runs from then on, too."""
        self._idle = asyncio.Event()
        """Set while there is no batch, and no item waits."""
        self._idle.set()
        self._timer: asyncio.TimerHandle | None = None
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
        await self._idle.wait()
        if self._loop is not None:
            self._batches.put(None)
            self._thread.join()

    def _queue(self, item: Item, future: asyncio.Future[Result] | None) -> None:
        self._waiting.append((item, future))
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._begin, self._loop)  # so the items of this turn of the loop are in one batch

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        batch = [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]
        self._begun_at = time.monotonic()
        if self._patience is not None:
            self._timer = loop.call_later(self._patience, _answer, batch, [TimeoutError()] * len(batch))
        self._batches.put(batch)

    def _process(self) -> None:
        """What the thread does."""
        assert self._loop is not None
        while (batch := self._batches.get()) is not None:
            results: Sequence[Result | Exception]
            try:
                results = self._work([item for item, _ in batch])
                assert len(results) == len(batch), "one result for each item"
            except BaseException as error:
                results = [_as_exception(error)] * len(batch)
            with suppress(RuntimeError):  # the loop is closed, so no caller waits
                self._loop.call_soon_threadsafe(self._finish, self._loop, batch, results)

    def _finish(
        self, loop: asyncio.AbstractEventLoop, batch: _Batch[Item, Result], results: Sequence[Result | Exception]
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._begun_at = None
        _answer(batch, results)
        if self._waiting:
            self._begin(loop)
        else:
            self._idle.set()


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
