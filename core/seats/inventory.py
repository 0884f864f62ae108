"""The fast guard: seat counts of flights in Redis, moved only by the scripts in `lua/`. Nobody else touches these keys.

Redis decides fast and may be wrong in either direction; Postgres decides last. On any disagreement the flight's keys are
dropped, and the next reservation loads them again from Postgres.
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


class Outcome(IntEnum):
    """What the reserve script said of one booking on one flight; the legend is on top of `lua/reserve.lua`."""

    NEW = 1
    ALREADY = 2
    SOLD_OUT = 0
    NOT_LOADED = -1
    RELEASED = -3
    MISMATCH = -4

    @property
    def took(self) -> bool:
        return self in (Outcome.NEW, Outcome.ALREADY)


Outcomes = dict[tuple[UUID, UUID], Outcome]
"""By flight and booking."""


class Inventory:
    """The scripts, called in one pipeline for many flights. `redis.RedisError` passes through to the caller."""

    def __init__(self, client: redis.Redis, scripts: Scripts = SCRIPTS) -> None:
        """`scripts`: only a test that shows what a line of them is for names others."""
        self._redis = client
        self._scripts = scripts

    def reserve(self, wanted: Mapping[UUID, Sequence[tuple[UUID, int]]]) -> Outcomes:
        """Take seats: `{flight: [(booking, seats), ...]}`, first come first served. Returns an outcome for each booking and flight."""
        calls = [
            (flight, [part for booking, seats in requests for part in (str(booking), seats)])
            for flight, requests in wanted.items()
        ]
        codes = self._run(self._scripts.reserve, calls)
        return {
            (flight, booking): Outcome(code)
            for (flight, requests), flight_codes in zip(wanted.items(), codes, strict=True)
            for (booking, _), code in zip(requests, flight_codes, strict=True)
        }

    def release(self, gone: Mapping[UUID, Sequence[UUID]]) -> None:
        """Give seats back for bookings that are over: `{flight: [booking, ...]}`. Twice gives back once."""
        self._run(self._scripts.release, [(flight, ["R", *map(str, bookings)]) for flight, bookings in gone.items()])

    def forget(self, undone: Mapping[UUID, Sequence[UUID]]) -> None:
        """Give seats back for bookings that may try again later."""
        self._run(self._scripts.release, [(flight, ["-", *map(str, bookings)]) for flight, bookings in undone.items()])

    def load(self, snapshots: Iterable[Snapshot]) -> None:
        """Put flights into Redis, unless another process was first."""
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
        """Forget flights altogether: the next reservation loads them from Postgres."""
        names = [name for flight_id in flight_ids for name in (keys.inventory(flight_id), keys.reservations(flight_id))]
        if names:
            pipeline = self._redis.pipeline(transaction=False)
            for name in names:
                pipeline.delete(name)
            pipeline.execute()

    def free(self, flight_ids: Sequence[UUID]) -> dict[UUID, int | None]:
        """Free seats as Redis counts them; None where the flight is not loaded."""
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
                # The server was restarted or flushed. The scripts are safe twice, so the whole pipeline runs again.
                self._redis.script_load(script.source)
        raise NoScriptError("the server forgets scripts as fast as they are loaded")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Postgres knows of one flight at one moment."""

    flight_id: UUID
    free: int
    departure: datetime
    holders: list[tuple[UUID, int]]


@dataclass(frozen=True, slots=True)
class _SnapshotRow:
    """`bookings` and `seats`: who holds the seats that are not free, and how many each."""

    id: UUID
    free: int
    departure_ts: datetime
    bookings: list[UUID]
    seats: list[int]


def take_snapshots(connection: RawConnection, flight_ids: Sequence[UUID]) -> list[Snapshot]:
    """Read free seats and who holds the others, in one statement, so that both are of the same moment."""
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
