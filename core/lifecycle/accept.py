"""The accept path: put what travellers ask for on disk, many at once, before anybody is told 202.

What arrived while the last batch was being committed is the next batch (`core/batching.py`): one at a time when idle, hundreds
under load, for one fsync.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import psycopg
import structlog

from core.bookings import duplicates, fair_share, holds, insert, price, segments
from core.bookings.errors import (
    NotAccepted,
    PossibleDuplicate,
    TooManyHolds,
)
from core.bookings.fair_share import FairShare
from core.bookings.insert import FlightTerms
from core.bookings.references import DRAWS
from core.bookings.requests import Accepted, Answer, BookingRequest
from core.bookings.states import BookingStatus
from core.clock import new_id
from core.db import AWAY, Database, RawConnection, fetch
from core.errors import AppError, Unavailable
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.idempotency.answers import IdempotencyKeyReused
from core.users.tokens import AccountGone

_log = structlog.get_logger(__name__)


class Intake:
    """Accepts batches on one database. One per process, called by one thread at a time."""

    def __init__(
        self,
        db: Database,
        *,
        refuses_duplicates: bool = False,
        hold_limit: int | None = None,
        fair_share: FairShare | None = None,
    ) -> None:
        self._db = db
        self._fair_share = fair_share
        self._hold_limit = hold_limit
        self._refuses_duplicates = refuses_duplicates

    def accept(self, requests: Sequence[BookingRequest]) -> list[Answer]:
        """Commit what can be accepted and answer each request in order; nothing that is answered with an error is stored.

        Raises:
            `core.db.AWAY`: Postgres is away; nothing of the batch is known to be stored.
        """
        named = [replace(request, booking_id=new_id()) for request in requests]
        answers: list[Answer] = []
        try:
            self._accept_isolated(named, answers)
        except AWAY:
            # It went away in the middle of a batch of which a part was committed.
            if not answers:
                raise
            answers += [_in_doubt()] * (len(named) - len(answers))
        return answers

    def _accept_isolated(self, requests: Sequence[BookingRequest], answers: list[Answer]) -> None:
        """Append an answer for each request once its transaction is committed."""
        try:
            with self._db.transaction() as connection:
                given = self._accept(connection, requests)
            answers += given
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise  # the server is away, and no row is to blame
        except psycopg.Error as refusal:
            # One row that Postgres refuses must not take the others down: halve until it stands alone.
            if len(requests) == 1:
                answers.append(_explain(refusal))
                return
            middle = len(requests) // 2
            self._accept_isolated(requests[:middle], answers)
            self._accept_isolated(requests[middle:], answers)

    def _accept(self, connection: RawConnection, requests: Sequence[BookingRequest]) -> list[Answer]:
        if self._refuses_duplicates or self._hold_limit is not None or self._fair_share is not None:
            duplicates.lock_travellers(connection, (request.user_id for request in requests))
        terms = insert.lock_terms(connection, requests)
        answers: list[Answer | None] = [_refusal(request, terms) for request in requests]
        if self._fair_share is not None:
            answers = _refuse_unfair(connection, requests, answers, self._fair_share)
        # Holds first: a request that is refused here cannot make another one a duplicate.
        if self._hold_limit is not None:
            open_requests = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
            excess = holds.find_excess(connection, open_requests, self._hold_limit)
            answers = [
                _too_many(self._hold_limit) if request.booking_id in excess else answer
                for request, answer in zip(requests, answers, strict=True)
            ]
        if self._refuses_duplicates:
            open_requests = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
            earlier_bookings = duplicates.find_duplicates(connection, open_requests)
            answers = [
                _possible_duplicate(earlier_bookings[request.booking_id]) if request.booking_id in earlier_bookings else answer
                for request, answer in zip(requests, answers, strict=True)
            ]
        wanted = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
        stored: set[UUID] = set()
        earlier: dict[tuple[UUID, str], _Earlier] = {}
        for _ in range(DRAWS):
            stored |= insert.store(connection, wanted, terms) if wanted else set()
            # A key that was used before answers with its booking, also where the flight would take nobody now.
            earlier = _find_earlier(connection, [request for request in requests if request.booking_id not in stored])
            # Who was not stored, and whose key nobody used, drew a reference that exists.
            wanted = [each for each in wanted if each.booking_id not in stored and each.owned_key not in earlier]
            if not wanted:
                break
        return [
            Accepted(request.booking_id)
            if request.booking_id in stored
            else _replay(request, earlier) or answer or NotAccepted(_NOT_STORED)
            for request, answer in zip(requests, answers, strict=True)
        ]


def _refusal(request: BookingRequest, terms: Mapping[UUID, FlightTerms]) -> AppError | None:
    if request.refusal is not None:
        return request.refusal
    for flight_id in request.flight_ids:
        flight = terms.get(flight_id)
        if flight is None:
            return FlightNotFound("There is no such flight.", flight_id=str(flight_id))
        if flight.cancelled:
            return FlightCancelled("The airline has cancelled this flight.", flight_id=str(flight_id))
        if flight.departed:
            return FlightDeparted("This flight has departed.", flight_id=str(flight_id))
    flights = [terms[flight_id] for flight_id in request.flight_ids]
    return segments.find_flaw(flights) or price.find_change(request.expected_total, flights, request.seats)


def _refuse_unfair(
    connection: RawConnection, requests: Sequence[BookingRequest], answers: Sequence[Answer | None], share: FairShare
) -> list[Answer | None]:
    open_requests = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
    paused = fair_share.find_paused(connection, open_requests, share.cool_down_minutes)
    patient = [request for request in open_requests if request.booking_id not in paused]
    greedy = fair_share.find_greedy(connection, patient, share.flight_seats)
    refusals: dict[UUID, Answer] = {booking_id: fair_share.cooling_down(until) for booking_id, until in paused.items()}
    refusals |= {booking_id: fair_share.too_many_seats(share.flight_seats) for booking_id in greedy}
    return [answer or refusals.get(request.booking_id) for request, answer in zip(requests, answers, strict=True)]


def _possible_duplicate(earlier: UUID) -> PossibleDuplicate:
    return PossibleDuplicate(
        "You booked this flight a moment ago. To book it once more, send allow_duplicate: true.", booking_id=str(earlier)
    )


def _too_many(limit: int) -> TooManyHolds:
    return TooManyHolds(f"You may have {limit} unpaid bookings at a time. Pay for one, or cancel it.", limit=limit)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The booking that holds a key."""

    user_id: UUID
    idempotency_key: str
    id: UUID
    status: BookingStatus
    request_hash: bytes


_FIND_EARLIER: Final = """
    SELECT b.user_id, b.idempotency_key, b.id, b.status, b.request_hash
    FROM unnest(%s::uuid[], %s::text[]) AS w(user_id, key) JOIN bookings b ON b.user_id = w.user_id AND b.idempotency_key = w.key
"""


def _find_earlier(connection: RawConnection, requests: Sequence[BookingRequest]) -> dict[tuple[UUID, str], _Earlier]:
    """The bookings that hold these users' keys, among them requests of this very batch."""
    keys = [request.owned_key for request in requests if request.owned_key]
    if not keys:
        return {}
    rows = fetch(connection, _Earlier, _FIND_EARLIER, [list(column) for column in zip(*keys, strict=True)])
    return {(row.user_id, row.idempotency_key): row for row in rows}


def _replay(request: BookingRequest, holders: Mapping[tuple[UUID, str], _Earlier]) -> Answer | None:
    earlier = holders.get(request.owned_key) if request.owned_key else None
    if earlier is None:
        return None
    if earlier.request_hash != request.request_hash:
        return IdempotencyKeyReused("This Idempotency-Key was used for another request.")
    return Accepted(earlier.id, earlier.status, replayed=True)


_NOT_STORED: Final = "The booking could not be stored as it is."


def _in_doubt() -> Unavailable:
    return Unavailable(
        "The database went away before it answered. Repeat the request with the same Idempotency-Key to learn what became of it."
    )


def _explain(refusal: psycopg.Error) -> AppError:
    if isinstance(refusal, psycopg.errors.ForeignKeyViolation):
        return AccountGone()
    _log.error("a booking that cannot be stored", error=repr(refusal))
    return NotAccepted(_NOT_STORED)
