"""The inventory: seat counts of flights in Redis. They are only changed by the Lua scripts in `lua/`.

It is the first, fast guard against overselling. Its counts may be too high or too low (after a restart of Redis, for example), so
Postgres decides last, under the lock of the flight (`core/flights/seat_counts.py`). If the two differ, the flight's keys are
deleted, and the next reservation loads them from Postgres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

import redis
from redis.exceptions import NoScriptError

from core import keys
from core.db import RawConnection, fetch
from core.seats.scripts import SCRIPTS, Script, Scripts
from core.statuses import WITH_SEATS

KEPT_AFTER_DEPARTURE: Final = timedelta(days=1)


class ScriptResult(IntEnum):
    """The result of the reserve script for one booking on one flight. `lua/reserve.lua` explains each value."""

    NEW = 1
    ALREADY = 2
    SOLD_OUT = 0
    NOT_LOADED = -1
    RELEASED = -3
    MISMATCH = -4

    @property
    def is_reserved(self) -> bool:
        """`NEW` or `ALREADY`, the only positive values. The members are not listed here because this runs several times for each booking."""
        return self > 0


ScriptResults = dict[tuple[UUID, UUID], ScriptResult]
"""By flight and booking."""


class Inventory:
    """Calls the scripts, in one pipeline for many flights. Its methods may raise `redis.RedisError`."""

    def __init__(self, client: redis.Redis, scripts: Scripts = SCRIPTS) -> None:
        """`scripts`: only tests of the safeguards in the scripts pass others."""
        self._redis = client
        self._scripts = scripts

    def reserve(self, wanted: Mapping[UUID, Sequence[tuple[UUID, int]]]) -> ScriptResults:
        """Reserve seats: `{flight: [(booking, seats), ...]}`, first come, first served. Returns a result for each booking and
        flight.
        """
        calls = [
            (flight, [part for booking, seats in requests for part in (str(booking), seats)])
            for flight, requests in wanted.items()
        ]
        codes = self._run(self._scripts.reserve, calls)
        return {
            (flight, booking): ScriptResult(code)
            for (flight, requests), flight_codes in zip(wanted.items(), codes, strict=True)
            for (booking, _), code in zip(requests, flight_codes, strict=True)
        }

    def release(self, ended: Mapping[UUID, Sequence[UUID]]) -> None:
        """Release the seats of bookings that have ended: `{flight: [booking, ...]}`. Calling it twice releases them once."""
        self._run(self._scripts.release, [(flight, ["R", *map(str, bookings)]) for flight, bookings in ended.items()])

    def roll_back(self, rolled_back: Mapping[UUID, Sequence[UUID]]) -> None:
        """Release the seats of bookings that are still PENDING and will try again."""
        self._run(self._scripts.release, [(flight, ["-", *map(str, bookings)]) for flight, bookings in rolled_back.items()])

    def load(self, snapshots: Iterable[Snapshot]) -> None:
        """Load flights into Redis, unless they are there already."""
        self._run(
            self._scripts.load,
            [
                (
                    shot.flight_id,
                    [
                        shot.free,
                        int((shot.departure + KEPT_AFTER_DEPARTURE).timestamp()),
                        *(part for booking, seats in shot.holders for part in (str(booking), seats)),
                    ],
                )
                for shot in snapshots
            ],
        )

    def drop(self, flight_ids: Iterable[UUID]) -> None:
        """Delete the keys of flights. The next reservation loads them from Postgres."""
        names = [name for flight_id in flight_ids for name in (keys.inventory(flight_id), keys.reservations(flight_id))]
        if names:
            pipeline = self._redis.pipeline(transaction=False)
            for name in names:
                pipeline.delete(name)
            pipeline.execute()

    def free(self, flight_ids: Sequence[UUID]) -> dict[UUID, int | None]:
        """The free seats in Redis; None for a flight that is not loaded."""
        pipeline = self._redis.pipeline(transaction=False)
        for flight_id in flight_ids:
            pipeline.hget(keys.inventory(flight_id), "free")
        counts = pipeline.execute()
        return {flight_id: None if count is None else int(count) for flight_id, count in zip(flight_ids, counts, strict=True)}

    def _run(self, script: Script, calls: Sequence[tuple[UUID, Sequence[str | int]]]) -> list[Any]:
        if not calls:
            return []
        for _ in range(2):
            pipeline = self._redis.pipeline(transaction=False)
            for flight_id, arguments in calls:
                pipeline.evalsha(script.sha, 2, keys.inventory(flight_id), keys.reservations(flight_id), *arguments)
            try:
                return list(pipeline.execute())
            except NoScriptError:
                # The server was restarted, so it has no scripts. Running a script twice is safe, so the whole pipeline is repeated.
                self._redis.script_load(script.source)
        raise NoScriptError("the server loses scripts immediately after they are loaded")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The free seats of one flight in Postgres, and the bookings that have the others."""

    flight_id: UUID
    free: int
    departure: datetime
    holders: list[tuple[UUID, int]]


@dataclass(frozen=True, slots=True)
class _SnapshotRow:
    """`bookings` and `seats`: the bookings with seats, and the number of seats of each."""

    id: UUID
    free: int
    departure_ts: datetime
    bookings: list[UUID]
    seats: list[int]


def take_snapshots(connection: RawConnection, flight_ids: Sequence[UUID]) -> list[Snapshot]:
    """Read free seats and bookings with seats in one statement, so that both are from the same snapshot."""
    rows = fetch(
        connection,
        _SnapshotRow,
        f"""
        SELECT f.id, f.total_seats - f.seats_held - f.seats_sold AS free, f.departure_ts,
               coalesce(array_agg(b.id) FILTER (WHERE b.id IS NOT NULL), '{{}}') AS bookings,
               coalesce(array_agg(b.seats) FILTER (WHERE b.id IS NOT NULL), '{{}}') AS seats
        FROM flights f LEFT JOIN (
            booking_segments s JOIN bookings b ON b.id = s.booking_id AND b.status IN {WITH_SEATS}
        ) ON s.flight_id = f.id
        WHERE f.id = ANY(%s) GROUP BY f.id
        """,  # noqa: S608  # only constants
        (list(flight_ids),),
    )
    return [Snapshot(row.id, row.free, row.departure_ts, list(zip(row.bookings, row.seats, strict=True))) for row in rows]
