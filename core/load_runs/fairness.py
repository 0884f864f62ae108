"""Who was served before his turn. The line of a flight is the order of its bookings' sequence numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Served:
    """A booking that got seats on a flight, or was told that the flight is sold out. `decided_at`: when."""

    flight_id: UUID
    sequence: int
    seats: int
    is_loser: bool
    decided_at: datetime


def count_inversions(line: Iterable[Served]) -> int:
    """How many bookings found no seats although somebody behind them in the line, who asked for as many or more, had been served.

    `line`: flight by flight, and of each the highest sequence number first. Seats that came back after a booking was refused, and were
    sold to somebody behind it, are no inversion.
    """
    inversions = 0
    flight_id: UUID | None = None
    earliest: dict[int, datetime] = {}
    for each in line:
        if each.flight_id != flight_id:
            # For each size of a party: when somebody further behind, of that size or larger, was served first.
            flight_id, earliest = each.flight_id, {}
        if each.is_loser:
            served_at = earliest.get(each.seats)
            inversions += served_at is not None and served_at <= each.decided_at
        else:
            for seats in range(1, each.seats + 1):
                earliest[seats] = min(earliest.get(seats, each.decided_at), each.decided_at)
    return inversions
