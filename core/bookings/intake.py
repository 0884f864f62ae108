"""The accept path: put what travellers ask for on disk, many at once, before anybody is told 202.

What arrived while the last batch was being committed is the next batch (`core/batching.py`): one at a time when idle, hundreds
under load, for one fsync.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from core.bookings import duplicates, express, holds, trips
from core.bookings.errors import (
    AccountGone,
    FlightCancelled,
    FlightDeparted,
    FlightNotFound,
    IdempotencyKeyReused,
    NotAccepted,
    PossibleDuplicate,
    TooManyHolds,
)
from core.bookings.models import PaymentMode
from core.bookings.passengers import Traveller
from core.bookings.references import References
from core.bookings.states import BookingStatus
from core.clock import new_id
from core.db import Database, RawConnection
from core.errors import AppError, Unavailable

LEASE_SECONDS: Final = 15
"""How long the first delivery has before the sweep sends the booking again."""


@dataclass(frozen=True, slots=True)
class Request:
    """One traveller's wish for `seats` seats on each of `flight_ids`; several flights are a trip, all or none."""

    user_id: UUID
    flight_ids: tuple[UUID, ...]
    seats: int
    payment_mode: PaymentMode = PaymentMode.NONE
    payment_token: str | None = None
    idempotency_key: str | None = None
    request_hash: bytes | None = None
    """SHA-256 of the request's meaning; needed with a key."""
    passengers: tuple[Traveller, ...] = ()
    refusal: AppError | None = None
    """What the door would answer; with a key it is answered only if the key was not used before."""
    allow_duplicate: bool = False
    """The traveller means it: a second booking of a flight that was booked a moment ago."""
    leg_ids: tuple[UUID, ...] = ()

    @property
    def trip_id(self) -> UUID:
        return self.leg_ids[0]

    @property
    def is_plain(self) -> bool:
        """Whether one row says it all (`express.py`)."""
        return len(self.flight_ids) == 1 and not self.passengers and self.refusal is None

    @property
    def owned_key(self) -> tuple[UUID, str] | None:
        """Whose key it is; one booking answers to it."""
        return (self.user_id, self.idempotency_key) if self.idempotency_key else None


@dataclass(frozen=True, slots=True)
class Accepted:
    """On disk. `replayed`: the same key and request were accepted before, and this is that booking."""

    trip_id: UUID
    status: BookingStatus = BookingStatus.PENDING
    replayed: bool = False


Answer: TypeAlias = Accepted | AppError


class Intake:
    """Accepts batches on one database. One per process, called by one thread at a time."""

    def __init__(self, db: Database, *, refuses_duplicates: bool = False, hold_limit: int | None = None) -> None:
        self._db = db
        self._hold_limit = hold_limit
        self._references = References()
        self._refuses_duplicates = refuses_duplicates

    def accept(self, requests: Sequence[Request]) -> list[Answer]:
        """Commit what can be accepted and answer each request in order; nothing that is answered with an error is stored.

        Raises:
            psycopg.OperationalError: Postgres is away; nothing of the batch is known to be stored.
        """
        named = [_with_ids(request) for request in requests]
        stored: set[UUID] = set()
        try:
            stored = self._express(named)
            rest = [request for request in named if request.trip_id not in stored]
            answers = iter(self._accept_isolated(rest) if rest else [])
        except (psycopg.OperationalError, SQLAlchemyError):
            # A Postgres that crashed may hand out the numbers of a lost transaction again.
            self._references = References()
            if not stored:
                raise
            answers = iter([_in_doubt()] * (len(named) - len(stored)))
        return [Accepted(request.trip_id) if request.trip_id in stored else next(answers) for request in named]

    def _express(self, requests: Sequence[Request]) -> set[UUID]:
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
        except (psycopg.DataError, psycopg.IntegrityError):
            return set()  # nothing was stored: the careful way finds the row

    def _is_counted(self, request: Request) -> bool:
        return self._hold_limit is not None and request.payment_mode is PaymentMode.HOLD

    def _store_plain(self, connection: RawConnection, requests: Sequence[Request]) -> set[UUID]:
        references = self._references.take(connection, len(requests))
        return express.store(connection, requests, references, lease_seconds=LEASE_SECONDS)

    def _accept_isolated(self, requests: Sequence[Request]) -> list[Answer]:
        try:
            with self._db.transaction() as connection:
                return self._accept(connection, requests)
        except (psycopg.DataError, psycopg.IntegrityError) as refusal:
            # One row that Postgres refuses must not take the others down: halve until it stands alone.
            if len(requests) == 1:
                return [_explain(refusal)]
            middle = len(requests) // 2
            return self._accept_isolated(requests[:middle]) + self._accept_isolated(requests[middle:])

    def _accept(self, connection: RawConnection, requests: Sequence[Request]) -> list[Answer]:
        if self._refuses_duplicates or self._hold_limit is not None:
            duplicates.lock_travellers(connection, requests)
        offers = _lock_offers(connection, requests)
        answers: list[Answer | None] = [_refusal(request, offers) for request in requests]
        if self._refuses_duplicates:
            open_requests = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
            twins = duplicates.find_duplicates(connection, open_requests)
            answers = [
                _doubt(twins[request.trip_id]) if request.trip_id in twins else answer
                for request, answer in zip(requests, answers, strict=True)
            ]
        if self._hold_limit is not None:
            open_requests = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
            excess = holds.find_excess(connection, open_requests, self._hold_limit)
            answers = [
                _too_many(self._hold_limit) if request.trip_id in excess else answer
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

    def _store(self, connection: RawConnection, wanted: Sequence[Request], offers: dict[UUID, _Offer]) -> set[UUID]:
        """Insert these requests but for those whose key was used before; returns the trips that are new."""
        if not wanted:
            return set()
        references = self._references.take(connection, len(wanted))
        stored = _store_first_legs(connection, wanted, references, offers)
        _store_later_legs(connection, wanted, references, stored, offers)
        _store_passengers(connection, [request for request in wanted if request.trip_id in stored])
        return stored


@dataclass(frozen=True, slots=True)
class _Offer:
    price: Decimal
    currency: str
    departure_ts: datetime
    arrival_ts: datetime
    cancelled: bool
    departed: bool


def _with_ids(request: Request) -> Request:
    return replace(request, leg_ids=tuple(new_id() for _ in request.flight_ids))


def _lock_offers(connection: RawConnection, requests: Sequence[Request]) -> dict[UUID, _Offer]:
    """Price and state of every flight asked for. The key-share lock keeps a flight from being deleted under its first booking."""
    wanted = list({flight_id for request in requests for flight_id in request.flight_ids})
    rows = connection.execute(
        """
        SELECT id, price, currency, departure_ts, arrival_ts, status = 'CANCELLED', departure_ts <= now()
        FROM flights WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE
        """,
        (wanted,),
    ).fetchall()
    return {row[0]: _Offer(*row[1:]) for row in rows}


def _refusal(request: Request, offers: dict[UUID, _Offer]) -> AppError | None:
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


_COLUMNS: Final = "id, trip_id, leg, user_id, flight_id, seats, payment_mode, payment_token, idempotency_key, request_hash, price_total, currency, reference"
_TYPES: Final = ("uuid", "uuid", "int2", "uuid", "uuid", "int2", "text", "text", "text", "bytea", "numeric", "text", "text")
_UNNEST: Final = ", ".join(f"%s::{name}[]" for name in _TYPES)


def _store_first_legs(
    connection: RawConnection, requests: Sequence[Request], references: Sequence[str], offers: dict[UUID, _Offer]
) -> set[UUID]:
    rows = [_leg(request, 0, reference, offers) for request, reference in zip(requests, references, strict=True)]
    stored = connection.execute(
        f"""
        INSERT INTO bookings ({_COLUMNS}, next_at)
        SELECT w.*, now() + interval '{LEASE_SECONDS} seconds' FROM unnest({_UNNEST}) AS w
        ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        RETURNING id
        """,  # noqa: S608  # only constants of this module
        [list(column) for column in zip(*rows, strict=True)],
    ).fetchall()
    return {row[0] for row in stored}


def _store_later_legs(
    connection: RawConnection,
    requests: Sequence[Request],
    references: Sequence[str],
    stored: set[UUID],
    offers: dict[UUID, _Offer],
) -> None:
    rows = [
        _leg(request, leg, reference, offers)
        for request, reference in zip(requests, references, strict=True)
        if request.trip_id in stored
        for leg in range(1, len(request.flight_ids))
    ]
    if rows:
        connection.execute(
            f"INSERT INTO bookings ({_COLUMNS}) SELECT w.* FROM unnest({_UNNEST}) AS w",  # noqa: S608  # only constants of this module
            [list(column) for column in zip(*rows, strict=True)],
        )


def _store_passengers(connection: RawConnection, requests: Sequence[Request]) -> None:
    rows = [
        (request.trip_id, position, person.name, person.surname_key, person.date_of_birth, person.contact)
        for request in requests
        for position, person in enumerate(request.passengers, start=1)
    ]
    if rows:
        connection.execute(
            """
            INSERT INTO passengers (trip_id, position, name, surname_key, date_of_birth, contact)
            SELECT * FROM unnest(%s::uuid[], %s::int2[], %s::text[], %s::text[], %s::date[], %s::text[])
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )


def _leg(request: Request, leg: int, reference: str, offers: dict[UUID, _Offer]) -> tuple[Any, ...]:
    flight_id = request.flight_ids[leg]
    offer = offers[flight_id]
    first = leg == 0
    return (
        request.leg_ids[leg],
        request.trip_id,
        leg,
        request.user_id,
        flight_id,
        request.seats,
        request.payment_mode.value,
        request.payment_token,
        request.idempotency_key if first else None,
        request.request_hash if first else None,
        offer.price * request.seats,
        offer.currency,
        reference,
    )


def _find_earlier(connection: RawConnection, requests: Sequence[Request]) -> dict[tuple[UUID, str], tuple[UUID, str, bytes]]:
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


def _replay(request: Request, earlier: dict[tuple[UUID, str], tuple[UUID, str, bytes]]) -> Answer | None:
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
        return AccountGone("This account does not exist any more: sign in again.")
    return NotAccepted(_NOT_STORED)
