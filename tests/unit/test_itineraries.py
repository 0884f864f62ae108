"""Itineraries are the same, in the same order, as from trying every combination of flights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.search.itineraries import best_first, search
from core.search.itineraries.joining import Rules
from core.search.itineraries.ranking import Ranking
from core.search.itineraries.search import FoundItineraries, ItineraryQuery, find, last_departure
from core.search.itineraries.tables import DAY_SECONDS, DayTable, Flights, NumberedNames, day_number, moment
from tests.support import oracle
from tests.support.oracle import Flight

TODAY = datetime(2030, 3, 10, tzinfo=UTC)
OFFSETS = {"AAA": 0, "BBB": 14, "CCC": -12, "DDD": 5.5, "EEE": -3, "FFF": 0}
"""Hours that the clocks of places are ahead of UTC."""
PLACES = list(OFFSETS)
WAIT = timedelta(minutes=45), timedelta(hours=6)
LONG_AGO = -1


def flight(
    number: int, source: str, destination: str, departs: datetime, minutes: int, price: int = 100, currency: str = "INR"
) -> Flight:
    day = (departs + timedelta(hours=OFFSETS[source])).date()
    return Flight(
        UUID(int=number << 64 | number), source, destination, departs, departs + timedelta(minutes=minutes), price, currency, day
    )


CURRENCIES = ["INR", "USD"]


def tables_of(flights: Sequence[Flight]) -> tuple[list[DayTable], NumberedNames]:
    """A table for each UTC day from the first to the last, empty ones too, as the timetable would give them."""
    places, currencies = NumberedNames(), NumberedNames()
    places.of(PLACES)
    currencies.of(CURRENCIES)
    columns = Flights(
        source=places.of(each.source for each in flights),
        destination=places.of(each.destination for each in flights),
        departure=np.array([moment(each.departure) for each in flights], dtype=np.int64),
        arrival=np.array([moment(each.arrival) for each in flights], dtype=np.int64),
        price=np.array([each.price for each in flights], dtype=np.int64),
        currency=currencies.of(each.currency for each in flights),
        date=np.array([day_number(each.day) for each in flights], dtype=np.int32),
        flight_id=np.frombuffer(b"".join(each.id.bytes for each in flights), dtype="V16"),
    )
    days = columns.departure // DAY_SECONDS
    every_day = range(int(days.min()), int(days.max()) + 1) if len(days) else range(0)
    return [DayTable.of(day, columns.take(days == day)) for day in every_day], places


def query(
    places: NumberedNames, source: str, destination: str, day: date, by: Ranking, max_stops: int = 2, currency: str = "INR"
) -> ItineraryQuery:
    one, other = places.find(source), places.find(destination)
    assert one is not None
    assert other is not None
    rules = Rules(max_stops=max_stops, min_wait=int(WAIT[0].total_seconds()), max_wait=int(WAIT[1].total_seconds()))
    return ItineraryQuery(
        source=one,
        destination=other,
        date=day_number(day),
        now=LONG_AGO,
        ranking=by,
        rules=rules,
        currency=CURRENCIES.index(currency),
    )


def ids(found: FoundItineraries) -> list[list[UUID]]:
    return [[segment.flight_id for segment in itinerary.segments] for itinerary in found.itineraries]


@st.composite
def timetables(draw: st.DrawFn) -> list[Flight]:
    """Few places, few prices and full hours, so that ties, exact waits and round trips are common."""
    random = Random(draw(st.integers(0, 2**32)))
    count, hours = draw(st.sampled_from([5, 30, 70])), draw(st.sampled_from([12, 24, 60]))
    step = draw(st.sampled_from([15, 45, 180]))
    prices = draw(st.sampled_from([[100], [100, 200], [0, 1, 99, 100, 5_000_000_000]]))
    currencies = draw(st.sampled_from([["INR"], ["INR"], CURRENCIES]))
    places = PLACES[: draw(st.sampled_from([4, 6]))]
    found = []
    for number in range(1, count + 1):
        source, destination = random.choice([("AAA", "CCC"), ("CCC", "DDD"), ("DDD", "BBB"), random.sample(places, 2)])
        departs = TODAY + timedelta(hours=-4, minutes=step * random.randrange(hours * 60 // step))
        minutes = random.choice([step, 2 * step, 60, 90, 300, random.choice([1500, 4320, random.randrange(1, 6000)])])
        price, currency = random.choice(prices), random.choice(currencies)
        found.append(flight(number, source, destination, departs, minutes, price, currency))
    return found


@settings(max_examples=250, deadline=None)
@given(
    flights=timetables(),
    by=st.sampled_from(Ranking),
    max_stops=st.integers(0, 2),
    count=st.sampled_from([1, 3, 100]),
    day=st.integers(-1, 3),
    first_list=st.sampled_from([1, 2, 256]),
    currency=st.sampled_from(CURRENCIES),
)
def test_itineraries_are_those_that_trying_everything_finds(
    flights: list[Flight], by: Ranking, max_stops: int, count: int, day: int, first_list: int, currency: str
) -> None:
    tables, places = tables_of(flights)
    on = (TODAY + timedelta(days=day)).date()
    paid_in_it = [each for each in flights if each.currency == currency]
    every = oracle.itineraries(paid_in_it, "AAA", "BBB", on, max_stops=max_stops, wait=WAIT)
    expected = [[segment.id for segment in itinerary] for itinerary in oracle.ranked(every, by.value)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_FIRST_LIST", first_list)  # small lists make it go on, several times
        request = query(places, "AAA", "BBB", on, by, max_stops, currency)
        found = find(tables, request, count)
    assert ids(found) == expected[:count]
    assert found.complete
    for itinerary in found.itineraries:
        assert itinerary.price == sum(segment.price for segment in itinerary.segments)


def test_a_cheap_itinerary_that_takes_too_long_does_not_change_the_best_order() -> None:
    """The lowest price is that of an itinerary within 72 hours: with 1,000, the second direct flight is better, with 2 the first."""
    flights = [
        flight(1, "AAA", "CCC", TODAY, 70 * 60, price=1),
        flight(
            2, "CCC", "BBB", TODAY + timedelta(hours=71), 5 * 60, price=1
        ),  # it arrives 76 hours after the departure of flight 1
        flight(
            3, "AAA", "DDD", TODAY + timedelta(hours=20), 60, price=1
        ),  # because of it, flights that arrive so late are searched
        flight(4, "AAA", "BBB", TODAY, 20 * 60, price=1_000),
        flight(5, "AAA", "BBB", TODAY, 10 * 60, price=1_500),
    ]
    tables, places = tables_of(flights)
    found = find(tables, query(places, "AAA", "BBB", TODAY.date(), Ranking.BEST), 10)
    assert ids(found) == [[flights[4].id], [flights[3].id]]


@settings(max_examples=80, deadline=None)
@given(flights=timetables(), by=st.sampled_from(Ranking), full=st.lists(st.integers(1, 40), max_size=10))
def test_without_sold_out_flights_the_others_keep_their_order(flights: list[Flight], by: Ranking, full: list[int]) -> None:
    tables, places = tables_of(flights)
    request = query(places, "AAA", "BBB", TODAY.date(), by)
    schedule = find(tables, request, 100)
    gone = {each.id for number, each in enumerate(flights, 1) if number in full}
    rows = [
        row
        for row, flight_id in enumerate(np.concatenate([t.flights.flight_id for t in tables]) if tables else [])
        if UUID(bytes=flight_id.tobytes()) in gone
    ]
    found = find(tables, request, 100, left_out=np.array(rows, dtype=np.int64), weights=schedule.weights)
    every = oracle.itineraries(
        [each for each in flights if each.currency == "INR"], "AAA", "BBB", TODAY.date(), max_stops=2, wait=WAIT
    )
    left = [itinerary for itinerary in every if not gone & {segment.id for segment in itinerary}]
    assert ids(found) == [[segment.id for segment in itinerary] for itinerary in oracle.ranked(left, by.value, schedule=every)]


@settings(max_examples=80, deadline=None)
@given(flights=timetables(), day=st.integers(-1, 2), max_stops=st.integers(0, 2))
def test_no_flight_of_an_itinerary_leaves_after_the_last_departure_that_was_announced(
    flights: list[Flight], day: int, max_stops: int
) -> None:
    tables, places = tables_of(flights)
    on = TODAY.date() + timedelta(days=day)
    request = query(places, "AAA", "BBB", on, Ranking.BEST, max_stops)

    def until(end: int) -> list[DayTable]:
        return [table for table in tables if table.day <= end]

    known = until(day_number(on) + 1)
    for _ in range(max_stops):
        end = last_departure(known, request) if known else None
        known = until(max(end // DAY_SECONDS, day_number(on) + 1)) if end is not None else known
    assert ids(find(known, request, 100)) == ids(find(tables, request, 100))


@settings(max_examples=60, deadline=None)
@given(before=timetables(), after=timetables())
def test_a_day_with_replaced_routes_is_the_day_loaded_anew(before: list[Flight], after: list[Flight]) -> None:
    day = day_number(TODAY.date())
    changed = ("AAA", "BBB")

    def of_route(flights: list[Flight]) -> list[Flight]:
        return [each for each in flights if (each.source, each.destination) == changed]

    now = [each for each in before if each not in of_route(before)] + of_route(after)
    tables, _ = tables_of(before)
    table = next((table for table in tables if table.day == day), None)
    if table is None:
        return
    replacement, _ = tables_of(of_route(after))
    columns = [each.flights for each in replacement]
    dates = {each.day for each in (*of_route(before), *of_route(after))}
    codes = np.array([0 << 40 | 1 << 18 | day_number(each) for each in dates], dtype=np.int64)
    for other in columns or [table.flights.take(np.zeros(0, dtype=np.intp))]:
        table = table.replaced(codes if other is (columns or [other])[0] else np.zeros(0, dtype=np.int64), other)
    expected = {each.id for each in now if moment(each.departure) // DAY_SECONDS == day}
    assert {UUID(bytes=each.tobytes()) for each in table.flights.flight_id} == expected
    assert (np.diff(table.leaving) >= 0).all()
    assert (np.diff(table.arriving) >= 0).all()


@pytest.mark.parametrize(("minutes", "connects"), [(44, False), (45, True), (360, True), (361, False)])
def test_a_wait_of_exactly_the_shortest_or_the_longest_is_allowed(minutes: int, connects: bool) -> None:
    leaves = TODAY + timedelta(hours=20)
    flights = [
        flight(1, "AAA", "CCC", leaves, 60),
        flight(2, "CCC", "BBB", leaves + timedelta(minutes=60 + minutes), 60),
    ]
    tables, places = tables_of(flights)
    found = find(tables, query(places, "AAA", "BBB", TODAY.date(), Ranking.BEST), 20)
    assert bool(found.itineraries) is connects


def test_an_itinerary_in_two_currencies_is_none() -> None:
    later = TODAY + timedelta(hours=3)
    flights = [flight(1, "AAA", "CCC", TODAY, 60), flight(2, "CCC", "BBB", later, 60, currency="USD")]
    tables, places = tables_of(flights)
    assert find(tables, query(places, "AAA", "BBB", TODAY.date(), Ranking.BEST), 20).itineraries == []


def test_a_flight_that_has_left_begins_no_itinerary() -> None:
    flights = [flight(1, "AAA", "BBB", TODAY, 60), flight(2, "AAA", "BBB", TODAY + timedelta(hours=1), 60)]
    tables, places = tables_of(flights)
    request: Any = query(places, "AAA", "BBB", TODAY.date(), Ranking.BEST)
    at = moment(TODAY)
    later = ItineraryQuery(
        source=request.source,
        destination=request.destination,
        date=request.date,
        now=at,
        ranking=request.ranking,
        rules=request.rules,
    )
    assert ids(find(tables, later, 20)) == [[flights[1].id]]


def test_the_search_of_a_huge_timetable_is_bounded_and_marked_as_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(best_first, "WORK", 50)
    flights = [
        flight(100 * segment + number + 1, *route, TODAY + timedelta(hours=3 * segment, minutes=number), 60, price=100 + number)
        for segment, route in enumerate([("AAA", "CCC"), ("CCC", "DDD"), ("DDD", "BBB")])
        for number in range(60)
    ]
    tables, places = tables_of(flights)
    found = find(tables, query(places, "AAA", "BBB", TODAY.date(), Ranking.PRICE), 20)
    assert not found.complete
    by_id = {each.id: each for each in flights}
    assert all(oracle.is_possible(tuple(by_id[flight_id] for flight_id in itinerary), wait=WAIT) for itinerary in ids(found))


def test_the_currency_of_most_flights_is_searched_and_the_others_are_named() -> None:
    flights = [
        flight(1, "AAA", "BBB", TODAY, 60, 9_000, "INR"),
        flight(2, "AAA", "BBB", TODAY, 60, 80, "USD"),
        flight(3, "AAA", "BBB", TODAY, 60, 8_000, "INR"),
    ]
    tables, places = tables_of(flights)
    request = replace(query(places, "AAA", "BBB", TODAY.date(), Ranking.PRICE), currency=None)
    found = find(tables, request, 20)
    assert (ids(found), found.currency, found.other_currencies) == ([[flights[2].id], [flights[0].id]], 0, (1,))
    other = find(tables, replace(request, currency=1), 20)
    assert (ids(other), other.other_currencies) == ([[flights[1].id]], (0,))
