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


Itinerary = tuple[Flight, ...]


def itineraries(
    flights: Sequence[Flight], source: str, destination: str, day: date, *, max_stops: int, wait: tuple[timedelta, timedelta]
) -> list[Itinerary]:
    """Every itinerary that keeps the rules of a connection, dominated or not."""

    def onward(itinerary: Itinerary) -> Iterator[Itinerary]:
        here = itinerary[-1]
        if here.destination == destination:
            if here.arrival - itinerary[0].departure <= HOURS_72:
                yield itinerary
            return
        if len(itinerary) > max_stops:
            return
        been = {flight.source for flight in itinerary} | {here.destination}
        for flight in flights:
            fits = flight.source == here.destination and wait[0] <= flight.departure - here.arrival <= wait[1]
            if fits and flight.destination not in been and flight.currency == itinerary[0].currency:
                yield from onward((*itinerary, flight))

    return [itinerary for flight in flights if flight.source == source and flight.day == day for itinerary in onward((flight,))]


def price(itinerary: Itinerary) -> int:
    return sum(flight.price for flight in itinerary)


def seconds(itinerary: Itinerary) -> int:
    return int((itinerary[-1].arrival - itinerary[0].departure).total_seconds())


def beats(one: Itinerary, other: Itinerary) -> bool:
    """Whether `one` dominates `other`: it is worse in nothing, and better in something."""
    better = [
        (one[0].departure - other[0].departure).total_seconds(),
        (other[-1].arrival - one[-1].arrival).total_seconds(),
        price(other) - price(one),
        len(other) - len(one),
    ]
    return one[0].currency == other[0].currency and min(better) >= 0 and max(better) > 0


def ranked(found: Sequence[Itinerary], by: By, *, schedule: Sequence[Itinerary] = ()) -> list[Itinerary]:
    """The sensible ones in order. `schedule`: what "the cheapest" and "the fastest" are of, if not of `found`."""
    cheapest = max(1, min(map(price, schedule or found), default=1))
    fastest = max(1, min(map(seconds, schedule or found), default=1))

    def rank(itinerary: Itinerary) -> tuple[object, ...]:
        stops = len(itinerary) - 1
        mix = price(itinerary) * fastest + (seconds(itinerary) + 3600 * stops) * cheapest
        first = {
            "best": (mix,),
            "price": (price(itinerary), seconds(itinerary)),
            "fastest": (seconds(itinerary), price(itinerary)),
        }[by]
        return (*first, price(itinerary), stops, itinerary[0].departure, [flight.id for flight in itinerary])

    undominated = [itinerary for itinerary in found if len(itinerary) == 1 or not any(beats(other, itinerary) for other in found)]
    return sorted(undominated, key=rank)


def is_possible(itinerary: Itinerary, *, wait: tuple[timedelta, timedelta]) -> bool:
    """Whether its connections are possible, checked on the answer and not on the flights."""
    places = [itinerary[0].source, *(flight.destination for flight in itinerary)]
    return len(set(places)) == len(places) and all(
        one.destination == two.source and wait[0] <= two.departure - one.arrival <= wait[1] and one.currency == two.currency
        for one, two in pairwise(itinerary)
    )
