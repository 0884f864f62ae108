"""Find itineraries by trying every combination of flights: slow, short, and independent of the search of the product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

By = Literal["best", "price", "fastest"]
HOURS_72 = timedelta(hours=72)


@dataclass(frozen=True)
class Flight:
    """`price` in minor units; `day` is the local date of departure."""

    id: UUID
    source: str
    destination: str
    departure: datetime
    arrival: datetime
    price: int
    currency: str
    day: date


Trip = tuple[Flight, ...]


def trips(
    flights: Sequence[Flight], source: str, destination: str, day: date, *, max_stops: int, wait: tuple[timedelta, timedelta]
) -> list[Trip]:
    """Every itinerary that keeps the rules of a connection, dominated or not."""

    def onward(trip: Trip) -> Iterator[Trip]:
        here = trip[-1]
        if here.destination == destination:
            if here.arrival - trip[0].departure <= HOURS_72:
                yield trip
            return
        if len(trip) > max_stops:
            return
        been = {flight.source for flight in trip} | {here.destination}
        for flight in flights:
            fits = flight.source == here.destination and wait[0] <= flight.departure - here.arrival <= wait[1]
            if fits and flight.destination not in been and flight.currency == trip[0].currency:
                yield from onward((*trip, flight))

    return [trip for flight in flights if flight.source == source and flight.day == day for trip in onward((flight,))]


def price(trip: Trip) -> int:
    return sum(flight.price for flight in trip)


def seconds(trip: Trip) -> int:
    return int((trip[-1].arrival - trip[0].departure).total_seconds())


def beats(one: Trip, other: Trip) -> bool:
    """Whether `one` dominates `other`: it is worse in nothing, and better in something."""
    better = [
        (one[0].departure - other[0].departure).total_seconds(),
        (other[-1].arrival - one[-1].arrival).total_seconds(),
        price(other) - price(one),
        len(other) - len(one),
    ]
    return one[0].currency == other[0].currency and min(better) >= 0 and max(better) > 0


def ranked(found: Sequence[Trip], by: By, *, schedule: Sequence[Trip] = ()) -> list[Trip]:
    """The sensible ones in order. `schedule`: what "the cheapest" and "the fastest" are of, if not of `found`."""
    cheapest = max(1, min(map(price, schedule or found), default=1))
    fastest = max(1, min(map(seconds, schedule or found), default=1))

    def rank(trip: Trip) -> tuple[object, ...]:
        stops = len(trip) - 1
        mix = price(trip) * fastest + (seconds(trip) + 3600 * stops) * cheapest
        first = {"best": (mix,), "price": (price(trip), seconds(trip)), "fastest": (seconds(trip), price(trip))}[by]
        return (*first, price(trip), stops, trip[0].departure, [flight.id for flight in trip])

    undominated = [trip for trip in found if len(trip) == 1 or not any(beats(other, trip) for other in found)]
    return sorted(undominated, key=rank)


def is_possible(trip: Trip, *, wait: tuple[timedelta, timedelta]) -> bool:
    """Whether its connections are possible, checked on the answer and not on the flights."""
    places = [trip[0].source, *(flight.destination for flight in trip)]
    return len(set(places)) == len(places) and all(
        one.destination == two.source and wait[0] <= two.departure - one.arrival <= wait[1] and one.currency == two.currency
        for one, two in pairwise(trip)
    )
