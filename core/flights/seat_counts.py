"""The seat counts of flights in Postgres: the last guard against overselling. They are read and changed while the flights are locked.

Every transaction that changes seats first locks its bookings, then its flights, each in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.db import RawConnection, fetch
from core.db.planning import any_length
from core.flights.models import FlightStatus


@dataclass(slots=True)
class SeatCounts:
    """The seats of one locked flight, and what this transaction adds (negative: gives back)."""

    id: UUID
    total: int
    held: int
    sold: int
    cancelled: bool
    departure_ts: datetime
    arrival_ts: datetime
    last_served: int | None
    """The highest sequence number of a booking that got seats."""
    last_served_at: datetime | None
    added_held: int = 0
    added_sold: int = 0

    @property
    def free(self) -> int:
        return self.total - self.held - self.sold - self.added_held - self.added_sold

    def fits(self, seats: int) -> bool:
        """Whether so many seats are free. This decides whether a booking gets its seats. The CHECK constraint of the table
        refuses any error.
        """
        return seats <= self.free

    def hold(self, seats: int) -> None:
        self.added_held += seats

    def sell(self, seats: int) -> None:
        self.added_sold += seats

    def serve(self, sequence: int | None, at: datetime) -> None:
        """Store that a booking got its seats. `sequence`: its number in the line; None for a booking of a release without sequences."""
        if sequence is not None:
            self.last_served = sequence if self.last_served is None else max(self.last_served, sequence)
        self.last_served_at = at


def lock_counts(connection: RawConnection, flight_ids: Iterable[UUID]) -> dict[UUID, SeatCounts]:
    """Lock these flights for the rest of the transaction and read their counts."""
    rows = fetch(
        connection,
        SeatCounts,
        f"""
        SELECT id, total_seats AS total, seats_held AS held, seats_sold AS sold, status = %s AS cancelled, departure_ts, arrival_ts,
               last_served, last_served_at
        FROM flights WHERE id = ANY({any_length("%s", "uuid[]")}) ORDER BY id FOR NO KEY UPDATE
        """,  # noqa: S608  # only constants
        (FlightStatus.CANCELLED, list(flight_ids)),
    )
    return {count.id: count for count in rows}


def write_counts(connection: RawConnection, counts: dict[UUID, SeatCounts]) -> None:
    """Store what was added to locked flights."""
    changed = [(flight_id, count) for flight_id, count in counts.items() if count.added_held or count.added_sold]
    if not changed:
        return
    # The rows are locked, so their values have not changed since they were read.
    connection.execute(
        f"""
        UPDATE flights f SET seats_held = f.seats_held + w.held, seats_sold = f.seats_sold + w.sold,
            last_served = w.served, last_served_at = w.served_at, updated_at = now()
        FROM unnest({any_length("%s", "uuid[]")}, %s::int[], %s::int[], %s::int8[], %s::timestamptz[]) AS w(id, held, sold, served, served_at)
        WHERE f.id = w.id
        """,  # noqa: S608  # only constants
        (
            [flight_id for flight_id, _ in changed],
            [count.added_held for _, count in changed],
            [count.added_sold for _, count in changed],
            [count.last_served for _, count in changed],
            [count.last_served_at for _, count in changed],
        ),
    )


def find_unlocked(connection: RawConnection, flight_ids: Sequence[UUID]) -> list[UUID]:
    """Lock those of these flights that no other transaction has locked, without waiting, and return their ids in order."""
    rows = connection.execute(
        "SELECT id FROM flights WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED", (list(flight_ids),)
    ).fetchall()
    return sorted(row[0] for row in rows)
