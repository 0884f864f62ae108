"""The first part of reserving seats: ask Redis for the seats of a batch of PENDING bookings. `core/lifecycle/reserve.py` decides
about the results and writes them to Postgres; its head explains all steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.bookings.transitions import Line, stages
from core.bookings.unfinished.pending import PendingBooking
from core.clock import now
from core.db import RawConnection
from core.seats.inventory import Inventory, ScriptResult, ScriptResults, take_snapshots


@dataclass(slots=True)
class Reservations:
    """The results of the Lua script for these bookings. `results` has one entry for each requested segment."""

    bookings: list[PendingBooking]
    results: ScriptResults
    picked_up_at: datetime
    reserved_at: datetime
    _encoded: dict[tuple[str, datetime, UUID | None, Line | None], str] = field(default_factory=dict)
    """What `stages` has returned. Most bookings of a batch have equal stages, and encoding them takes longer than deciding."""

    def subset(self, bookings: list[PendingBooking]) -> Reservations:
        """The results for some of the bookings."""
        return Reservations(bookings, self.results, self.picked_up_at, self.reserved_at)

    def by_flights(self) -> list[Reservations]:
        """The results in groups: bookings of the same flights are in one group."""
        groups: dict[frozenset[UUID], list[PendingBooking]] = defaultdict(list)
        for booking in self.bookings:
            groups[frozenset(booking.flight_ids)].append(booking)
        return [self.subset(group) for group in groups.values()]

    def reserved_flights(self, booking: PendingBooking) -> list[UUID]:
        """The flights on which Redis has reserved seats for this booking."""
        processed = [flight_id for flight_id in booking.flight_ids if (flight_id, booking.id) in self.results]
        return [flight_id for flight_id in processed if self.results[flight_id, booking.id].is_reserved]

    def stages(self, last: str, at: datetime, flight_id: UUID | None = None, line: Line | None = None) -> str:
        key = (last, at, flight_id, line)
        if key not in self._encoded:
            reached = (("picked_up", self.picked_up_at), ("reserved", self.reserved_at), (last, at))
            self._encoded[key] = stages(*reached, flight_id=flight_id, line=line)
        return self._encoded[key]


def reserve_in_redis(
    inventory: Inventory, bookings: Sequence[PendingBooking], load: Callable[[Sequence[UUID]], None], picked_up_at: datetime
) -> Reservations:
    """Reserve seats in Redis, for all flights in one pipeline. `load(flight_ids)`: loads flights into Redis that it does not have."""
    wanted: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for booking in bookings:
        if booking.refused is None:
            for flight_id in booking.flight_ids:
                wanted[flight_id].append((booking.id, booking.seats))
    results = inventory.reserve(wanted)
    missing: dict[UUID, list[tuple[UUID, int]]] = {}
    for flight_id, requests in wanted.items():
        not_loaded = [
            (booking_id, seats) for booking_id, seats in requests if results[flight_id, booking_id] is ScriptResult.NOT_LOADED
        ]
        if not_loaded:
            missing[flight_id] = not_loaded
    if missing:
        load(sorted(missing))
        results |= inventory.reserve(missing)
    return Reservations(list(bookings), results, picked_up_at, now())


def load_inventory(connection: RawConnection, inventory: Inventory, flight_ids: Sequence[UUID]) -> None:
    """Copy the seat counts of these flights from Postgres to Redis."""
    inventory.load(take_snapshots(connection, flight_ids))
