"""Find itineraries for a request: search the timetable, and keep the itineraries that have free seats for the party now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np

from core.db import Snapshot
from core.flights import rules
from core.flights.views import FlightView
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


@dataclass(frozen=True, slots=True)
class _Reach:
    """The last UTC day whose flights may be part of an itinerary, as far as is known, and how often that has still to be looked up."""

    last: int
    lookups: int


async def find_itineraries(
    timetable: Timetable, snapshot: Snapshot, request: ItineraryRequest, connections: Rules, now: datetime
) -> ItinerariesView:
    """The best itineraries with free seats for the party on every flight.

    Raises:
        psycopg.OperationalError, Unavailable: the database cannot be reached.
    """
    if not _may_have_flights(request.day, now):
        return NOTHING
    await timetable.refresh()
    result = await _find(timetable, snapshot, request, connections, now)
    if result is None:
        # The flights in the database differ from the timetable: one was changed just now, or a change could not be read from Redis.
        timetable.drop_all()
        result = await _find(timetable, snapshot, request, connections, now)
    return result or views.listed([], complete=False)


async def _find(
    timetable: Timetable, snapshot: Snapshot, request: ItineraryRequest, connections: Rules, now: datetime
) -> ItinerariesView | None:
    """The response; None if the timetable and the database contradict each other.

    If all days are in memory, all of it is one call of a thread, because each change of threads costs as much as some of the steps.
    """
    first, last = _utc_days(request.source_key, request.day)
    reach = _Reach(last, lookups=connections.max_stops)
    while True:
        tables = await timetable.days(first, reach.last)
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
        tables += timetable.held_after(reach.last)
        destination = timetable.places.find(request.destination_key)
        outcome = await timetable.run(partial(_search, snapshot, tables, query, reach, destination, request))
        if not isinstance(outcome, _Reach):
            return outcome
        reach = outcome


def _search(
    snapshot: Snapshot,
    tables: Sequence[DayTable],
    query: ItineraryQuery,
    reach: _Reach,
    destination: int | None,
    request: ItineraryRequest,
) -> ItinerariesView | _Reach | None:
    """The response (None if the timetable and the database contradict each other); a `_Reach` if days have to be loaded first. `tables` may
    have more days than are needed.
    """
    first = tables[0].day
    last = reach.last
    for done in range(1, reach.lookups + 1):
        end = search.last_departure(tables[: last - first + 1], query)
        if end is not None and end // DAY_SECONDS > last:
            last = end // DAY_SECONDS
            if last > tables[-1].day:
                return _Reach(last, reach.lookups - done)
    if destination is None:
        return NOTHING
    tables = tables[: last - first + 1]
    query = replace(query, destination=destination)
    view, other_currencies = _of_one_currency(snapshot, tables, query, request)
    if not other_currencies or view is None:
        return view
    found = [view]
    for currency in other_currencies:
        other, _ = _of_one_currency(snapshot, tables, replace(query, currency=currency), request)
        if other is None:
            return None
        found.append(other)
    return views.merged(found, request.ranking, request.limit)


def _of_one_currency(
    snapshot: Snapshot, tables: Sequence[DayTable], query: ItineraryQuery, request: ItineraryRequest
) -> tuple[ItinerariesView | None, tuple[int, ...]]:
    """The best itineraries with the present data of their flights (None if a flight differs from the timetable), and the other
    currencies of the flights that leave the source.
    """
    found, flights = _with_seats(snapshot, tables, query, request)
    seen = [views.itinerary(itinerary, flights, party=request.party) for itinerary in found.itineraries]
    data = [each for each in seen if each is not None]
    view = views.listed(data, complete=found.complete) if len(data) == len(seen) else None
    return view, found.other_currencies


def _with_seats(
    snapshot: Snapshot, tables: Sequence[DayTable], query: ItineraryQuery, request: ItineraryRequest
) -> tuple[FoundItineraries, dict[UUID, FlightView]]:
    """The best itineraries with free seats, and their flights. Flights are read only for itineraries that may be shown.

    When flights of the best itineraries are sold out, others become the best. So the search is repeated without the sold-out flights.
    """
    flights: dict[UUID, FlightView] = {}
    full: set[int] = set()
    count = request.limit
    found = search.find(tables, query, count)
    query = replace(query, currency=found.currency)
    for _ in range(ROUNDS):
        segments = {segment for itinerary in found.itineraries for segment in itinerary.segments}
        unread = {segment.flight_id for segment in segments} - flights.keys()
        if unread:
            with snapshot() as connection:
                flights |= views.read_flights(connection, list(unread))
        full |= {segment.row for segment in segments if not _has_seats(flights, segment.flight_id, request.party)}
        page = replace(found, itineraries=found.itineraries[: request.limit])
        if not any(segment.row in full for itinerary in page.itineraries for segment in itinerary.segments):
            return page, flights
        count = min(2 * count, MOST_ASKED)
        without = np.array(sorted(full), dtype=np.int64)
        found = search.find(tables, query, count, left_out=without, weights=found.weights)
    known = [
        itinerary
        for itinerary in found.itineraries
        if all(_has_seats(flights, segment.flight_id, request.party) for segment in itinerary.segments)
    ]
    return replace(found, itineraries=known[: request.limit], complete=False), flights


def _has_seats(flights: Mapping[UUID, FlightView], flight_id: UUID, party: int) -> bool:
    return flight_id in flights and flights[flight_id].available_seats >= party


def _may_have_flights(day: date, now: datetime) -> bool:
    """Whether the day is not over in every time zone, and is in the years that flights may have."""
    return max(rules.EARLIEST.date(), (now - timedelta(hours=12)).date()) <= day < rules.LATEST.date()


def _utc_days(place_key: str, day: date) -> tuple[int, int]:
    """The first and the last UTC day that overlap a local day."""
    clock = registry.zone(registry.airport(place_key))
    begin, end = (datetime.combine(each, time(), clock).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return day_number(begin.date()), day_number((end - timedelta(seconds=1)).date())
