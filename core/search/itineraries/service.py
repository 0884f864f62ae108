"""Find itineraries for a request: search the timetable, and keep the itineraries that have free seats for the party now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np

from core.db import Snapshot
from core.flights import rules
from core.places import registry
from core.search.itineraries import search, views
from core.search.itineraries.joining import Rules
from core.search.itineraries.ranking import Ranking
from core.search.itineraries.search import FoundItineraries, ItineraryQuery
from core.search.itineraries.tables import DAY_SECONDS, DayTable, day_number, moment
from core.search.itineraries.timetable import Timetable
from core.search.itineraries.views import ItinerariesView

ROUNDS: Final = 8
"""How many times the search is repeated without sold-out flights. Each time the seats of twice as many itineraries are read."""

MOST_ASKED: Final = 400
"""The most itineraries whose seats are read at once."""
UNKNOWN: Final = -1
NOTHING: Final = views.listed([], complete=True)

FreeSeats = Callable[[Sequence[UUID]], Awaitable[dict[UUID, int]]]
"""Reads the free seats of many flights. Unknown flights are not in the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItineraryRequest:
    """A request. The place keys are those of `End.key` (`core/places/route.py`). `day`: local date at the source. `party`: seats
    on each flight.
    """

    source_key: str
    destination_key: str
    day: date
    party: int
    ranking: Ranking
    limit: int


async def find_itineraries(
    timetable: Timetable, snapshot: Snapshot, free_seats: FreeSeats, request: ItineraryRequest, connections: Rules, now: datetime
) -> ItinerariesView:
    """The best itineraries with free seats for the party on every flight.

    Raises:
        psycopg.OperationalError, Unavailable: the database cannot be reached.
    """
    if not _may_have_flights(request.day, now):
        return NOTHING
    await timetable.refresh()
    answer = await _answer(timetable, snapshot, free_seats, request, connections, now)
    if answer is None:
        # The flights in the database differ from the timetable: one was changed just now, or Redis could not tell us of changes.
        timetable.forget_all()
        answer = await _answer(timetable, snapshot, free_seats, request, connections, now)
    return answer or views.listed([], complete=False)


async def _answer(
    timetable: Timetable, snapshot: Snapshot, free_seats: FreeSeats, request: ItineraryRequest, connections: Rules, now: datetime
) -> ItinerariesView | None:
    """The response; None if the timetable and the database contradict each other."""
    first, last = _utc_days(request.source_key, request.day)
    tables = await timetable.days(first, last)
    source = timetable.places.find(request.source_key)
    if source is None:
        return NOTHING
    query = ItineraryQuery(
        source=source,
        destination=UNKNOWN,
        date=day_number(request.day),
        now=moment(now),
        ranking=request.ranking,
        rules=connections,
    )
    for _ in range(connections.max_stops):
        end = await timetable.run(partial(search.last_departure, tables, query))
        if end is not None and end // DAY_SECONDS > last:
            last = end // DAY_SECONDS
            tables = await timetable.days(first, last)
    destination = timetable.places.find(request.destination_key)
    if destination is None:
        return NOTHING
    query = replace(query, destination=destination)
    found, free = await _with_seats(timetable, tables, query, free_seats, request)
    view = await asyncio.to_thread(_seen, snapshot, found, free, request.party)
    if not found.other_currencies or view is None:
        return view
    seen = [view]
    for currency in found.other_currencies:
        found, free = await _with_seats(timetable, tables, replace(query, currency=currency), free_seats, request)
        other = await asyncio.to_thread(_seen, snapshot, found, free, request.party)
        if other is None:
            return None
        seen.append(other)
    return views.merged(seen, request.ranking, request.limit)


async def _with_seats(
    timetable: Timetable, tables: Sequence[DayTable], query: ItineraryQuery, free_seats: FreeSeats, request: ItineraryRequest
) -> tuple[FoundItineraries, dict[UUID, int]]:
    """The best itineraries with free seats, and the free seats of their flights. Seats are read only for itineraries that may be
    shown.

    When flights of the best itineraries are sold out, others become the best. So the search is repeated without the sold-out flights.
    """
    free: dict[UUID, int] = {}
    full: set[int] = set()
    count = request.limit
    found = await timetable.run(partial(search.find, tables, query, count))
    query = replace(query, currency=found.currency)
    for _ in range(ROUNDS):
        segments = {segment for itinerary in found.itineraries for segment in itinerary.segments}
        free |= await free_seats([segment.flight_id for segment in segments if segment.flight_id not in free])
        full |= {segment.row for segment in segments if free.get(segment.flight_id, 0) < request.party}
        page = replace(found, itineraries=found.itineraries[: request.limit])
        if not any(segment.row in full for itinerary in page.itineraries for segment in itinerary.segments):
            return page, free
        count = min(2 * count, MOST_ASKED)
        without = np.array(sorted(full), dtype=np.int64)
        found = await timetable.run(partial(search.find, tables, query, count, left_out=without, weights=found.weights))
    known = [
        itinerary
        for itinerary in found.itineraries
        if all(free.get(segment.flight_id, 0) >= request.party for segment in itinerary.segments)
    ]
    return replace(found, itineraries=known[: request.limit], complete=False), free


def _seen(snapshot: Snapshot, found: FoundItineraries, free: dict[UUID, int], party: int) -> ItinerariesView | None:
    """The itineraries with the present data of their flights; None if a flight differs from the timetable."""
    if not found.itineraries:
        return views.listed([], complete=found.complete)
    with snapshot() as connection:
        flights = views.read_flights(
            connection, list({segment.flight_id for itinerary in found.itineraries for segment in itinerary.segments})
        )
    seen = [views.itinerary(itinerary, flights, free, party=party) for itinerary in found.itineraries]
    data = [each for each in seen if each is not None]
    return views.listed(data, complete=found.complete) if len(data) == len(seen) else None


def _may_have_flights(day: date, now: datetime) -> bool:
    """Whether the day is not over in every time zone, and is in the years that flights may have."""
    return max(rules.EARLIEST.date(), (now - timedelta(hours=12)).date()) <= day < rules.LATEST.date()


def _utc_days(place_key: str, day: date) -> tuple[int, int]:
    """The first and the last UTC day that overlap a local day."""
    clock = registry.zone(registry.airport(place_key))
    begin, end = (datetime.combine(each, time(), clock).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return day_number(begin.date()), day_number((end - timedelta(seconds=1)).date())
