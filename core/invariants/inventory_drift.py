"""Compare the inventory in Redis with Postgres, flight by flight."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any, Final, cast
from uuid import UUID

import redis

from core import keys
from core.db import RawConnection
from core.flights.queries import read_free_seats
from core.seats.inventory import Inventory

MOMENTS: Final = 30
MOMENT_SECONDS: Final = 0.05
"""Between two looks for a moment in which Redis stands still, at most. A hot flight changes with each batch, some ten times a second."""


def list_loaded(client: redis.Redis) -> list[UUID]:
    """The flights whose inventory Redis has."""
    prefix, _, suffix = keys.inventory(UUID(int=0)).partition(str(UUID(int=0)))
    names = client.scan_iter(match=f"{prefix}*{suffix}".replace("[", "\\["), count=1000)
    return [UUID(name.decode()[len(prefix) : len(name) - len(suffix)]) for name in cast("Any", names)]


def find_drift(connection: RawConnection, client: redis.Redis, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Flights on which Redis is wrong: how many seats too many (positive) or too few (negative) it calls free.

    Seats reserved in Redis for bookings that are still PENDING are work in flight, not drift. A flight that Postgres does not
    have drifts by all that Redis calls free.
    """
    counted = {flight: free for flight, free in Inventory(client).free(flight_ids).items() if free is not None}
    truth = read_free_seats(connection, list(counted))
    suspects = [flight_id for flight_id, free in counted.items() if free != truth.get(flight_id, 0)]
    in_flight = _count_in_flight(connection, client, suspects)
    drifts = {flight_id: counted[flight_id] + in_flight.get(flight_id, 0) - truth.get(flight_id, 0) for flight_id in suspects}
    return {flight_id: drift for flight_id, drift in drifts.items() if drift}


def find_standing_drift(connection: RawConnection, client: redis.Redis, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The same while bookings are worked: each suspect is looked at again, in moments in which Redis stands still.

    A flight on which no such moment is found is left out. What a worker has committed and not yet told Redis, a few milliseconds, is
    found all the same.
    """
    suspects = find_drift(connection, client, flight_ids)
    measured = {flight_id: _measure(connection, client, flight_id) for flight_id in suspects}
    return {flight_id: drift for flight_id, drift in measured.items() if drift}


def _measure(connection: RawConnection, client: redis.Redis, flight_id: UUID) -> int | None:
    """The drift of one flight; None where Redis does not have it, or is never still."""
    for _ in range(MOMENTS):
        before = _read(client, flight_id)
        if before is None:
            return None
        free, reserved = before
        row = connection.execute(
            """
            SELECT (SELECT total_seats - seats_held - seats_sold FROM flights WHERE id = %s),
                   ARRAY(SELECT id FROM bookings WHERE id = ANY(%s) AND status = 'PENDING')
            """,
            (flight_id, list(reserved)),
        ).fetchone()
        if _read(client, flight_id) == before and row is not None:
            truth, pending = row
            return free + sum(reserved[booking_id] for booking_id in pending) - (truth or 0)
        time.sleep(random.uniform(0, MOMENT_SECONDS))
    return None


def _read(client: redis.Redis, flight_id: UUID) -> tuple[int, dict[UUID, int]] | None:
    """Seats that Redis calls free, and those that bookings have reserved; read at once."""
    pipeline = client.pipeline(transaction=True)
    pipeline.hget(keys.inventory(flight_id), "free")
    pipeline.hgetall(keys.reservations(flight_id))
    free, entries = pipeline.execute()
    return None if free is None else (int(free), _reserved(entries))


def _reserved(entries: dict[bytes, bytes]) -> dict[UUID, int]:
    return {UUID(booking.decode()): int(entry) for booking, entry in entries.items() if entry != b"R"}


def _count_in_flight(connection: RawConnection, client: redis.Redis, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Seats that bookings have reserved in Redis and not in Postgres yet. A booking may be on several of these flights."""
    reserved = {
        flight_id: _reserved(cast("dict[bytes, bytes]", client.hgetall(keys.reservations(flight_id)))) for flight_id in flight_ids
    }
    rows = connection.execute(
        "SELECT id FROM bookings WHERE id = ANY(%s) AND status = 'PENDING'",
        (list({each for of in reserved.values() for each in of}),),
    ).fetchall()
    pending = {row[0] for row in rows}
    return {
        flight_id: sum(seats for booking_id, seats in of.items() if booking_id in pending) for flight_id, of in reserved.items()
    }
