"""Requests that change bookings, in batches (`core/batching.py`): those that arrive while one transaction is committed share the next one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

import redis

from core.after_commit import AfterCommit
from core.batching import WITH_REDIS, Batcher
from core.db import Database, RawConnection, is_away
from core.db.session import limit_lock_wait
from core.errors import AppError
from core.messaging.dispatcher import Dispatcher
from core.telemetry import correlation
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent

BATCH: Final = 64


class NotBatched(Exception):
    """Nothing was changed. The request needs a transaction of its own."""


class BookingChange(Protocol):
    """A request to change one booking. `subject_id`: what it names, for example the booking. Of two requests for the same subject, a batch makes
    the first."""

    @property
    def subject_id(self) -> UUID: ...


Change = TypeVar("Change", bound=BookingChange)
Answer = TypeVar("Answer")
Refusal: TypeAlias = AppError | NotBatched


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
        self._batches: Batcher[_Waiting[Change], Answer] = Batcher(name, self._process, limit=BATCH, patience=WITH_REDIS)

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
            NotBatched: another transaction has locked a row that the batch needs, one of its changes cannot be stored, or it has another
                change of the same booking.
        """
        return await self._batches.submit(_Waiting(change, correlation.current(), spans.current()))

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
        after = AfterCommit()
        try:
            with self._db.transaction() as connection:
                limit_lock_wait(connection)
                made = self._make(connection, list(first.values()), after)
        except Exception as error:
            if is_away(error):
                raise
            return [NotBatched()] * len(changes)
        after.run(self._redis, self._dispatcher)
        answers = self._answer([each for each in made.values() if isinstance(each, UUID)])
        results = {subject: answers[each] if isinstance(each, UUID) else each for subject, each in made.items()}
        return [results[each.subject_id] if each is first[each.subject_id] else NotBatched() for each in changes]
