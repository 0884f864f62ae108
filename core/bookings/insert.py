"""The careful way in: prices and states under lock, then every leg and passenger of requests that nothing speaks against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from core.bookings.requests import BookingRequest
from core.db import RawConnection

LEASE_SECONDS: Final = 15
"""How long the first delivery has before the sweep sends the booking again."""


@dataclass(frozen=True, slots=True)
class Offer:
    price: Decimal
    currency: str
    departure_ts: datetime
    arrival_ts: datetime
    cancelled: bool
    departed: bool


def lock_offers(connection: RawConnection, requests: Sequence[BookingRequest]) -> dict[UUID, Offer]:
    """Price and state of every flight asked for. The key-share lock keeps a flight from being deleted under its first booking."""
    wanted = list({flight_id for request in requests for flight_id in request.flight_ids})
    rows = connection.execute(
        """
        SELECT id, price, currency, departure_ts, arrival_ts, status = 'CANCELLED', departure_ts <= now()
        FROM flights WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE
        """,
        (wanted,),
    ).fetchall()
    return {row[0]: Offer(*row[1:]) for row in rows}


def store(
    connection: RawConnection, requests: Sequence[BookingRequest], references: Sequence[str], offers: Mapping[UUID, Offer]
) -> set[UUID]:
    """Insert these requests but for those whose key was used before; returns the trips that are new."""
    stored = _store_first_legs(connection, requests, references, offers)
    _store_later_legs(connection, requests, references, stored, offers)
    _store_passengers(connection, [request for request in requests if request.trip_id in stored])
    return stored


_COLUMNS: Final = "id, trip_id, leg, user_id, flight_id, seats, payment_mode, payment_token, idempotency_key, request_hash, price_total, currency, reference, departure_ts, arrival_ts"
_TYPES: Final = (
    "uuid",
    "uuid",
    "int2",
    "uuid",
    "uuid",
    "int2",
    "text",
    "text",
    "text",
    "bytea",
    "numeric",
    "text",
    "text",
    "timestamptz",
    "timestamptz",
)
_UNNEST: Final = ", ".join(f"%s::{name}[]" for name in _TYPES)


def _store_first_legs(
    connection: RawConnection, requests: Sequence[BookingRequest], references: Sequence[str], offers: Mapping[UUID, Offer]
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
    requests: Sequence[BookingRequest],
    references: Sequence[str],
    stored: set[UUID],
    offers: Mapping[UUID, Offer],
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


def _store_passengers(connection: RawConnection, requests: Sequence[BookingRequest]) -> None:
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


def _leg(request: BookingRequest, leg: int, reference: str, offers: Mapping[UUID, Offer]) -> tuple[Any, ...]:
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
        offer.departure_ts,
        offer.arrival_ts,
    )
