"""Collects booking requests into batches, has each batch committed to Postgres, then sends the ids to the queue, best effort."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple
from uuid import UUID

from api.live.batch_intake import BatchIntake
from core import failpoints
from core.batching import Batcher
from core.bookings.intake.requests import Accepted, Answer, BookingRequest
from core.bookings.intake.rules import BookingRules
from core.db import Database
from core.errors import Unavailable
from core.messaging.dispatcher import Dispatcher
from core.messaging.messages import MAX_IDS, ReserveBookings
from core.telemetry import correlation

INTAKE_LIMIT: Final = 256
DISPATCH_WAITING: Final = 50_000
"""Ids that may wait in memory while Redis does not answer. Further ones are left to the sweep, which finds them in Postgres."""
STALL_SECONDS: Final = 2.0
"""While a batch takes longer than this, the database does not answer: new requests are refused at once, and not queued."""
ANSWER_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 5


class _ToSend(NamedTuple):
    """A booking whose message waits to be sent, and the request that made it."""

    booking_id: UUID
    correlation_ids: tuple[str, ...]


class BookingIntake:
    """Used on the event loop only; one thread commits, another sends."""

    def __init__(self, db: Database, dispatcher: Dispatcher, *, rules: BookingRules) -> None:
        intake = BatchIntake(db, rules)
        self._dispatcher = dispatcher
        self._intake: Batcher[BookingRequest, Answer] = Batcher(
            "intake", lambda requests: self._accept(intake, requests), limit=INTAKE_LIMIT, patience=ANSWER_SECONDS
        )
        self._sender: Batcher[_ToSend, None] = Batcher("dispatch", self._send, limit=MAX_IDS)

    async def accept(self, request: BookingRequest) -> Accepted:
        """Put one request on disk; its message is on the way when this returns.

        Raises:
            AppError: it was refused, and nothing is stored.
            Unavailable: Postgres is away; unless the text says otherwise nothing is stored.
        """
        if self._intake.stalled_seconds > STALL_SECONDS:
            raise Unavailable("The database does not answer; nothing was accepted.", retry_after=RETRY_SECONDS)
        try:
            answer = await self._intake.submit(request)
        except TimeoutError:
            raise Unavailable(
                "The database did not answer in time. Repeat the request with the same Idempotency-Key to learn what became of it.",
                retry_after=RETRY_SECONDS,
            ) from None
        assert isinstance(answer, Accepted)  # the batcher raises every other answer
        if not answer.replayed:
            self.enqueue(answer.booking_id)
        return answer

    def enqueue(self, booking_id: UUID) -> None:
        """Send a message for this booking soon. Nobody waits for it."""
        if self._sender.waiting < DISPATCH_WAITING:
            self._sender.post(_ToSend(booking_id, correlation.current()))

    async def close(self) -> None:
        """Finish what was begun."""
        await asyncio.gather(self._intake.close(), self._sender.close())

    def _accept(self, intake: BatchIntake, requests: list[BookingRequest]) -> list[Answer]:
        answers = intake.accept(requests)
        failpoints.reach("after_commit_before_reply")
        return answers

    def _send(self, waiting: list[_ToSend]) -> list[None]:
        self._dispatcher.send(
            ReserveBookings(tuple(each.booking_id for each in waiting)),
            correlation_ids=[each_id for each in waiting for each_id in each.correlation_ids],
        )
        return [None] * len(waiting)
