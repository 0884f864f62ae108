"""Answer who asks how to get from one place to another: search the timetable, and keep what has seats for the party right now."""

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
"""How often sold-out flights are left out and the search begins again. Each round asks for the seats of twice as many itineraries."""

MOST_ASKED: Final = 400
"""Itineraries that are looked into at once."""
UNKNOWN: Final = -1
NOTHING: Final = views.listed([], complete=True)

FreeSeats = Callable[[Sequence[UUID]], Awaitable[dict[UUID, int]]]
"""Seats that are free now, for many flights at once; unknown flights are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItineraryRequest:
    """What a traveller wants. Place keys as in `core/places/registry.py`; `day` as at the source; `party` is the seats on each flight."""

    source_key: str
    destination_key: str
    day: date
    party: int
    ranking: Ranking
    limit: int


async def find_itineraries(
    timetable: Timetable, snapshot: Snapshot, free_seats: FreeSeats, request: ItineraryRequest, connections: Rules, now: datetime
) -> ItinerariesView:
    """The best itineraries to fly, each with seats for the party on every flight.

    Raises:
        psycopg.OperationalError, Unavailable: what the database says when it is away.
    """
    if not _may_have_flights(request.day, now):
        return NOTHING
    await timetable.refresh()
    answer = await _answer(timetable, snapshot, free_seats, request, connections, now)
    if answer is None:
        # Flights are not what the timetable says: one changed this very moment, or nobody could tell us of changes.
        timetable.forget_all()
        answer = await _answer(timetable, snapshot, free_seats, request, connections, now)
    return answer or views.listed([], complete=False)


async def _answer(
    timetable: Timetable, snapshot: Snapshot, free_seats: FreeSeats, request: ItineraryRequest, connections: Rules, now: datetime
) -> ItinerariesView | None:
    """None where the timetable and the database contradict each other."""
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
    """The best itineraries that have seats, and the free seats of their flights. Only flights of itineraries that might be shown are asked about.

    An itinerary can be among the best only because others are sold out, so these are left out and the search begins again.
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
    """The flights as they are in the database now; None where one has changed since it was searched."""
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
    """Whether the day is not over on every clock, and is within the years that flights may be in."""
    return max(rules.EARLIEST.date(), (now - timedelta(hours=12)).date()) <= day < rules.LATEST.date()


def _utc_days(place_key: str, day: date) -> tuple[int, int]:
    """The first and the last UTC day that a local day has a part of."""
    clock = registry.zone(registry.airport(place_key))
    begin, end = (datetime.combine(each, time(), clock).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return day_number(begin.date()), day_number((end - timedelta(seconds=1)).date())
