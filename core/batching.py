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
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Final, Generic, TypeAlias, TypeVar

from core.errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


_Waiting: TypeAlias = tuple[Item, asyncio.Future[Result] | None]
_Batch: TypeAlias = list[_Waiting[Item, Result]]

CLOSED_RETRY_SECONDS: Final = 1
"""By then, another process answers."""
STALLED_RETRY_SECONDS: Final = 5


class OutcomeUnknown(Unavailable):
    """The batch of this item takes too long. It may still succeed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long callers wait for a batch that does not end, for example because a server hangs."""

    stall_seconds: float
    """While a batch takes longer than this, new items are refused."""
    answer_seconds: float
    """When a batch takes longer than this, its callers get `OutcomeUnknown`, and the items that wait are refused."""


OF_CLIENTS: Final = Patience(stall_seconds=2.0, answer_seconds=10.0)
"""For batches of requests, whose clients wait."""
WITH_REDIS: Final = Patience(stall_seconds=5.0, answer_seconds=10.0)
"""For those that use Redis after their commit: while it hangs, each batch waits 2.5 s for it, and is done nevertheless."""


class Batcher(Generic[Item, Result]):
    """Passes batches to one thread. Use it on one event loop only.

    `work` gets at most `limit` items and returns one result for each, in order. If a result is an exception, it is raised to the
    caller that submitted the item. If `work` itself raises, every caller of that batch gets the exception. An item that is refused
    (`Unavailable`) is never passed to `work`. Without `patience`, callers wait until their batch ends.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[list[Item]], Sequence[Result | Exception]],
        *,
        limit: int,
        patience: Patience | None = None,
    ) -> None:
        self._work = work
        self._limit = limit
        self._patience = patience
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._batches: SimpleQueue[_Batch[Item, Result] | None] = SimpleQueue()
        """The batch that the thread takes next; None ends the thread."""
        self._thread = Thread(target=self._process, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        """The event loop, from the first item on. The thread runs from then on, too."""
        self._idle = asyncio.Event()
        """Set while there is no batch, and no item waits."""
        self._idle.set()
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._begun_at: float | None = None

    @property
    def waiting(self) -> int:
        """The number of items that are not in a batch yet."""
        return len(self._waiting)

    @property
    def stalls(self) -> bool:
        """Whether the present batch takes so long that new items are refused."""
        if self._patience is None or self._begun_at is None:
            return False
        return time.monotonic() - self._begun_at > self._patience.stall_seconds

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Queue one item. The future gets its result or its exception, which is `Unavailable` if the batcher is closed or stalls."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        refusal = self._refusal()
        if refusal is None:
            self._queue(item, future)
        else:
            future.set_exception(refusal)
        return future

    def post(self, item: Item) -> None:
        """Queue one item without waiting for its result. It is dropped if the batcher is closed or stalls."""
        if self._refusal() is None:
            self._queue(item, None)

    async def close(self) -> None:
        """Process the queued items, then stop the thread. Items that come later are refused."""
        self._closed = True
        await self._idle.wait()
        if self._loop is not None:
            self._batches.put(None)
            self._thread.join()

    def _refusal(self) -> Unavailable | None:
        if self._closed:
            return Unavailable(
                "This server process is about to end. Nothing was done. Send the request again.", retry_after=CLOSED_RETRY_SECONDS
            )
        return _stalled() if self.stalls else None

    def _queue(self, item: Item, future: asyncio.Future[Result] | None) -> None:
        if self._loop is None:
            self._thread.start()  # if the system has no more threads, this raises, and the next item is the first one
            self._loop = asyncio.get_running_loop()
        self._waiting.append((item, future))
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._begin, self._loop)  # so the items of this turn of the loop are in one batch

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        batch: _Batch[Item, Result] = []
        while self._waiting and len(batch) < self._limit:
            item, future = self._waiting.popleft()
            if future is None or not future.cancelled():
                batch.append((item, future))
        if not batch:
            self._idle.set()
            return
        self._begun_at = time.monotonic()
        if self._patience is not None:
            self._timer = loop.call_later(self._patience.answer_seconds, self._lose_patience, batch)
        self._batches.put(batch)

    def _lose_patience(self, batch: _Batch[Item, Result]) -> None:
        _answer(batch, [_unknown() for _ in batch])
        waiting, self._waiting = list(self._waiting), deque()
        _answer(waiting, [_stalled() for _ in waiting])

    def _process(self) -> None:
        """What the thread does."""
        while (batch := self._batches.get()) is not None:
            results: Sequence[Result | Exception]
            try:
                results = list(self._work([item for item, _ in batch]))
                assert len(results) == len(batch), "one result for each item"
            except BaseException as error:
                results = [_as_exception(error)] * len(batch)
            assert self._loop is not None
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
            future.set_exception(_as_exception(result))
        else:
            future.set_result(result)


def _stalled() -> Unavailable:
    return Unavailable(
        "A server that this needs does not answer. Nothing was done. Try again shortly.", retry_after=STALLED_RETRY_SECONDS
    )


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        "A server that this needs did not answer in time, so it is not known whether the request was done."
        " If it has an Idempotency-Key, repeat it with the same one to get the result.",
        retry_after=STALLED_RETRY_SECONDS,
    )


def _as_exception(error: BaseException) -> Exception:
    """An error that a future accepts."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(f"{type(error).__name__} ended a batch")
