"""Itineraries as they are sent to clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, assert_never
from uuid import UUID

import msgspec
from msgspec import Meta
from psycopg.sql import SQL

from core.db import RawConnection, fetch
from core.flights.models import FlightStatus
from core.flights.views import COLUMNS, FlightRow, FlightView
from core.money import SMALLEST_PER_UNIT
from core.search.itineraries.ranking import STOP_SECONDS, Ranking
from core.search.itineraries.search import Itinerary, Segment
from core.search.itineraries.tables import moment

_FLIGHTS = SQL("SELECT {columns} FROM flights WHERE id = ANY(%s)").format(columns=COLUMNS)


class ItineraryView(msgspec.Struct, frozen=True, kw_only=True):
    """An itinerary to fly, in the order of travel. Its flights can be booked as one trip, in this order.

    `total_price` is for the whole party; the `price` of a flight is for one seat. `available_seats`: of the fullest flight.
    `duration_minutes`: from the first departure to the last arrival, waits included; begun minutes count.
    """

    segments: list[FlightView]
    stops: Annotated[int, Meta(ge=0, le=2)]
    duration_minutes: Annotated[int, Meta(ge=1)]
    total_price: Annotated[Decimal, Meta(examples=["15000.00"])]
    currency: Annotated[str, Meta(examples=["INR"])]
    available_seats: int


class ItinerariesView(msgspec.Struct, frozen=True, kw_only=True):
    """Best first. `complete` is false where there may be more: so many flights are sold out, or so many connect, that the search
    ended before it had looked at all of them.

    `currencies`: what they are paid in. Prices of different currencies are not compared: by price, one currency comes after the
    other, in this order; in the best mix a price counts by how it compares with the cheapest of its currency.
    """

    data: list[ItineraryView]
    complete: bool
    currencies: Annotated[list[str], Meta(examples=[["INR"]])]


def listed(data: list[ItineraryView], *, complete: bool) -> ItinerariesView:
    return ItinerariesView(data=data, complete=complete, currencies=list(dict.fromkeys(each.currency for each in data)))


def merged(views: Sequence[ItinerariesView], order: Ranking, limit: int) -> ItinerariesView:
    """Merge the itineraries of several routes or currencies, each list best first, into one list. The currency with most
    itineraries comes first.
    """
    found = [itinerary for view in views for itinerary in view.data]
    data = sorted(found, key=_measure(found, order))[:limit]
    return listed(data, complete=all(view.complete for view in views))


def _measure(found: Sequence[ItineraryView], order: Ranking) -> Callable[[ItineraryView], tuple[Any, ...]]:
    """The sort key for itineraries of several currencies; smaller is better. It is the order of
    `core/search/itineraries/ranking.py`.
    """
    count = Counter(each.currency for each in found)
    match order:
        case Ranking.PRICE:
            return lambda each: (-count[each.currency], each.currency, each.total_price, each.duration_minutes)
        case Ranking.FASTEST:
            return lambda each: (each.duration_minutes, each.currency, each.total_price)
        case Ranking.BEST:
            smallest = Fraction(1, SMALLEST_PER_UNIT)
            cheapest = {
                currency: max(smallest, Fraction(min(each.total_price for each in found if each.currency == currency)))
                for currency in count
            }
            fastest = min((each.duration_minutes for each in found), default=1)
            stop = Fraction(STOP_SECONDS, 60)
            return lambda each: (
                Fraction(each.total_price) / cheapest[each.currency]
                + (each.duration_minutes + each.stops * stop) / Fraction(fastest),
            )
        case _:
            assert_never(order)


def read_flights(connection: RawConnection, flight_ids: Sequence[UUID]) -> dict[UUID, FlightView]:
    """The flights with these ids. Unknown ids are ignored."""
    return {row.id: row.view for row in fetch(connection, FlightRow, _FLIGHTS, (list(flight_ids),))}


def itinerary(itinerary: Itinerary, flights: Mapping[UUID, FlightView], *, party: int) -> ItineraryView | None:
    """The itinerary for the client; None if one of its flights has changed since the search."""
    segments = []
    for segment in itinerary.segments:
        flight = flights.get(segment.flight_id)
        if flight is None or not _is_still(flight, segment):
            return None
        segments.append(flight)
    return ItineraryView(
        segments=segments,
        stops=len(segments) - 1,
        duration_minutes=-(-(itinerary.arrival - itinerary.departure) // 60),
        total_price=sum((flight.price for flight in segments), Decimal(0)) * party,
        currency=segments[0].currency,
        available_seats=min(flight.available_seats for flight in segments),
    )


def _is_still(flight: FlightView, segment: Segment) -> bool:
    times = moment(flight.departure_ts), moment(flight.arrival_ts)
    return (
        flight.status is FlightStatus.SCHEDULED
        and times == (segment.departure, segment.arrival)
        and flight.price * SMALLEST_PER_UNIT == segment.price
    )
