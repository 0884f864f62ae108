"""The accept path: put what travellers ask for on disk, many at once, before anybody is told 202.

What arrived while the last batch was being committed is the next batch (`core/batching.py`): one at a time when idle, hundreds
under load, for one fsync.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import psycopg
import structlog

from core.bookings import duplicates, express, holds, insert, trips
from core.bookings.errors import (
    IdempotencyKeyReused,
    NotAccepted,
    PossibleDuplicate,
    TooManyHolds,
)
from core.bookings.insert import Offer
from core.bookings.models import PaymentMode
from core.bookings.references import References
from core.bookings.requests import Accepted, Answer, BookingRequest
from core.bookings.states import BookingStatus
from core.clock import new_id
from core.db import AWAY, Database, RawConnection
from core.errors import AppError, Unavailable
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.users.tokens import AccountGone

_log = structlog.get_logger(__name__)


class Intake:
    """Accepts batches on one database. One per process, called by one thread at a time."""

    def __init__(self, db: Database, *, refuses_duplicates: bool = False, hold_limit: int | None = None) -> None:
        self._db = db
        self._hold_limit = hold_limit
        self._references = References()
        self._refuses_duplicates = refuses_duplicates

    def accept(self, requests: Sequence[BookingRequest]) -> list[Answer]:
        """Commit what can be accepted and answer each request in order; nothing that is answered with an error is stored.

        Raises:
            `core.db.AWAY`: Postgres is away; nothing of the batch is known to be stored.
        """
        named = [_with_ids(request) for request in requests]
        stored: set[UUID] = set()
        rest: Sequence[BookingRequest] = ()
        try:
            stored = self._express(named)
            rest = [request for request in named if request.trip_id not in stored]
            answers = iter(self._accept_isolated(rest) if rest else [])
        except AWAY as error:
            # A Postgres that crashed may hand out the numbers of a lost transaction again.
            self._references = References()
            # A door that closed before the first transaction says truly that nothing was changed; one that closed later does not.
            if not stored and not (rest and isinstance(error, Unavailable)):
                raise
            answers = iter([_in_doubt()] * (len(named) - len(stored)))
        return [Accepted(request.trip_id) if request.trip_id in stored else next(answers) for request in named]

    def _express(self, requests: Sequence[BookingRequest]) -> set[UUID]:
        plain = [request for request in requests if request.is_plain and not self._is_counted(request)]
        if not plain:
            return set()
        try:
            if self._refuses_duplicates:
                with self._db.transaction() as connection:
                    duplicates.lock_travellers(connection, plain)
                    doubtful = duplicates.find_duplicates(connection, plain)
                    return self._store_plain(connection, [request for request in plain if request.trip_id not in doubtful])
            with self._db.snapshot() as connection:
                return self._store_plain(connection, plain)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except psycopg.Error:
            return set()  # nothing was stored: the careful way finds the row

    def _is_counted(self, request: BookingRequest) -> bool:
        return self._hold_limit is not None and request.payment_mode is PaymentMode.HOLD

    def _store_plain(self, connection: RawConnection, requests: Sequence[BookingRequest]) -> set[UUID]:
        references = self._references.take(connection, len(requests))
        return express.store(connection, requests, references, lease_seconds=insert.LEASE_SECONDS)

    def _accept_isolated(self, requests: Sequence[BookingRequest]) -> list[Answer]:
        try:
            with self._db.transaction() as connection:
                return self._accept(connection, requests)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise  # the server is away, and no row is to blame
        except psycopg.Error as refusal:
            # One row that Postgres refuses must not take the others down: halve until it stands alone.
            if len(requests) == 1:
                return [_explain(refusal)]
            middle = len(requests) // 2
            return self._accept_isolated(requests[:middle]) + self._accept_isolated(requests[middle:])

    def _accept(self, connection: RawConnection, requests: Sequence[BookingRequest]) -> list[Answer]:
        if self._refuses_duplicates or self._hold_limit is not None:
            duplicates.lock_travellers(connection, requests)
        offers = insert.lock_offers(connection, requests)
        answers: list[Answer | None] = [_refusal(request, offers) for request in requests]
        # Holds first: a request that is refused here is nobody's twin.
        if self._hold_limit is not None:
            open_requests = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
            excess = holds.find_excess(connection, open_requests, self._hold_limit)
            answers = [
                _too_many(self._hold_limit) if request.trip_id in excess else answer
                for request, answer in zip(requests, answers, strict=True)
            ]
        if self._refuses_duplicates:
            open_requests = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
            twins = duplicates.find_duplicates(connection, open_requests)
            answers = [
                _doubt(twins[request.trip_id]) if request.trip_id in twins else answer
                for request, answer in zip(requests, answers, strict=True)
            ]
        stored = self._store(
            connection, [request for request, answer in zip(requests, answers, strict=True) if answer is None], offers
        )
        # A key that was used before answers with its booking, also where the flight would take nobody now.
        earlier = _find_earlier(connection, [request for request in requests if request.trip_id not in stored])
        return [
            Accepted(request.trip_id)
            if request.trip_id in stored
            else _replay(request, earlier) or answer or NotAccepted(_NOT_STORED)
            for request, answer in zip(requests, answers, strict=True)
        ]

    def _store(self, connection: RawConnection, wanted: Sequence[BookingRequest], offers: Mapping[UUID, Offer]) -> set[UUID]:
        """Insert these requests but for those whose key was used before; returns the trips that are new."""
        if not wanted:
            return set()
        references = self._references.take(connection, len(wanted))
        return insert.store(connection, wanted, references, offers)


def _with_ids(request: BookingRequest) -> BookingRequest:
    return replace(request, leg_ids=tuple(new_id() for _ in request.flight_ids))


def _refusal(request: BookingRequest, offers: Mapping[UUID, Offer]) -> AppError | None:
    if request.refusal is not None:
        return request.refusal
    for flight_id in request.flight_ids:
        offer = offers.get(flight_id)
        if offer is None:
            return FlightNotFound("There is no such flight.", flight_id=str(flight_id))
        if offer.cancelled:
            return FlightCancelled("The airline has cancelled this flight.", flight_id=str(flight_id))
        if offer.departed:
            return FlightDeparted("This flight has departed.", flight_id=str(flight_id))
    if len(request.flight_ids) == 1:
        return None
    legs = (offers[flight_id] for flight_id in request.flight_ids)
    return trips.find_flaw([trips.Leg(leg.departure_ts, leg.arrival_ts, leg.currency) for leg in legs])


def _doubt(earlier: UUID) -> PossibleDuplicate:
    return PossibleDuplicate(
        "You booked this flight a moment ago. To book it once more, send allow_duplicate: true.", booking_id=str(earlier)
    )


def _too_many(limit: int) -> TooManyHolds:
    return TooManyHolds(f"You may have {limit} unpaid holds at a time. Pay for one, or cancel it.", limit=limit)


def _find_earlier(
    connection: RawConnection, requests: Sequence[BookingRequest]
) -> dict[tuple[UUID, str], tuple[UUID, str, bytes]]:
    """The bookings that hold these users' keys, among them requests of this very batch."""
    keys = [request.owned_key for request in requests if request.owned_key]
    if not keys:
        return {}
    rows = connection.execute(
        """
        SELECT b.user_id, b.idempotency_key, b.id, b.status, b.request_hash
        FROM unnest(%s::uuid[], %s::text[]) AS w(user_id, key)
        JOIN bookings b ON b.user_id = w.user_id AND b.idempotency_key = w.key
        """,
        [list(column) for column in zip(*keys, strict=True)],
    ).fetchall()
    return {(row[0], row[1]): (row[2], row[3], bytes(row[4])) for row in rows}


def _replay(request: BookingRequest, earlier: dict[tuple[UUID, str], tuple[UUID, str, bytes]]) -> Answer | None:
    if request.owned_key is None or request.owned_key not in earlier:
        return None
    trip_id, status, request_hash = earlier[request.owned_key]
    if request_hash != request.request_hash:
        return IdempotencyKeyReused("This Idempotency-Key was used for another request.")
    return Accepted(trip_id, BookingStatus(status), replayed=True)


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
