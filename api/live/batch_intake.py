"""Commits batches of booking requests: one transaction for each, so one fsync for hundreds of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import psycopg

from core.bookings.intake.requests import Accepted, BookingRequest, IntakeResult
from core.bookings.intake.rules import BookingRules
from core.clock import new_id
from core.db import AWAY, Database
from core.db.bisect import isolated
from core.db.retry import again_after_deadlock
from core.errors import Unavailable
from core.lifecycle import accept
from core.load_runs import recording
from core.load_runs.recording import TaggedBooking


class BatchIntake:
    """Commits batches of bookings. One per process, called by one thread at a time."""

    def __init__(self, db: Database, rules: BookingRules) -> None:
        self._db = db
        self._rules = rules

    def accept(self, requests: Sequence[BookingRequest]) -> list[IntakeResult]:
        """Commit the requests that can be accepted, and return a result for each, in order. A request that is answered with an
        error is not stored. If Postgres refuses one request, the others are still committed.

        Raises:
            `core.db.AWAY`: Postgres cannot be reached; it is not known whether the batch is stored.
        """
        with_ids = [replace(request, booking_id=new_id()) for request in requests]
        results: list[IntakeResult] = []

        def commit(part: Sequence[BookingRequest]) -> None:
            with self._db.transaction() as connection:
                accepted = accept.accept(connection, part, self._rules)
                tagged = _tagged(part, accepted)
                if tagged:
                    recording.record(connection, tagged)
            results.extend(accepted)

        def store(part: Sequence[BookingRequest]) -> None:
            # Another process may pick the same seats in another order.
            again_after_deadlock(lambda: commit(part))

        def refuse(request: BookingRequest, error: Exception) -> None:
            if not isinstance(error, psycopg.Error):
                raise error
            results.append(accept.explain(request, error))

        try:
            isolated(store, with_ids, refuse)
        except AWAY:
            # Postgres could not be reached any more after a part of the batch was committed.
            if not results:
                raise
            results += [_unknown_outcome()] * (len(with_ids) - len(results))
        return results


def _tagged(requests: Sequence[BookingRequest], results: Sequence[IntakeResult]) -> list[TaggedBooking]:
    """The new bookings of load runs."""
    return [
        TaggedBooking(request.booking_id, request.load_run, request.allow_duplicate)
        for request, result in zip(requests, results, strict=True)
        if request.load_run is not None and isinstance(result, Accepted) and not result.replayed
    ]


def _unknown_outcome() -> Unavailable:
    return Unavailable(
        "The connection to the database was lost before it answered. Repeat the request with the same Idempotency-Key to get the result."
    )
