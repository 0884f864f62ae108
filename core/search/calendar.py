"""The cheapest flight of each day of a month, for travellers who can choose the day."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from core.db import RawConnection, fetch
from core.flights.models import FlightStatus
from core.money import in_units

CHEAPEST: Final = 20
"""How many flights of each day and currency are checked for free seats, beginning with the cheapest."""

_MONTH: Final = f"""
    SELECT departure_date, id, price, currency, departure_ts FROM flights
    WHERE source_key = %s AND destination_key = %s AND departure_date BETWEEN %s AND %s AND status = {FlightStatus.SCHEDULED.sql} AND departure_ts > now()
    ORDER BY departure_date, currency, price, departure_ts, id
"""  # noqa: S608  # only constants


class LowestPrice(msgspec.Struct, frozen=True, kw_only=True):
    """Of one seat on the cheapest flight of a currency with seats for the party."""

    price: Annotated[Decimal, Meta(examples=["7500.00"])]
    currency: Annotated[str, Meta(examples=["INR"])]


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """A local day at the source. `flights`: direct ones that are still to depart, sold out or not.

    `prices`: the lowest of each currency, because prices of different currencies are not compared; the currency of most flights
    of the month comes first. None where none of the twenty cheapest flights of a currency has seats for the party. `price` and
    `currency` are the first of them, or null.
    """

    date: date
    flights: int
    price: Annotated[Decimal | None, Meta(examples=["7500.00"])]
    currency: Annotated[str | None, Meta(examples=["INR"])]
    prices: list[LowestPrice]


@dataclass(frozen=True, slots=True)
class _Flight:
    departure_date: date
    id: UUID
    price: Decimal
    currency: str
    departure_ts: datetime


class Fare(msgspec.Struct, frozen=True, array_like=True):
    flight_id: UUID
    price: Decimal
    currency: str
    departure_ts: datetime


class Day(msgspec.Struct, frozen=True, array_like=True):
    """One day as it is cached. `cheapest`: the cheapest flights of each currency, in order. `departures`: the times of all
    flights.
    """

    date: date
    cheapest: list[Fare]
    departures: list[datetime]

    def ahead(self, now: datetime) -> list[list[Fare]]:
        """The cheapest flights of each currency that have not departed. Currencies without such flights are left out."""
        by_currency: dict[str, list[Fare]] = {}
        for fare in self.cheapest:
            if fare.departure_ts > now:
                by_currency.setdefault(fare.currency, []).append(fare)
        return list(by_currency.values())


def find_days(connection: RawConnection, source_key: str, destination_key: str, month: date) -> list[Day]:
    """The days of a month (`month`: any day of it) with scheduled flights that have not departed. It has no seat counts, so it
    can be cached.
    """
    first, last = month.replace(day=1), month.replace(day=monthrange(month.year, month.month)[1])
    flights = fetch(connection, _Flight, _MONTH, (source_key, destination_key, first, last))
    days = []
    for day, of_day in groupby(flights, key=lambda flight: flight.departure_date):
        fares = [Fare(flight.id, flight.price, flight.currency, flight.departure_ts) for flight in of_day]
        days.append(Day(day, _cheapest(fares), [fare.departure_ts for fare in fares]))
    return days


def merge(months: Sequence[Sequence[Day]]) -> Sequence[Day]:
    """Combine the days of several routes (all airport pairs of two cities) into one calendar."""
    if len(months) == 1:
        return months[0]
    of_day: dict[date, list[Day]] = {}
    for day in (day for month in months for day in month):
        of_day.setdefault(day.date, []).append(day)
    return [
        Day(
            each,
            _cheapest(
                sorted(
                    (fare for day in days for fare in day.cheapest),
                    key=lambda fare: (fare.currency, fare.price, fare.departure_ts),
                )
            ),
            [departure for day in days for departure in day.departures],
        )
        for each, days in sorted(of_day.items())
    ]


def list_days(days: Sequence[Day], free: Mapping[UUID, int], *, party: int, now: datetime) -> list[CalendarDay]:
    """The calendar for travellers: days with flights that have not departed. `free`: free seats of flights, as far as they are
    known.
    """
    listed = []
    count = Counter(fare.currency for day in days for fare in day.cheapest)
    for day in days:
        flights = sum(departure > now for departure in day.departures)
        if flights:
            lowest = [next((fare for fare in fares if free.get(fare.flight_id, 0) >= party), None) for fares in day.ahead(now)]
            found = [fare for fare in lowest if fare is not None]
            found.sort(key=lambda fare: (-count[fare.currency], fare.currency))
            prices = [LowestPrice(price=in_units(fare.price, fare.currency), currency=fare.currency) for fare in found]
            price, currency = (prices[0].price, prices[0].currency) if prices else (None, None)
            listed.append(CalendarDay(date=day.date, flights=flights, price=price, currency=currency, prices=prices))
    return listed


def _cheapest(fares: Sequence[Fare]) -> list[Fare]:
    """The first `CHEAPEST` of each currency. `fares`: ordered by currency and price."""
    of_currency = (list(group) for _, group in groupby(fares, key=lambda fare: fare.currency))
    return [fare for group in of_currency for fare in group[:CHEAPEST]]
