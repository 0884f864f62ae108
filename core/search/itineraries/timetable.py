"""The timetable of one process: days in memory, loaded when they are first asked for, and changed when flights change.

Before each answer Redis is asked what has changed since (`core/flights/announcements/timetable_log.py`), one question for all who wait. A change of
a few flights is read and put into the days that are held; after an import its days are forgotten. Without Redis nobody tells what
has changed, so a day is believed for seconds only.
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
"""What takes longer counts as away."""
REST_SECONDS: Final = 1.0
"""After a failure, how long Redis is left alone."""
BLIND_SECONDS: Final = 5.0
"""How long a day is believed while nobody can tell what has changed."""
REFRESH_FROM: Final = 0.5
"""The part of its lifetime after which a day that is in use is loaded anew behind the scenes."""
PATCHED: Final = 1000
"""Route days that are read one by one; when more have changed, their days are loaded anew."""

Result = TypeVar("Result")
_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Held:
    """A day, or its loading. `begun_at`: monotonic seconds; what it says was true then or later. `renewal`: it is being loaded anew."""

    loading: asyncio.Future[DayTable]
    begun_at: float
    renewal: asyncio.Future[DayTable] | None = None

    @property
    def table(self) -> DayTable | None:
        """The day, if it has been loaded."""
        return self.loading.result() if _succeeded(self.loading) else None


class Timetable:
    """Used on the event loop only; loads and searches have threads of their own.

    `max_bytes`: memory for days that nobody is searching right now. `seconds`: how long a day may be believed even if no change of it was
    announced, because whoever should have announced one may have died.
    """

    def __init__(self, snapshot: Snapshot, client: Redis, *, max_bytes: int, seconds: float) -> None:
        self.places = NumberedNames()
        self._loader = Loader(self.places, NumberedNames())
        self._snapshot = snapshot
        self._log = Reader(client)
        self._outage = Incident(_log, "the timetable does not hear of changes", "the timetable hears of changes again")
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._days: OrderedDict[int, _Held] = OrderedDict()
        self._rounds = SharedRefresh(self._catch_up)
        self._version = 0
        self._resting_until = 0.0
        self._loads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="timetable-load")
        self._searches = ThreadPoolExecutor(max_workers=2, thread_name_prefix="timetable-search")
        self.loaded = 0
        """Days that were read from the database."""

    async def refresh(self) -> None:
        """From here on, `days` knows every change that was announced before this call."""
        await self._rounds.join()

    async def days(self, first: int, last: int) -> list[DayTable]:
        """The tables of these UTC days and of all between.

        Raises:
            psycopg.OperationalError, Unavailable: what the database says when it is away.
        """
        return list(await asyncio.gather(*(self._day(day) for day in range(first, last + 1))))

    def forget_all(self) -> None:
        """Forget every day: something in one of them was found to be wrong."""
        self._days.clear()

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do something with tables that takes milliseconds, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._searches, work)

    @property
    def held_bytes(self) -> int:
        return sum(held.table.nbytes for held in self._days.values() if held.table is not None)

    @property
    def held_days(self) -> list[int]:
        """The days in memory, the one that was not asked for the longest time first."""
        return list(self._days)

    async def close(self) -> None:
        """Stop the threads, when they have finished what they do."""
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
        elif age > self._seconds * REFRESH_FROM and held.table is not None and held.renewal is None:
            self._renew(day, held)
        self._days.move_to_end(day)
        # A caller that goes away must not take the day away from the others.
        return await asyncio.shield(held.loading)

    def _begin(self, day: int) -> _Held:
        """Load a day, for everybody who asks meanwhile."""
        held = _Held(asyncio.ensure_future(self._load(day)), time.monotonic())

        def loaded(task: asyncio.Future[DayTable]) -> None:
            if not _succeeded(task) and self._days.get(day) is held:
                del self._days[day]
            self._make_room()

        held.loading.add_done_callback(loaded)
        return held

    def _renew(self, day: int, held: _Held) -> None:
        """Load a day anew while everybody is served from what is there."""
        fresh = self._begin(day)
        held.renewal = fresh.loading

        def loaded(task: asyncio.Future[DayTable]) -> None:
            held.renewal = None
            if _succeeded(task) and self._days.get(day) is held:  # nothing has changed the day meanwhile
                self._days[day] = fresh

        fresh.loading.add_done_callback(loaded)

    async def _load(self, day: int) -> DayTable:
        def load() -> DayTable:
            with self._snapshot() as connection:
                return self._loader.load(connection, day)

        self.loaded += 1
        return await asyncio.get_running_loop().run_in_executor(self._loads, load)

    def _make_room(self) -> None:
        """Forget the days that were not asked for the longest time."""
        too_much = self.held_bytes - self._max_bytes
        for day, held in list(self._days.items()):
            if too_much <= 0:
                break
            if held.table is not None:
                too_much -= held.table.nbytes
                del self._days[day]

    async def _catch_up(self) -> None:
        """Take over what has changed since the last time."""
        if time.monotonic() < self._resting_until:
            self._believe_for(BLIND_SECONDS)
            return
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                latest = await self._log.since(self._version)
        except (RedisError, TimeoutError) as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            self._version = 0
            self._believe_for(BLIND_SECONDS)
            self._outage.failed(error=str(error) or type(error).__name__)
            return
        self._outage.succeeded()
        if latest.changes is None:
            self._days.clear()
        elif latest.changes:
            await self._apply(latest.changes)
        self._version = latest.version

    def _believe_for(self, seconds: float) -> None:
        for day, held in list(self._days.items()):
            if time.monotonic() - held.begun_at > seconds:
                del self._days[day]

    async def _apply(self, changes: Sequence[Changed]) -> None:
        route_days = {each for changed in changes for each in changed.route_days}
        days = {each for changed in changes for each in changed.days}
        if len(route_days) > PATCHED:
            days |= {day for _, _, day in route_days}
            route_days.clear()
        for day in _utc_days(days):
            self._days.pop(day, None)
        changed_days = _utc_days(day for _, _, day in route_days)
        touched = {day: held for day, held in self._days.items() if day in changed_days}
        for day, held in touched.items():
            if held.table is None:  # what is being loaded may be from before the change
                del self._days[day]
        tables = {day: held.table for day, held in touched.items() if held.table is not None}
        if not tables:
            return

        def replace() -> list[DayTable]:
            with self._snapshot() as connection:
                return self._loader.replace(connection, list(tables.values()), list(route_days))

        replaced: list[DayTable] = []
        with suppress(Exception):  # whoever asks for the day next loads it, and is told what is wrong
            replaced = await asyncio.get_running_loop().run_in_executor(self._loads, replace)
        for day, held in touched.items():
            if self._days.get(day) is held:
                del self._days[day]
        for table in replaced:
            done: asyncio.Future[DayTable] = asyncio.get_running_loop().create_future()
            done.set_result(table)
            self._days[table.day] = _Held(done, touched[table.day].begun_at)
        self._make_room()


def _utc_days(local_dates: Iterable[date]) -> set[int]:
    """The UTC days that flights of these local dates may depart on."""
    return {day_number(day) + shift for day in local_dates for shift in (-1, 0, 1)}


def _succeeded(task: asyncio.Future[DayTable]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
