"""Compare the inventory in Redis with Postgres, flight by flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import redis

from core import keys
from core.db import RawConnection
from core.flights.queries import read_free_seats
from core.seats.inventory import Inventory


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


def _count_in_flight(connection: RawConnection, client: redis.Redis, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    reserved: dict[UUID, tuple[UUID, int]] = {}
    for flight_id in flight_ids:
        entries = cast("dict[bytes, bytes]", client.hgetall(keys.reservations(flight_id)))
        for booking, entry in entries.items():
            if entry != b"R":
                reserved[UUID(booking.decode())] = (flight_id, int(entry))
    rows = connection.execute("SELECT id FROM bookings WHERE id = ANY(%s) AND status = 'PENDING'", (list(reserved),)).fetchall()
    counts: dict[UUID, int] = {}
    for (booking_id,) in rows:
        flight_id, seats = reserved[booking_id]
        counts[flight_id] = counts.get(flight_id, 0) + seats
    return counts
