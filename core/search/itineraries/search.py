"""Find the best itineraries from one place to another on a day. The result is the same as from trying every combination of flights.

A search has four steps, one module each:

1. `segments.py` takes the flights that can be part of an itinerary from the sorted tables of the days: flights that leave the source
   (first segments), flights that reach the destination (last segments), and flights between the two sets (middle segments).
2. `joining.py` finds for each segment the range of segments that can follow it. Segments are sorted by place and time, so all that
   can follow one are neighbours, and a range is two numbers found by binary search.
3. `best_first.py` lists itineraries in order of their key (`ranking.py`: price and duration as one number, smaller is better), and
   only as many as are needed.
4. `dominance.py` leaves out itineraries that another one beats in every respect.

A worked example: from A to C, waits of 45 minutes to 6 hours, sorted by price.

    flight  from  to  departure  arrival  price
    1       A     C   08:00      12:00    300
    2       A     B   08:00      09:00    100
    3       B     C   09:30      10:30     50
    4       B     C   10:00      11:00    120
    5       B     C   14:00      15:00     90

Step 1: flights 1 and 2 leave A; flights 1, 3, 4 and 5 reach C. Flight 1 is an itinerary by itself. Step 2: somebody on flight 2 may
board at B from 09:45 to 15:00, so flights 4 and 5 can follow and flight 3 cannot. Step 3 gives 2+5 (190), 2+4 (220), 1 (300). Step 4
leaves all three: 2+4 arrives earlier than 2+5, and flight 1 has no stop. If flight 5 cost 130, 2+5 would cost more than 2+4 and
arrive later, so it would be left out.

Searching an array of connections that is sorted by time is close to the Connection Scan Algorithm (Dibbelt, Pajor, Strasser,
Wagner: "Connection Scan Algorithm", ACM Journal of Experimental Algorithmics 23, 2018). That algorithm finds the earliest
arrival; here price, duration and stops count too, so all combinations of at most three flights are ranked. `docs/decisions` says
what was tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from core.search.itineraries import dominance, ranking
from core.search.itineraries.best_first import BestFirst
from core.search.itineraries.itineraries import NO_FLIGHT, Itineraries
from core.search.itineraries.joining import JoinedSegments, Rules, join
from core.search.itineraries.ranking import MAX_SECONDS, Ranking, Weights
from core.search.itineraries.segments import Segments, Span
from core.search.itineraries.tables import DAY_SECONDS, DayTable, Ints, flight_uuid

_FIRST_LIST: Final = 256
_LAST_LIST: Final = 1 << 17
_GROWTH: Final = 8
_ORDERED: Final = 60_000
"""The most itineraries that are sorted completely."""

NOBODY: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItineraryQuery:
    """`source`, `destination`: numbers of places. `date`: local date of the first departure, as a day number. `now`: in the units
    of the tables. `currency`: its number; None: the currency of most flights that leave the source.
    """

    source: int
    destination: int
    date: int
    now: int
    ranking: Ranking
    rules: Rules
    currency: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A flight in the timetable. `row`: its number among the flights of all tables of one search."""

    row: int
    flight_id: UUID
    departure: int
    arrival: int
    price: int


@dataclass(frozen=True, slots=True)
class Itinerary:
    """`price` in thousandths of the currency, for one seat."""

    segments: tuple[Segment, ...]
    price: int
    departure: int
    arrival: int


@dataclass(frozen=True, slots=True)
class FoundItineraries:
    """The best itineraries of one currency, in order. `complete`: there are no others in this currency, or as many as requested
    were found. `weights`: the order. `currency`: the currency that was searched; None if no flight leaves the source.
    `other_currencies`: those of other flights that leave the source.
    """

    itineraries: list[Itinerary]
    complete: bool
    weights: Weights | None
    currency: int | None = None
    other_currencies: tuple[int, ...] = ()


def last_departure(tables: Sequence[DayTable], query: ItineraryQuery) -> int | None:
    """The latest time at which the next flight of an itinerary may depart, according to these tables; None if there is no next
    flight.

    It determines which days have to be loaded. Call it first with the tables of the UTC days of the date; for two stops call it again
    with the tables of all days up to the first result.
    """
    departing = Span(tables, NOBODY).leaving(query.source, query.date, query.now)
    if not len(departing.row) or query.rules.max_stops == 0:
        return None
    latest = int(np.max(departing.departure)) + MAX_SECONDS
    landed = np.max(np.minimum(departing.arrival, departing.departure + MAX_SECONDS))
    second = int(landed) + query.rules.max_wait
    if query.rules.max_stops == 1 or second // DAY_SECONDS > tables[-1].day:
        return min(latest, second)
    longest = max(table.longest for table in tables)
    return min(latest, second + min(longest, MAX_SECONDS) + query.rules.max_wait)


def find(
    tables: Sequence[DayTable], query: ItineraryQuery, count: int, *, left_out: Ints = NOBODY, weights: Weights | None = None
) -> FoundItineraries:
    """The `count` best undominated itineraries of one currency, without the flights whose rows are in `left_out`. Prices of different
    currencies are never compared.

    `weights`: those of the first search, so that leaving out sold-out flights does not change the order of the others.
    """
    span = Span(tables, left_out)
    departing = span.leaving(query.source, query.date, query.now)
    if not len(departing.row):
        return FoundItineraries([], True, weights, query.currency)
    departing, currency, others = _of_one_currency(departing, query.currency)
    joined = join(span, departing, query.destination, query.rules)
    if weights is None:
        weights = _weights(span, joined, query.ranking)
    if weights is None:
        return FoundItineraries([], True, None, currency, others)
    itineraries, complete = _best(span, BestFirst(joined, weights), count)
    found = [_itinerary(span, itineraries, position) for position in range(len(itineraries))]
    return FoundItineraries(found, complete, weights, currency, others)


def _of_one_currency(departing: Segments, currency: int | None) -> tuple[Segments, int, tuple[int, ...]]:
    """The flights with this currency (None: the currency of most flights), that currency, and the other currencies."""
    present, counts = np.unique(departing.currency, return_counts=True)
    if currency is None:
        currency = int(present[np.argmax(counts)])
    others = tuple(present[present != currency].tolist())
    return (departing.take(departing.currency == currency) if others else departing), currency, others


def _weights(span: Span, joined: JoinedSegments, by: Ranking) -> Weights | None:
    match by:
        case Ranking.PRICE:
            return ranking.PRICE
        case Ranking.FASTEST:
            return ranking.FASTEST
        case Ranking.BEST:
            cheapest = _lowest(span, BestFirst(joined, ranking.PRICE), ranking.PRICE)
            fastest = _lowest(span, BestFirst(joined, ranking.FASTEST), ranking.FASTEST)
            return None if cheapest is None or fastest is None else ranking.best(cheapest=cheapest[0], fastest=fastest[1])


def _lowest(span: Span, best_first: BestFirst, weights: Weights) -> tuple[int, int] | None:
    """Price and duration of the first itinerary in the order `PRICE` or `FASTEST`; None if there is no itinerary."""
    key = best_first.smallest_key
    if key is None:
        return None
    price, seconds = weights.price_and_seconds(key)
    if seconds <= ranking.MAX_SECONDS:
        return price, seconds
    # The itinerary with this key takes too long, so the first one that does not has to be listed.
    found, _ = _best(span, best_first, 1)
    return (int(found.price[0]), int(found.arrival[0] - found.departure[0])) if len(found) else None


def _best(span: Span, best_first: BestFirst, count: int) -> tuple[Itineraries, bool]:
    """The first `count` undominated itineraries in order, and whether this is certain."""
    size = 1 if count == 1 else max(_FIRST_LIST, count)
    while True:
        listed = best_first.list(size)
        itineraries, all_of_them = _first(listed.itineraries)
        itineraries = _in_order(span, itineraries)
        itineraries = itineraries.take(
            dominance.undominated(itineraries, count) if count > 1 else np.arange(len(itineraries))[:1]
        )
        if (listed.everything and all_of_them) or (len(itineraries) >= count and not listed.cut):
            return itineraries, True
        if size >= _LAST_LIST:
            return itineraries, False
        best_first = best_first.without(itineraries)
        size *= _GROWTH


def _first(itineraries: Itineraries) -> tuple[Itineraries, bool]:
    """The itineraries with the smallest keys, at most `_ORDERED`. All itineraries of one key are included, or none. And whether
    these are all.
    """
    itineraries = itineraries.take(np.argsort(itineraries.key, kind="stable"))
    if len(itineraries) <= _ORDERED:
        return itineraries, True
    return itineraries.take(itineraries.key < itineraries.key[_ORDERED]), False


def _in_order(span: Span, itineraries: Itineraries) -> Itineraries:
    """Sort by key; equal keys by price, stops, departure, then flight ids, so that the order is the same in every process."""
    tied = np.flatnonzero(itineraries.key[1:] == itineraries.key[:-1])
    if not len(tied):
        return itineraries
    which = np.union1d(tied, tied + 1)
    some, stops = itineraries.take(which), itineraries.stops[which]
    keys = [
        (int(some.key[i]), int(some.price[i]), int(stops[i]), int(some.departure[i]), _ids(span, some.rows[i]))
        for i in range(len(which))
    ]
    order = np.arange(len(itineraries))
    order[which] = which[sorted(range(len(which)), key=keys.__getitem__)]
    return itineraries.take(order)


def _ids(span: Span, rows: Ints) -> list[bytes]:
    found = []
    for row in rows:
        if row != NO_FLIGHT:
            table, there = span.flight(int(row))
            found.append(table.flights.flight_id[there].tobytes())
    return found


def _itinerary(span: Span, itineraries: Itineraries, position: int) -> Itinerary:
    segments = []
    for row in itineraries.rows[position].tolist():
        if row != NO_FLIGHT:
            table, there = span.flight(row)
            flights = table.flights
            times = flights.departure.item(there), flights.arrival.item(there)
            segments.append(Segment(row, flight_uuid(flights.flight_id[there]), *times, flights.price.item(there)))
    return Itinerary(
        tuple(segments),
        int(itineraries.price[position]),
        int(itineraries.departure[position]),
        int(itineraries.arrival[position]),
    )
