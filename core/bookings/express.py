"""The short way in: plain bookings, stored by one statement that stands alone, so one round trip and one commit for the batch.

A plain booking is of one flight and names nobody. What this statement does not store - a flight that is missing, cancelled or
departed, a key that was used - takes the careful way of `intake.py`, which finds out why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from core.bookings.models import PaymentMode
from core.db import RawConnection


class Plain(Protocol):
    """What the statement reads of a request."""

    @property
    def trip_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def flight_ids(self) -> tuple[UUID, ...]: ...
    @property
    def seats(self) -> int: ...
    @property
    def payment_mode(self) -> PaymentMode: ...
    @property
    def payment_token(self) -> str | None: ...
    @property
    def idempotency_key(self) -> str | None: ...
    @property
    def request_hash(self) -> bytes | None: ...


_STORE: Final = """
    INSERT INTO bookings (id, trip_id, user_id, flight_id, seats, payment_mode, payment_token, idempotency_key, request_hash, reference,
                          price_total, currency, departure_ts, arrival_ts, next_at)
    SELECT w.id, w.id, w.user_id, w.flight_id, w.seats, w.mode, w.token, w.key, w.hash, w.reference,
           f.price * w.seats, f.currency, f.departure_ts, f.arrival_ts, now() + %s * interval '1 second'
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::int2[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::text[])
         AS w(id, user_id, flight_id, seats, mode, token, key, hash, reference)
    JOIN flights f ON f.id = w.flight_id AND f.status = 'SCHEDULED' AND f.departure_ts > now()
    ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
    RETURNING id
"""


def store(connection: RawConnection, requests: Sequence[Plain], references: Sequence[str], *, lease_seconds: int) -> set[UUID]:
    """Store what can be stored as it is; the ids of it. The foreign key keeps a flight from being deleted meanwhile."""
    rows = connection.execute(
        _STORE,
        (
            lease_seconds,
            [request.trip_id for request in requests],
            [request.user_id for request in requests],
            [request.flight_ids[0] for request in requests],
            [request.seats for request in requests],
            [request.payment_mode for request in requests],
            [request.payment_token for request in requests],
            [request.idempotency_key for request in requests],
            [request.request_hash for request in requests],
            list(references),
        ),
    ).fetchall()
    return {row[0] for row in rows}
