"""Count inversions: bookings that were served out of order. The line of a flight is the order of the sequence numbers of its
bookings.

An example: bookings 1 to 4 want one seat each, and two seats are free. If 1 and 3 get them, 2 is an inversion: it found no seat
although 3, which is later in the line, was served before. 4 is none. (`docs/waiting-line.md`)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Served:
    """A booking that got seats on a flight, or failed as sold out. `decided_at`: when."""

    flight_id: UUID
    sequence: int
    seats: int
    is_loser: bool
    decided_at: datetime


def count_inversions(line: Iterable[Served]) -> int:
    """The number of bookings that found no seats although a later booking in the line, for at least as many seats, had been
    served before.

    `line`: flight by flight, in each the highest sequence number first. Seats that became free after a booking failed, and were
    sold to a later booking, do not count.
    """
    inversions = 0
    flight_id: UUID | None = None
    earliest: dict[int, datetime] = {}
    for each in line:
        if each.flight_id != flight_id:
            # For each size of a party: when a later booking of that size or larger was served first.
            flight_id, earliest = each.flight_id, {}
        if each.is_loser:
            served_at = earliest.get(each.seats)
            inversions += served_at is not None and served_at <= each.decided_at
        else:
            for seats in range(1, each.seats + 1):
                earliest[seats] = min(earliest.get(seats, each.decided_at), each.decided_at)
    return inversions
