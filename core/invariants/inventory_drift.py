"""Compare the inventory in Redis with Postgres, flight by flight."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, cast
from uuid import UUID

import redis

from core import keys
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights.queries import read_free_seats
from core.seats.inventory import Inventory

MEASUREMENTS: Final = 30
PAUSE_SECONDS: Final = 0.05
"""The longest wait between two measurements of the same flight."""


def list_loaded(client: redis.Redis) -> list[UUID]:
    """The flights whose inventory is loaded in Redis."""
    prefix, _, suffix = keys.inventory(UUID(int=0)).partition(str(UUID(int=0)))
    names = client.scan_iter(match=f"{prefix}*{suffix}".replace("[", "\\["), count=1000)
    return [UUID(name.decode()[len(prefix) : len(name) - len(suffix)]) for name in cast("Any", names)]


def find_drift(connection: RawConnection, client: redis.Redis, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Flights whose free seats in Redis are wrong, with the difference: positive if Redis has too many, negative if too few.

    Seats that are reserved in Redis for PENDING bookings are work in progress, not drift. For a flight that does not exist in
    Postgres, the drift is the number of free seats in Redis.
    """
    counted = {flight: free for flight, free in Inventory(client).free(flight_ids).items() if free is not None}
    truth = read_free_seats(connection, list(counted))
    suspects = [flight_id for flight_id, free in counted.items() if free != truth.get(flight_id, 0)]
    in_flight = _count_in_flight(connection, client, suspects)
    drifts = {flight_id: counted[flight_id] + in_flight.get(flight_id, 0) - truth.get(flight_id, 0) for flight_id in suspects}
    return {flight_id: drift for flight_id, drift in drifts.items() if drift}


def find_standing_drift(connection: RawConnection, client: redis.Redis, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """As `find_drift`, while bookings are processed: each flight with a difference is measured many times, and its drift is the
    result of most of them.

    For a few milliseconds between a commit and the update of Redis there is a difference, for example after each cancelled
    booking. A measurement only counts if the counts in Redis did not change during it; a flight that changes all the time is left
    out.
    """
    measured: dict[UUID, Counter[int]] = {flight_id: Counter() for flight_id in find_drift(connection, client, flight_ids)}
    for _ in range(MEASUREMENTS if measured else 0):
        for flight_id, drifts in measured.items():
            drift = _measure(connection, client, flight_id)
            if drift is not None:
                drifts[drift] += 1
        time.sleep(random.uniform(0, PAUSE_SECONDS))
    usual = {flight_id: _majority(drifts) for flight_id, drifts in measured.items()}
    return {flight_id: drift for flight_id, drift in usual.items() if drift}


def _majority(drifts: Counter[int]) -> int:
    """The result of more than half of the measurements; 0 if no result has a majority."""
    for drift, times in drifts.most_common(1):
        if 2 * times > drifts.total():
            return drift
    return 0


def _measure(connection: RawConnection, client: redis.Redis, flight_id: UUID) -> int | None:
    """The drift of one flight. None if the flight is not loaded in Redis, or if its counts there changed during the measurement."""
    before = _read(client, flight_id)
    if before is None:
        return None
    free, reserved = before
    row = connection.execute(
        f"""
        SELECT (SELECT total_seats - seats_held - seats_sold FROM flights WHERE id = %s),
               ARRAY(SELECT id FROM bookings WHERE id = ANY(%s) AND status = {BookingStatus.PENDING.sql})
        """,  # noqa: S608  # only constants
        (flight_id, list(reserved)),
    ).fetchone()
    if row is None or _read(client, flight_id) != before:
        return None
    truth, pending = row
    return free + sum(reserved[booking_id] for booking_id in pending) - (truth or 0)


def _read(client: redis.Redis, flight_id: UUID) -> tuple[int, dict[UUID, int]] | None:
    """The free seats in Redis, and the seats that bookings have reserved there, read in one transaction."""
    pipeline = client.pipeline(transaction=True)
    pipeline.hget(keys.inventory(flight_id), "free")
    pipeline.hgetall(keys.reservations(flight_id))
    free, entries = pipeline.execute()
    return None if free is None else (int(free), _reserved(entries))


def _reserved(entries: dict[bytes, bytes]) -> dict[UUID, int]:
    return {UUID(booking.decode()): int(entry) for booking, entry in entries.items() if entry != b"R"}


def _count_in_flight(connection: RawConnection, client: redis.Redis, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The seats that bookings have reserved in Redis and not in Postgres yet. A booking may be on several of these flights."""
    reserved = {
        flight_id: _reserved(cast("dict[bytes, bytes]", client.hgetall(keys.reservations(flight_id)))) for flight_id in flight_ids
    }
    rows = connection.execute(
        f"SELECT id FROM bookings WHERE id = ANY(%s) AND status = {BookingStatus.PENDING.sql}",  # noqa: S608  # only constants
        (list({each for of in reserved.values() for each in of}),),
    ).fetchall()
    pending = {row[0] for row in rows}
    return {
        flight_id: sum(seats for booking_id, seats in of.items() if booking_id in pending) for flight_id, of in reserved.items()
    }
