"""Requests that change bookings, in batches (`core/batching.py`): those that arrive while one transaction is committed share the next one."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, ParamSpec, Protocol, TypeAlias, TypeVar
from uuid import UUID

import redis
from litestar.concurrency import sync_to_thread

from core.after_commit import AfterCommit
from core.batching import WITH_REDIS, Batcher
from core.bookings.unfinished import leases
from core.db import BUSY, Database, RawConnection, is_away
from core.db.session import limit_lock_wait
from core.errors import AppError, Unavailable
from core.messaging.dispatcher import Dispatcher
from core.telemetry import correlation
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent

BATCH: Final = 64
ALONE: Final = 3
"""The most requests of one kind that have a transaction of their own at the same time. If a flight is locked, each of them waits 2 s for it, and
they must not take all threads and connections of the process."""
PLACE_SECONDS: Final = 10.0
"""How long a request waits for its turn to have a transaction of its own."""
RETRY_SECONDS: Final = 5


class NotBatched(Exception):
    """Nothing was changed. The request needs a transaction of its own."""


class BookingChange(Protocol):
    """A request to change one booking. `subject_id`: what it names, for example the booking. Of two requests for the same subject, a batch makes
    the first."""

    @property
    def subject_id(self) -> UUID: ...


Change = TypeVar("Change", bound=BookingChange)
Answer = TypeVar("Answer")
Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")
Refusal: TypeAlias = AppError | NotBatched


_Make: TypeAlias = Callable[[RawConnection, Sequence[Change], AfterCommit], Mapping[UUID, UUID | Refusal]]


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Change]):
    change: Change
    correlation_ids: tuple[str, ...]
    trace: TraceParent | None


class RequestBatches(ABC, Generic[Change, Answer]):
    """Used on the event loop only; one thread commits."""

    def __init__(self, name: str, db: Database, client: redis.Redis, dispatcher: Dispatcher) -> None:
        self._name = name
        self._db = db
        self._redis = client
        self._dispatcher = dispatcher
        self._places = asyncio.Semaphore(ALONE)
        self._batches: Batcher[_Waiting[Change], Answer] = Batcher(name, self._process, limit=BATCH, patience=WITH_REDIS)

    @abstractmethod
    def _bookings_of(self, connection: RawConnection, changes: Sequence[Change]) -> Mapping[UUID, UUID]:
        """Subject -> booking id. Unknown subjects are left out."""

    @abstractmethod
    def _make(self, connection: RawConnection, changes: Sequence[Change], after: AfterCommit) -> Mapping[UUID, UUID | Refusal]:
        """Make these changes, of different subjects. Returns the id of the booking of each, or why it was not made, by subject."""

    @abstractmethod
    def _answer(self, booking_ids: Sequence[UUID]) -> Mapping[UUID, Answer | Exception]:
        """The answers for changes that are committed, by booking id. An error is the answer to its change only."""

    async def submit(self, change: Change) -> Answer:
        """Make one change. When this returns, it is committed.

        Raises:
            AppError: the request was refused.
            OutcomeUnknown: Postgres did not answer in time.
            NotBatched: call `run_alone`, because another transaction has locked the booking or its flight, a change of the batch cannot be
                stored, or it has another change of the same booking.
        """
        return await self._batches.submit(_Waiting(change, correlation.current(), spans.current()))

    async def run_alone(self, work: Callable[Arguments, Result], *arguments: Arguments.args, **more: Arguments.kwargs) -> Result:
        """Run a change that cannot be batched in a thread, with a transaction of its own.

        Raises:
            Unavailable: too many such changes wait already.
        """
        try:
            async with asyncio.timeout(PLACE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable(
                "Many requests wait for the same data. Nothing was changed. Try again shortly.", retry_after=RETRY_SECONDS
            ) from None
        try:
            return await sync_to_thread(work, *arguments, **more)
        finally:
            self._places.release()

    async def close(self) -> None:
        await self._batches.close()

    def _process(self, waiting: list[_Waiting[Change]]) -> Sequence[Answer | Exception]:
        traces = [each.trace for each in waiting if each.trace is not None]
        ids = [each_id for each in waiting for each_id in each.correlation_ids]
        with spans.batch(self._name, len(waiting), traces), correlation.resumed(ids):
            return self._change_each_once([each.change for each in waiting])

    def _change_each_once(self, changes: Sequence[Change]) -> list[Answer | Exception]:
        """Make the first change of each subject."""
        first: dict[UUID, Change] = {}
        for each in changes:
            first.setdefault(each.subject_id, each)
        try:
            try:
                made, after = self._commit(list(first.values()), self._make)
            except BUSY:
                made, after = self._commit(list(first.values()), self._make_unlocked)
        except Exception as error:
            if is_away(error):
                raise
            return [NotBatched()] * len(changes)
        after.run(self._redis, self._dispatcher)
        answers = self._answer([each for each in made.values() if isinstance(each, UUID)])
        results = {subject: answers[each] if isinstance(each, UUID) else each for subject, each in made.items()}
        return [
            results.get(each.subject_id, NotBatched()) if each is first[each.subject_id] else NotBatched() for each in changes
        ]

    def _commit(self, changes: Sequence[Change], make: _Make[Change]) -> tuple[Mapping[UUID, UUID | Refusal], AfterCommit]:
        after = AfterCommit()
        with self._db.transaction() as connection:
            limit_lock_wait(connection)
            made = make(connection, changes, after)
        return made, after

    def _make_unlocked(
        self, connection: RawConnection, changes: Sequence[Change], after: AfterCommit
    ) -> Mapping[UUID, UUID | Refusal]:
        """As `_make`, without the changes whose booking or flight another transaction has locked."""
        bookings = self._bookings_of(connection, changes)
        unlocked = leases.find_unlocked_bookings(connection, list(bookings.values()))
        return self._make(connection, [each for each in changes if bookings.get(each.subject_id) in unlocked], after)
