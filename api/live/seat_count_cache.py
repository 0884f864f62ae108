"""A cache of the free seats of flights: updated by the job events of every commit, and read from Postgres if an entry is missing
or too old.

An entry is used for one second. If a job event is lost, a seat that is sold may be shown as free for one second; it is never sold
twice, because Postgres decides.
"""

from __future__ import annotations

import math
import time
from asyncio import Future
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from core.batching import OF_CLIENTS, Batcher
from core.db import Database
from core.flights.queries import read_free_seats

TRUSTED_SECONDS: Final = 1.0
ENTRIES: Final = 100_000
"""The most flights in the cache. If there are more, the cache is emptied."""


class SeatCountCache:
    """Used on the event loop only."""

    def __init__(self, db: Database) -> None:
        self.generation = 0
        """Changes whenever a number of free seats in the cache changes. What was made of these numbers is valid for one generation."""
        self._db = db
        self._entries: dict[UUID, tuple[int, float]] = {}
        self._refreshing: set[UUID] = set()
        self._reader: Batcher[UUID, int | None] = Batcher("seat-counts", self._read, limit=1000, patience=OF_CLIENTS)

    def note(self, seats: Mapping[UUID, int]) -> None:
        """Store the free seats from a job event."""
        if len(self._entries) > ENTRIES:
            self._entries.clear()
        trusted_until = time.monotonic() + TRUSTED_SECONDS
        for flight_id, free in seats.items():
            before = self._entries.get(flight_id)
            if before is None or before[0] != free:
                self.generation += 1
            self._entries[flight_id] = (free, trusted_until)

    def distrust(self) -> None:
        """Empty the cache, because job events may have been missed."""
        self.generation += 1
        self._entries.clear()

    def cached(self, flight_id: UUID) -> int | None:
        """The free seats, if they are in the cache and not too old. No I/O."""
        entry = self._entries.get(flight_id)
        return entry[0] if entry is not None and entry[1] > time.monotonic() else None

    def cached_of(self, flight_ids: Sequence[UUID]) -> tuple[list[int], float] | None:
        """The free seats of all these flights, and until when they may be used, in seconds of `time.monotonic()`. None if one of
        them is not in the cache or is too old. No I/O.
        """
        entries = [self._entries.get(flight_id) for flight_id in flight_ids]
        present = [entry for entry in entries if entry is not None]
        until = min((trusted_until for _, trusted_until in present), default=math.inf)
        if len(present) < len(entries) or until <= time.monotonic():
            return None
        return [free for free, _ in present], until

    def refresh(self, flight_id: UUID) -> None:
        """Read the free seats of this flight in the background, unless its entry is still new.

        A sold-out flight has no job events. Without this its entry would become too old every second, and bookings that came then
        would be accepted, and fail later as sold out.
        """
        entry = self._entries.get(flight_id)
        if entry is None or flight_id in self._refreshing or entry[1] - time.monotonic() > TRUSTED_SECONDS / 2:
            return
        self._refreshing.add(flight_id)
        self._reader.submit(flight_id).add_done_callback(lambda read: self._refreshed(flight_id, entry, read))

    def _refreshed(self, flight_id: UUID, entry: tuple[int, float], read: Future[int | None]) -> None:
        self._refreshing.discard(flight_id)
        if read.cancelled() or read.exception() is not None:
            return  # the entry becomes too old by itself
        count = read.result()
        # If a job event came in the meantime, it is newer.
        if count is not None and self._entries.get(flight_id) is entry:
            self.note({flight_id: count})

    async def free(self, flight_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Free seats of these flights; unknown flights are left out. One query for all that have no new entry."""
        free_seats: dict[UUID, int] = {}
        reading = []
        for flight_id in flight_ids:
            count = self.cached(flight_id)
            if count is None:
                reading.append((flight_id, self._reader.submit(flight_id)))
            else:
                free_seats[flight_id] = count
        for flight_id, future in reading:
            found = await future
            if found is not None:
                free_seats[flight_id] = found
        self.note({flight_id: free_seats[flight_id] for flight_id, _ in reading if flight_id in free_seats})
        return free_seats

    async def close(self) -> None:
        await self._reader.close()

    def _read(self, flight_ids: list[UUID]) -> list[int | None]:
        with self._db.snapshot() as connection:
            counts = read_free_seats(connection, flight_ids)
        return [counts.get(flight_id) for flight_id in flight_ids]
