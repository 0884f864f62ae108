"""Search compared with Postgres, while flights are created, replaced, deleted, imported and sold."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest

from core.events import job_events
from tests.support.api import ApiFactory
from tests.support.flights import body, noon_in
from tests.support.imports import HEADER, ImportSteps, ImportStepsFactory

CHANGES = 12
"""Of each administrator."""
DAYS = (10, 11)
SORTS = ("departure", "price", "fastest")
CITIES = ("Delhi", "Mumbai", "Pune", "Zürich", "Belém", "Atlantis Harbour")
ORDERS = {
    "departure": "departure_ts, price, id",
    "price": "price, departure_ts, id",
    "fastest": "arrival_ts - departure_ts, price, departure_ts, id",
}


def shown(flight: dict[str, Any]) -> tuple[Any, ...]:
    names = ("id", "flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "price", "version")
    return tuple(flight[name] for name in names)


class Administrator:
    """Changes flights between two cities that nobody else changes, and looks after each change."""

    def __init__(self, import_steps: ImportSteps, searchers: list[httpx.Client], route: tuple[str, str], seed: int) -> None:
        self._office = import_steps
        self._searchers = searchers
        self._routes = [route, (route[1], route[0])]
        self._rng = random.Random(seed)
        self._flights: list[str] = []
        self._made = 0
        self._seed = seed

    def work(self) -> int:
        """How many changes were looked at."""
        for _ in range(CHANGES):
            act = self._rng.choice([self.create, self.create, self.replace, self.replace, self.delete, self.bring, self.sell])
            act()
            self.look()
        return CHANGES

    def create(self) -> None:
        response = self._office.admin.post("/admin/flights", json=self._body())
        assert response.status_code == 201, response.text
        self._flights.append(response.json()["id"])

    def replace(self) -> None:
        """Any of the flights becomes any other: another day, another direction, another price."""
        if self._flights:
            address = f"/admin/flights/{self._rng.choice(self._flights)}"
            response = self._office.admin.put(address, json=self._body())
            assert response.status_code == 200 or response.json()["code"] == "capacity_below_sold", response.text

    def delete(self) -> None:
        if self._flights:
            flight = self._flights.pop(self._rng.randrange(len(self._flights)))
            assert self._office.admin.delete(f"/admin/flights/{flight}").status_code == 204

    def bring(self) -> None:
        """New flights, and old ones at another price, in one file."""
        bodies = [self._body() for _ in range(3)]
        bodies += [
            {"flight_number": number, "source": source, "destination": destination, "total_seats": total, "price": price}
            | {"departure_ts": departure.isoformat(), "arrival_ts": arrival.isoformat()}
            for number, source, destination, departure, arrival, total, price in self._office.rows(
                "SELECT flight_number, source, destination, departure_ts, arrival_ts, total_seats, price + 1 FROM flights"
                f" WHERE flight_number LIKE 'A{self._seed}-%' LIMIT 2"
            )
        ]
        lines = [",".join(str(each[name]) for name in HEADER.split(",")) for each in bodies]
        status = self._office.take("\n".join([HEADER, *lines, ""]).encode())
        assert (status["status"], status["failed"]) == ("COMPLETED", 0), status["errors"]
        self._flights = [
            str(row[0]) for row in self._office.rows(f"SELECT id FROM flights WHERE flight_number LIKE 'A{self._seed}-%'")
        ]

    def sell(self) -> None:
        """Sell one seat of every flight, as a transaction of a worker does it, and publish that."""
        sold = self._office.rows(
            "UPDATE flights SET seats_sold = seats_sold + 1 WHERE seats_held + seats_sold < total_seats"
            f" AND flight_number LIKE 'A{self._seed}-%' RETURNING id, total_seats - seats_held - seats_sold"
        )
        job_events.flights_changed(self._office.redis, dict(sold))

    def look(self) -> None:
        """What every process says about every direction and day is what is in the database now."""
        for source, destination in self._routes:
            day, sort = noon_in(self._rng.choice(DAYS)).date(), self._rng.choice(SORTS)
            for searcher in self._searchers:
                found = search(searcher, source, destination, day, sort)
                assert [shown(flight) for flight in found] == self._truth(source, destination, day, sort)

    def _truth(self, source: str, destination: str, day: date, sort: str) -> list[tuple[Any, ...]]:
        rows = self._office.rows(
            "SELECT id, flight_number, source, destination, departure_ts, arrival_ts, total_seats, price, version FROM flights"
            f" WHERE source = '{source}' AND destination = '{destination}' AND departure_date = '{day}' ORDER BY {ORDERS[sort]}"
        )
        return [tuple(_as_shown(value) for value in row) for row in rows]

    def _body(self) -> dict[str, Any]:
        self._made += 1
        source, destination = self._rng.choice(self._routes)
        departure = noon_in(self._rng.choice(DAYS), hours=self._made / 50)
        return body(
            flight_number=f"A{self._seed}-{self._made}",
            source=source,
            destination=destination,
            departure_ts=departure,
            arrival_ts=noon_in(12, hours=self._rng.randrange(4)),
            total_seats=self._rng.randint(1, 40),
            price=f"{self._rng.randrange(900)}.50",
        )


def _as_shown(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value if isinstance(value, int) else str(value)


def search(client: httpx.Client, source: str, destination: str, day: date, sort: str) -> list[dict[str, Any]]:
    parameters: dict[str, Any] = {
        "source": source,
        "destination": destination,
        "date": day.isoformat(),
        "sort": sort,
        "limit": 100,
    }
    response = client.get("/api/v1/search", params=parameters)
    assert response.status_code == 200, response.text
    flights: list[dict[str, Any]] = response.json()
    for flight in flights:
        assert 0 <= flight["available_seats"] <= flight["total_seats"], flight
    prices = [float(flight["price"]) for flight in flights]
    assert sort != "price" or all(before <= after for before, after in pairwise(prices))
    return flights


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.variant)])
def test_after_each_change_the_next_search_is_up_to_date(
    open_import_steps: ImportStepsFactory, start_api: ApiFactory, seed: int
) -> None:
    """Two processes, whose answers expire all the time as well; travellers search without a pause."""
    import_steps = open_import_steps(SEARCH_CACHE_SECONDS="1", UNKNOWN_PLACES="accept")
    other = start_api(SEARCH_CACHE_SECONDS="1")
    stop = threading.Event()
    routes = list(zip(CITIES[::2], CITIES[1::2], strict=True))

    def travel(client: httpx.Client) -> int:
        rng, searches = random.Random(seed), 0
        while not stop.is_set():
            source, destination = rng.choice(routes)
            search(client, source, destination, noon_in(rng.choice(DAYS)).date(), rng.choice(SORTS))
            searches += 1
        return searches

    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        searchers = [httpx.Client(base_url=base, timeout=30) for base in (import_steps.admin.base_url, other.base_url)]
        for client in searchers:
            stack.enter_context(client)
        travellers = [pool.submit(travel, client) for client in searchers]
        try:
            work = [
                pool.submit(Administrator(import_steps, searchers, route, 10 * seed + number).work)
                for number, route in enumerate(routes)
            ]
            assert [each.result() for each in work] == [CHANGES] * len(routes)
        finally:
            stop.set()
        assert all(each.result() > 0 for each in travellers)
