"""The timetable of one process: tables of days in memory, loaded when they are first needed, and updated when flights change.

Before each search, the changes of flights since the last time are read from Redis (`core/flights/announcements/timetable_log.py`), once for
all searches that wait. If a few flights have changed, they are read and replaced in the tables; after a large import the tables of its days
are dropped. While Redis cannot be reached, changes are not announced, so a table is used for a few seconds only.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.db import Snapshot
from core.flights.announcements.timetable_log import Changed, Reader
from core.search.itineraries.loading import Loader
from core.search.itineraries.shared_refresh import SharedRefresh
from core.search.itineraries.tables import DayTable, NumberedNames, day_number
from core.telemetry.incidents import Incident

REDIS_SECONDS: Final = 0.5
"""The time limit for Redis."""
REST_SECONDS: Final = 1.0
"""How long Redis is not used after a failure."""
UNCONFIRMED_SECONDS: Final = 5.0
"""How long a table is used while the changes cannot be read from Redis."""
REFRESH_FROM: Final = 0.5
"""The fraction of its lifetime after which a table that is used is loaded again in the background."""
DAYS_AHEAD: Final = 4
"""The most days after the first that a search may need: itineraries last three days at most."""
MOST_REPLACED: Final = 1000
"""If at most so many pairs of route and day have changed, they are read one by one; otherwise the tables of their days are loaded
again.
"""

Result = TypeVar("Result")
_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Held:
    """The table of a day, or the task that loads it. `begun_at`: start of the loading in monotonic seconds; the data is from then
    or later. `renewal`: the task that loads it again.
    """

    loading: asyncio.Future[DayTable]
    begun_at: float
    renewal: asyncio.Future[DayTable] | None = None

    @property
    def table(self) -> DayTable | None:
        """The table, if it is loaded."""
        return self.loading.result() if _succeeded(self.loading) else None


class Timetable:
    """Use it on the event loop only; loading and searching run in threads of their own.

    `max_bytes`: memory for tables that no search is using now. `seconds`: how long a table is used if no change was announced. It
    is limited because a process may crash between a change and its announcement.
    """

    def __init__(self, snapshot: Snapshot, client: Redis, *, max_bytes: int, seconds: float) -> None:
        self.places = NumberedNames()
        self._loader = Loader(self.places, NumberedNames())
        self._snapshot = snapshot
        self._changes = Reader(client)
        self._outage = Incident(_log, "the timetable gets no changes from Redis", "the timetable gets changes from Redis again")
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._days: OrderedDict[int, _Held] = OrderedDict()
        self._rounds = SharedRefresh(self._catch_up)
        self._version = 0
        self._resting_until = 0.0
        self._loads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="timetable-load")
        self._searches = ThreadPoolExecutor(max_workers=2, thread_name_prefix="timetable-search")
        self.loaded = 0
        """How many days were loaded from the database."""

    async def refresh(self) -> None:
        """After this, the tables of `days` have every change that was announced before this call."""
        await self._rounds.join()

    async def days(self, first: int, last: int) -> list[DayTable]:
        """The tables of the UTC days from `first` to `last`.

        Raises:
            psycopg.OperationalError, Unavailable: the database cannot be reached.
        """
        return list(await asyncio.gather(*(self._day(day) for day in range(first, last + 1))))

    def held_after(self, last: int) -> list[DayTable]:
        """The tables of the days after `last` that are in memory, up to the first that is not. A search that needs them does not
        have to load them.
        """
        tables: list[DayTable] = []
        for day in range(last + 1, last + 1 + DAYS_AHEAD):
            held = self._days.get(day)
            if held is None or held.table is None or time.monotonic() - held.begun_at > self._seconds:
                break
            tables.append(held.table)
            self._use(day, held)
        return tables

    def drop_all(self) -> None:
        """Drop all tables, because an error was found in one of them."""
        self._days.clear()

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run a search, which takes milliseconds, in a thread instead of on the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._searches, work)

    @property
    def held_bytes(self) -> int:
        return sum(held.table.nbytes for held in self._days.values() if held.table is not None)

    @property
    def held_days(self) -> list[int]:
        """The days in memory, the least recently used first."""
        return list(self._days)

    async def close(self) -> None:
        """Stop the threads after their present work."""
        for held in self._days.values():
            for task in (held.loading, held.renewal):
                if task is not None:
                    task.cancel()
        self._loads.shutdown(wait=False, cancel_futures=True)
        self._searches.shutdown(wait=False, cancel_futures=True)

    async def _day(self, day: int) -> DayTable:
        held = self._days.get(day)
        age = time.monotonic() - held.begun_at if held else 0.0
        if held is None or age > self._seconds:
            held = self._days[day] = self._begin(day)
        self._use(day, held)
        # If one caller is cancelled, loading must go on for the others.
        return await asyncio.shield(held.loading)

    def _use(self, day: int, held: _Held) -> None:
        """Keep a day in memory for longer than others, and load it again in the background when it is old."""
        age = time.monotonic() - held.begun_at
        if age > self._seconds * REFRESH_FROM and held.table is not None and held.renewal is None:
            self._renew(day, held)
        self._days.move_to_end(day)

    def _begin(self, day: int) -> _Held:
        """Start loading a day. All callers that need it share the task."""
        held = _Held(asyncio.ensure_future(self._load(day)), time.monotonic())

        def loaded(task: asyncio.Future[DayTable]) -> None:
            if not _succeeded(task) and self._days.get(day) is held:
                del self._days[day]
            self._make_room()

        held.loading.add_done_callback(loaded)
        return held

    def _renew(self, day: int, held: _Held) -> None:
        """Load a day again in the background. The old table is used in the meantime."""
        fresh = self._begin(day)
        held.renewal = fresh.loading

        def loaded(task: asyncio.Future[DayTable]) -> None:
            held.renewal = None
            if _succeeded(task) and self._days.get(day) is held:  # the table was not changed in the meantime
                self._days[day] = fresh

        fresh.loading.add_done_callback(loaded)

    async def _load(self, day: int) -> DayTable:
        def load() -> DayTable:
            with self._snapshot() as connection:
                return self._loader.load(connection, day)

        self.loaded += 1
        return await asyncio.get_running_loop().run_in_executor(self._loads, load)

    def _make_room(self) -> None:
        """Drop the least recently used tables."""
        too_much = self.held_bytes - self._max_bytes
        for day, held in list(self._days.items()):
            if too_much <= 0:
                break
            if held.table is not None:
                too_much -= held.table.nbytes
                del self._days[day]

    async def _catch_up(self) -> None:
        """Apply the changes since the last time."""
        if time.monotonic() < self._resting_until:
            self._drop_older_than(UNCONFIRMED_SECONDS)
            return
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                latest = await self._changes.since(self._version)
        except (RedisError, TimeoutError) as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            self._version = 0
            self._drop_older_than(UNCONFIRMED_SECONDS)
            self._outage.failed(error=str(error) or type(error).__name__)
            return
        self._outage.succeeded()
        if latest.changes is None:
            self._days.clear()
        elif latest.changes:
            await self._apply(latest.changes)
        self._version = latest.version

    def _drop_older_than(self, seconds: float) -> None:
        """Drop the tables that were loaded longer ago."""
        for day, held in list(self._days.items()):
            if time.monotonic() - held.begun_at > seconds:
                del self._days[day]

    async def _apply(self, changes: Sequence[Changed]) -> None:
        route_days = {each for changed in changes for each in changed.route_days}
        days = {each for changed in changes for each in changed.days}
        if len(route_days) > MOST_REPLACED:
            days |= {day for _, _, day in route_days}
            route_days.clear()
        for day in _utc_days(days):
            self._days.pop(day, None)
        changed_days = _utc_days(day for _, _, day in route_days)
        affected = {day: held for day, held in self._days.items() if day in changed_days}
        for day, held in affected.items():
            if held.table is None:  # it is being loaded, and the data may be from before the change
                del self._days[day]
        tables = {day: held.table for day, held in affected.items() if held.table is not None}
        if not tables:
            return

        def replace() -> list[DayTable]:
            with self._snapshot() as connection:
                return self._loader.replace(connection, list(tables.values()), list(route_days))

        replaced: list[DayTable] = []
        with suppress(Exception):  # the next caller loads the day, and gets the error if it fails again
            replaced = await asyncio.get_running_loop().run_in_executor(self._loads, replace)
        for day, held in affected.items():
            if self._days.get(day) is held:
                del self._days[day]
        for table in replaced:
            done: asyncio.Future[DayTable] = asyncio.get_running_loop().create_future()
            done.set_result(table)
            self._days[table.day] = _Held(done, affected[table.day].begun_at)
        self._make_room()


def _utc_days(local_dates: Iterable[date]) -> set[int]:
    """The UTC days on which flights of these local dates may depart."""
    return {day_number(day) + shift for day in local_dates for shift in (-1, 0, 1)}


def _succeeded(task: asyncio.Future[DayTable]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
