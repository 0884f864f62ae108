"""Insert bookings: lock and read the terms of their flights, then insert the bookings with their segments and passengers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from core import money
from core.bookings.intake import references
from core.bookings.intake.requests import BookingRequest
from core.bookings.states import BookingStatus
from core.clock import new_id
from core.db import RawConnection, fetch
from core.db.planning import any_length
from core.events import outbox
from core.events.domain_events import booking_event
from core.flights.models import FlightStatus
from core.lease import LEASE_SECONDS
from core.seats.cabins.catalogue import CABINS
from core.seats.cabins.layout import Cabin


@dataclass(frozen=True, slots=True)
class FlightTerms:
    """The price and the times of one flight, and whether it can be booked."""

    id: UUID
    price: Decimal
    currency: str
    departure_ts: datetime
    arrival_ts: datetime
    cancelled: bool
    departed: bool
    cabin: str | None

    @property
    def layout(self) -> Cabin | None:
        """The layout of its cabin; None if its seats have no numbers."""
        return CABINS.get(self.cabin) if self.cabin else None


_LOCK_TERMS: Final = f"""
    SELECT id, {money.in_units_sql("price", "currency")} AS price, currency, departure_ts, arrival_ts, status = {FlightStatus.CANCELLED.sql} AS cancelled, departure_ts <= now() AS departed, cabin
    FROM flights WHERE id = ANY({any_length("%s", "uuid[]")}) ORDER BY id FOR KEY SHARE
"""  # noqa: S608  # only constants of this module
# Rows are inserted in the order in which they arrived, so their sequence numbers, the default of the column, are in that order.
# One statement, so one round trip, for the bookings and all their segments. The price comes from the terms, which were compared
# with the price that the traveller saw. It is not read again, because the key-share lock allows an administrator to change it in
# the meantime.
_STORE: Final = """
    WITH requested AS (
        SELECT w.booking_id, w.position, w.public_id, w.flight_id, f.price, f.currency, f.departure_ts, f.arrival_ts
        FROM unnest(%(segment_bookings)s::uuid[], %(positions)s::int2[], %(public_ids)s::uuid[], %(flights)s::uuid[])
             AS w(booking_id, position, public_id, flight_id)
        JOIN unnest(%(priced)s::uuid[], %(prices)s::numeric[], %(currencies)s::text[], %(departures)s::timestamptz[],
                    %(arrivals)s::timestamptz[])
             AS f(id, price, currency, departure_ts, arrival_ts) ON f.id = w.flight_id
    ), stored AS (
        INSERT INTO bookings (id, user_id, seats, payment_mode, payment_token, idempotency_key, request_hash, reference,
                              price_total, currency, next_at)
        SELECT w.id, w.user_id, w.seats, w.mode, w.token, w.key, w.hash, w.reference,
               total.price * w.seats, total.currency, now() + %(lease)s * interval '1 second'
        FROM unnest(%(ids)s::uuid[], %(users)s::uuid[], %(seats)s::int2[], %(modes)s::text[], %(tokens)s::text[], %(keys)s::text[],
                    %(hashes)s::bytea[], %(references)s::text[]) WITH ORDINALITY
             AS w(id, user_id, seats, mode, token, key, hash, reference, place)
        JOIN (SELECT booking_id, sum(price) AS price, min(currency) AS currency FROM requested GROUP BY booking_id) AS total
             ON total.booking_id = w.id
        ORDER BY w.place
        ON CONFLICT DO NOTHING
        RETURNING id, seats
    ), segments AS (
        INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total, departure_ts, arrival_ts)
        SELECT a.booking_id, a.position, a.public_id, a.flight_id, a.price * s.seats, a.departure_ts, a.arrival_ts
        FROM requested a JOIN stored s ON s.id = a.booking_id
    )
    SELECT id FROM stored
"""


def lock_terms(connection: RawConnection, requests: Sequence[BookingRequest]) -> dict[UUID, FlightTerms]:
    """The terms of all requested flights. The key-share lock prevents a flight from being deleted before its first booking is
    inserted.
    """
    wanted = list({flight_id for request in requests for flight_id in request.flight_ids})
    return {terms.id: terms for terms in fetch(connection, FlightTerms, _LOCK_TERMS, (wanted,))}


def store(connection: RawConnection, requests: Sequence[BookingRequest], terms: Mapping[UUID, FlightTerms]) -> set[UUID]:
    """Insert these requests, except those whose idempotency key was used before and those whose random reference exists already, which can
    be inserted again with another one. Returns the ids of the inserted bookings. `terms`: of all their flights (`lock_terms`).
    """
    segments = [
        (request.booking_id, position, new_id() if position else request.booking_id, flight_id)
        for request in requests
        for position, flight_id in enumerate(request.flight_ids)
    ]
    segment_bookings, positions, public_ids, flights = (list(column) for column in zip(*segments, strict=True))
    sold = [terms[flight_id] for flight_id in set(flights)]
    rows = connection.execute(
        _STORE,
        {
            "ids": [request.booking_id for request in requests],
            "users": [request.user_id for request in requests],
            "seats": [request.seats for request in requests],
            "modes": [request.payment_mode for request in requests],
            "tokens": [request.payment_token for request in requests],
            "keys": [request.idempotency_key for request in requests],
            "hashes": [request.request_hash for request in requests],
            "references": [references.draw() for _ in requests],
            "segment_bookings": segment_bookings,
            "positions": positions,
            "public_ids": public_ids,
            "flights": flights,
            "priced": [each.id for each in sold],
            "prices": [each.price for each in sold],
            "currencies": [each.currency for each in sold],
            "departures": [each.departure_ts for each in sold],
            "arrivals": [each.arrival_ts for each in sold],
            "lease": LEASE_SECONDS,
        },
    ).fetchall()
    stored = {row[0] for row in rows}
    if stored:
        outbox.write(
            connection,
            (booking_event(booking_id, BookingStatus.PENDING) for booking_id in sorted(stored)),
            traces={str(request.booking_id): request.trace for request in requests if request.trace is not None},
        )
    _store_passengers(connection, [request for request in requests if request.booking_id in stored])
    return stored


def _store_passengers(connection: RawConnection, requests: Sequence[BookingRequest]) -> None:
    rows = [
        (
            request.booking_id,
            position,
            person.name,
            person.surname_key,
            " ".join(person.surname_keys),
            person.date_of_birth,
            person.contact,
        )
        for request in requests
        for position, person in enumerate(request.passengers, start=1)
    ]
    if rows:
        connection.execute(
            """
            INSERT INTO passengers (booking_id, position, name, surname_key, surname_keys, date_of_birth, contact)
            SELECT p.booking_id, p.position, p.name, p.surname_key, string_to_array(p.surname_keys, ' '), p.date_of_birth, p.contact
            FROM unnest(%s::uuid[], %s::int2[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[])
                 AS p(booking_id, position, name, surname_key, surname_keys, date_of_birth, contact)
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
