"""Collects booking requests into batches, has each batch committed to Postgres, then sends the ids to the queue, best effort."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple
from uuid import UUID

from api.live.batch_intake import BatchIntake
from core import failpoints
from core.batching import OF_CLIENTS, Batcher
from core.bookings.intake.requests import Accepted, BookingRequest, IntakeResult
from core.bookings.intake.rules import BookingRules
from core.db import Database
from core.messaging.dispatcher import Dispatcher
from core.messaging.messages import MAX_IDS, ReserveBookings
from core.telemetry import correlation
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent

INTAKE_LIMIT: Final = 256
DISPATCH_WAITING: Final = 50_000
"""The most ids that wait in memory while Redis does not answer. The sweep finds further ones in Postgres."""


class _ToSend(NamedTuple):
    """A booking whose message waits to be sent, and the request that made it."""

    booking_id: UUID
    correlation_ids: tuple[str, ...]
    trace: TraceParent | None


class BookingIntake:
    """Use it on the event loop only. One thread commits, another one sends messages."""

    def __init__(self, db: Database, dispatcher: Dispatcher, *, rules: BookingRules) -> None:
        intake = BatchIntake(db, rules)
        self._dispatcher = dispatcher
        self._intake: Batcher[BookingRequest, IntakeResult] = Batcher(
            "intake", lambda requests: self._accept(intake, requests), limit=INTAKE_LIMIT, patience=OF_CLIENTS
        )
        self._sender: Batcher[_ToSend, None] = Batcher("dispatch", self._send, limit=MAX_IDS)

    async def accept(self, request: BookingRequest) -> Accepted:
        """Commit one request. When this returns, its message is queued for sending.

        Raises:
            AppError: the request was refused, and nothing is stored.
            Unavailable: nothing is stored, because Postgres hangs or this process is about to end.
            OutcomeUnknown: Postgres did not answer in time.
            `core.db.AWAY`: Postgres cannot be reached; it is not known whether the request is stored.
        """
        with spans.span("accept"):
            trace = spans.current()
            result = await self._intake.submit(request if trace is None else replace(request, trace=trace))
        assert isinstance(result, Accepted)  # the batcher raises every other result
        if not result.replayed:
            self.enqueue(result.booking_id)
        return result

    def enqueue(self, booking_id: UUID) -> None:
        """Send a message for this booking soon, without waiting for it."""
        if self._sender.waiting < DISPATCH_WAITING:
            self._sender.post(_ToSend(booking_id, correlation.current(), spans.current()))

    async def close(self) -> None:
        """Finish the batches in progress."""
        await self._intake.close()
        await self._sender.close()  # second, because it sends the bookings of the last batch

    def _accept(self, intake: BatchIntake, waiting: list[BookingRequest]) -> list[IntakeResult]:
        with spans.batch("accept", len(waiting), [each.trace for each in waiting if each.trace is not None]):
            results = intake.accept(waiting)
        failpoints.reach("after_commit_before_reply")
        return results

    def _send(self, waiting: list[_ToSend]) -> list[None]:
        self._dispatcher.send(
            ReserveBookings(tuple(each.booking_id for each in waiting)),
            correlation_ids=[each_id for each in waiting for each_id in each.correlation_ids],
            traces={str(each.booking_id): each.trace for each in waiting if each.trace is not None},
        )
        return [None] * len(waiting)
