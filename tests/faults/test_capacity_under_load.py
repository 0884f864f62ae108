"""An administrator changes the capacity of a flight while it is booked: held and sold seats are never taken away."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from core.clock import now
from core.users.models import Role
from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.waiting import until

CLIENTS = 200
PARTIES = (1, 2, 3)


@dataclass
class CapacityChanges:
    """Another aircraft after the other, until the block ends."""

    client: httpx.Client
    address: str
    body: dict[str, Any]
    accepted: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def change(self, total_seats: int) -> None:
        response = self.client.put(self.address, json={**self.body, "total_seats": total_seats})
        match response.status_code:
            case httpx.codes.OK:
                self.accepted.append(response.json())
            case httpx.codes.CONFLICT:
                self.refused.append(response.json())
            case _:
                self.others.append(response.text)

    @contextmanager
    def changing(self, sizes: tuple[int, int]) -> Iterator[None]:
        stop = threading.Event()
        rng = random.Random(7)

        def work() -> None:
            while not stop.is_set():
                self.change(rng.randint(*sizes))

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def capacity_changes(pipeline: Pipeline, api: Api, flight: Any) -> CapacityChanges:
    departure = now() + timedelta(days=3)
    body = {
        "flight_number": "SQ-1",
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(hours=2)).isoformat(),
        "price": "7500.00",
    }
    return CapacityChanges(api.client(pipeline.account(Role.ADMIN).headers), f"/admin/flights/{flight}", body)


def test_bookings_race_an_aircraft_that_shrinks_and_grows(pipeline: Pipeline) -> None:
    flight = pipeline.flight(60)
    api = pipeline.api()
    pipeline.worker()
    import_steps = capacity_changes(pipeline, api, flight)
    attempts = [
        Attempt(traveller.headers, flight, PARTIES[number % 3]) for number, traveller in enumerate(pipeline.accounts(CLIENTS))
    ]

    with import_steps.client, import_steps.changing((5, 90)):
        responses = concurrent_clients.book(api.base_url, attempts, at_once=100, wait=20)
        until(lambda: bool(import_steps.others) or (len(import_steps.refused) >= 3 and len(import_steps.accepted) >= 3))
    # Whoever was let in keeps the place, whatever flew in between.
    pipeline.assert_clean(concurrent_clients.accepted(responses))

    assert import_steps.others == []
    for refusal in import_steps.refused:
        assert refusal["code"] == "capacity_below_sold"
        assert refusal["held"] + refusal["sold"] > refusal["total_seats"]
    for flown in import_steps.accepted:
        assert 0 <= flown["available_seats"] <= flown["total_seats"]
    held, sold, _ = pipeline.seats(flight)
    accepted_answers = [response for response in responses if response.status == httpx.codes.ACCEPTED]
    confirmed = sum(response.attempt.seats for response in accepted_answers if response.body["job"]["status"] == "CONFIRMED")
    assert (held, sold) == (0, confirmed)
    assert sold > 5, "the smallest aircraft must be too small in the end"
    last = max(import_steps.accepted, key=lambda flown: int(flown["version"]))
    assert sold <= last["total_seats"]
