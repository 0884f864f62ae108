"""Find the best ways from one place to another on a day: the same that one would find by trying every combination of flights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from core.search.itineraries import dominance, ranking
from core.search.itineraries.joint import Joint, Rules, join
from core.search.itineraries.legs import Span
from core.search.itineraries.ranked import Ranked
from core.search.itineraries.ranking import MAX_SECONDS, Ranking, Weights
from core.search.itineraries.tables import DAY_SECONDS, DayTable, Ints, flight_uuid
from core.search.itineraries.ways import NO_FLIGHT, Ways

_FIRST_LIST: Final = 256
_LAST_LIST: Final = 1 << 17
_GROWTH: Final = 8
_ORDERED: Final = 60_000
"""Ways that are put in order at most."""

NOBODY: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`source`, `destination`: numbers of places. `date`: local date of the first departure. `now` in the units of the tables."""

    source: int
    destination: int
    date: int
    now: int
    ranking: Ranking
    rules: Rules


@dataclass(frozen=True, slots=True)
class Leg:
    """A flight as the timetable knows it. `row` names it among the tables of one search."""

    row: int
    flight_id: UUID
    departure: int
    arrival: int
    price: int


@dataclass(frozen=True, slots=True)
class Way:
    """`price` in minor units for one seat."""

    legs: tuple[Leg, ...]
    price: int
    departure: int
    arrival: int


@dataclass(frozen=True, slots=True)
class Found:
    """The best ways in order. `complete`: there are no others, or as many as were asked for. `weights`: how they were ranked."""

    ways: list[Way]
    complete: bool
    weights: Weights | None


def last_departure(tables: Sequence[DayTable], question: Question) -> int | None:
    """When the next flight of an itinerary may leave at the latest, as far as the tables tell; None if there is no next flight.

    Ask with the days that the date has in UTC, and for two stops again with all days up to the answer.
    """
    departing = Span(tables, NOBODY).leaving(question.source, question.date, question.now)
    if not len(departing.row) or question.rules.max_stops == 0:
        return None
    latest = int(np.max(departing.departure)) + MAX_SECONDS
    landed = np.max(np.minimum(departing.arrival, departing.departure + MAX_SECONDS))
    second = int(landed) + question.rules.max_wait
    if question.rules.max_stops == 1 or second // DAY_SECONDS > tables[-1].day:
        return min(latest, second)
    longest = max(table.longest for table in tables)
    return min(latest, second + min(longest, MAX_SECONDS) + question.rules.max_wait)


def find(
    tables: Sequence[DayTable], question: Question, count: int, *, left_out: Ints = NOBODY, weights: Weights | None = None
) -> Found:
    """The `count` best sensible ways, without flights whose rows are in `left_out`.

    `weights`: those of the answer without `left_out`, so that flights that are sold out do not change the order of the others.
    """
    span = Span(tables, left_out)
    departing = span.leaving(question.source, question.date, question.now)
    if not len(departing.row):
        return Found([], True, weights)
    joint = join(span, departing, question.destination, question.rules)
    if weights is None:
        weights = _weights(span, joint, question.ranking)
    if weights is None:
        return Found([], True, None)
    ways, complete = _best(span, Ranked(joint, weights), count)
    return Found([_way(span, ways, position) for position in range(len(ways))], complete, weights)


def _weights(span: Span, joint: Joint, by: Ranking) -> Weights | None:
    match by:
        case Ranking.PRICE:
            return ranking.PRICE
        case Ranking.FASTEST:
            return ranking.FASTEST
        case Ranking.BEST:
            cheapest, _ = _best(span, Ranked(joint, ranking.PRICE), 1)
            fastest, _ = _best(span, Ranked(joint, ranking.FASTEST), 1)
            if not len(cheapest) or not len(fastest):
                return None
            return ranking.best(cheapest=int(cheapest.price[0]), fastest=int(fastest.arrival[0] - fastest.departure[0]))


def _best(span: Span, ranked: Ranked, count: int) -> tuple[Ways, bool]:
    """The first `count` sensible ways in order, and whether that is certain."""
    size = 1 if count == 1 else max(_FIRST_LIST, count)
    while True:
        listed = ranked.list(size)
        ways, all_of_them = _first(listed.ways)
        ways = _in_order(span, ways)
        ways = ways.take(dominance.sensible(ways, count) if count > 1 else np.arange(len(ways))[:1])
        if (listed.everything and all_of_them) or (len(ways) >= count and not listed.cut):
            return ways, True
        if size >= _LAST_LIST:
            return ways, False
        ranked = ranked.without(ways)
        size *= _GROWTH


def _first(ways: Ways) -> tuple[Ways, bool]:
    """Those with the smallest keys, no key for some of its ways only; whether that is all."""
    ways = ways.take(np.argsort(ways.key, kind="stable"))
    if len(ways) <= _ORDERED:
        return ways, True
    return ways.take(ways.key < ways.key[_ORDERED]), False


def _in_order(span: Span, ways: Ways) -> Ways:
    """Sorted by key already; equal keys by price, stops, departure, then the ids of the flights: the same in every process."""
    tied = np.flatnonzero(ways.key[1:] == ways.key[:-1])
    if not len(tied):
        return ways
    which = np.union1d(tied, tied + 1)
    some, stops = ways.take(which), ways.stops[which]
    keys = [
        (int(some.key[i]), int(some.price[i]), int(stops[i]), int(some.departure[i]), _ids(span, some.rows[i]))
        for i in range(len(which))
    ]
    order = np.arange(len(ways))
    order[which] = which[sorted(range(len(which)), key=keys.__getitem__)]
    return ways.take(order)


def _ids(span: Span, rows: Ints) -> list[bytes]:
    found = []
    for row in rows:
        if row != NO_FLIGHT:
            table, there = span.flight(int(row))
            found.append(table.flights.flight_id[there].tobytes())
    return found


def _way(span: Span, ways: Ways, position: int) -> Way:
    legs = []
    for row in ways.rows[position].tolist():
        if row != NO_FLIGHT:
            table, there = span.flight(row)
            flights = table.flights
            times = flights.departure.item(there), flights.arrival.item(there)
            legs.append(Leg(row, flight_uuid(flights.flight_id[there]), *times, flights.price.item(there)))
    return Way(tuple(legs), int(ways.price[position]), int(ways.departure[position]), int(ways.arrival[position]))
