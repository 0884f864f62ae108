"""The charged price is the price that the traveller saw."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import UUID

import httpx
import pytest

from core.bookings import price
from core.bookings.errors import PriceChanged
from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.price import Price
from tests.support import shared_installation
from tests.support.api import problem
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline

pipeline, api, account = shared_installation.pipeline, shared_installation.api, shared_installation.account
client = shared_installation.client

BUYERS = 100
PRICES = (Decimal("7500.00"), Decimal("9999.00"))


def book(client: httpx.Client, flights: Sequence[UUID], total: Any, key: str | None = None, **more: Any) -> httpx.Response:
    which = {"flight_id": str(flights[0])} if len(flights) == 1 else {"flight_ids": [str(each) for each in flights]}
    body = {**which, "seats": 2, "expected_total": {"amount": total, "currency": "INR"}, **more}
    return client.post("/api/v1/booking", json=body, headers={"Idempotency-Key": key} if key else {})


def set_price(pipeline: Pipeline, flight: UUID, amount: Decimal) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE flights SET price = %s, version = version + 1 WHERE id = %s", (amount, flight))


def count_bookings(pipeline: Pipeline, flight: UUID) -> int:
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT count(*) FROM booking_segments WHERE flight_id = %s", (flight,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("total", ["15000.00", "15000", 15000, 15000.0])
def test_the_total_that_was_seen_books_however_it_is_spelt(client: httpx.Client, pipeline: Pipeline, total: Any) -> None:
    assert book(client, [pipeline.flight(10)], total).status_code == 202


@pytest.mark.parametrize("count", [1, 3])
def test_another_total_is_refused_and_nothing_is_stored(client: httpx.Client, pipeline: Pipeline, count: int) -> None:
    flights = [pipeline.flight(10) for _ in range(count)]
    seen = f"{15_000 * count}.00"
    set_price(pipeline, flights[-1], Decimal("7500.01"))
    problem_body = problem(book(client, flights, seen, key="the-same"), 409, "price_changed")
    actual = f"{15_000 * count}.02"
    assert problem_body["expected"] == {"amount": seen, "currency": "INR"}
    assert problem_body["actual"] == {"amount": actual, "currency": "INR"}
    assert [count_bookings(pipeline, flight) for flight in flights] == [0] * count
    accepted = book(client, flights, problem_body["actual"]["amount"], key="the-same")
    booking = client.get(f"/api/v1/bookings/{accepted.json()['booking_id']}").json()
    assert booking["price_total"] == actual


def test_another_currency_is_another_price(client: httpx.Client, pipeline: Pipeline) -> None:
    seen = {"amount": "15000.00", "currency": "USD"}
    problem(book(client, [pipeline.flight(10)], "", expected_total=seen), 409, "price_changed")


@pytest.mark.parametrize("total", ["1e3", "12,5", "", "nan", None, True, 1e308, 10**30, 1e12, "15000.001"])
def test_a_total_that_is_no_amount_is_refused(client: httpx.Client, pipeline: Pipeline, total: Any) -> None:
    problem_body = problem(book(client, [pipeline.flight(10)], total), 422, "validation")
    assert problem_body["errors"][0]["pointer"].startswith("/expected_total")


@pytest.mark.parametrize("currency", ["ıNR", "İNR", "ßßß", "XYZ"])
def test_a_total_without_a_valid_currency_is_refused(client: httpx.Client, pipeline: Pipeline, currency: str) -> None:
    seen = {"amount": "15000.00", "currency": currency}
    problem_body = problem(book(client, [pipeline.flight(10)], "", expected_total=seen), 422, "validation")
    assert problem_body["errors"][0]["pointer"] == "/expected_total/currency"


def test_a_repeated_request_is_its_booking_whatever_the_price_is_now(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    first = book(client, [flight], "15000.00", key="once")
    set_price(pipeline, flight, Decimal("9999.00"))
    again = book(client, [flight], "15000", key="once")
    assert (again.status_code, again.json()["booking_id"]) == (202, first.json()["booking_id"])
    assert again.headers["idempotent-replayed"] == "true"
    problem(book(client, [flight], "19998.00", key="once"), 422, "idempotency_key_reused")


def test_a_request_at_an_old_price_makes_no_other_one_a_duplicate(pipeline: Pipeline) -> None:
    flight, traveller = pipeline.flight(10), pipeline.account().id
    old, new = (BookingRequest(traveller, (flight,), 1, expected_total=Price(amount, "INR")) for amount in (PRICES[1], PRICES[0]))
    refused, accepted = new_intake(pipeline.db).accept([old, new])
    assert isinstance(refused, PriceChanged)
    assert isinstance(accepted, Accepted)


@dataclass(frozen=True)
class Race:
    """What became of buyers who booked while the price went up and down."""

    refused: int
    accepted: int
    overcharged: int
    """Accepted at another total than they had seen."""


def race(pipeline: Pipeline) -> Race:
    flight, traveller = pipeline.flight(BUYERS), pipeline.account().id
    is_over = threading.Event()

    def change_the_price() -> None:
        for amount in cycle(PRICES):
            if is_over.is_set():
                return
            set_price(pipeline, flight, amount)

    def buy(_turn: int) -> tuple[Decimal, UUID | None]:
        with pipeline.db.snapshot() as connection:
            row = connection.execute("SELECT price FROM flights WHERE id = %s", (flight,)).fetchone()
        assert row is not None
        seen: Decimal = row[0]
        (result,) = new_intake(pipeline.db).accept(
            [BookingRequest(traveller, (flight,), 1, expected_total=Price(seen, "INR"), allow_duplicate=True)]
        )
        assert isinstance(result, Accepted | PriceChanged), result
        return seen, result.booking_id if isinstance(result, Accepted) else None

    airline = threading.Thread(target=change_the_price)
    airline.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(buy, range(BUYERS)))
    finally:
        is_over.set()
        airline.join()
    seen = {booking: amount for amount, booking in statuses if booking is not None}
    with pipeline.db.snapshot() as connection:
        charged = dict(connection.execute("SELECT id, price_total FROM bookings WHERE id = ANY(%s)", (list(seen),)).fetchall())
    overcharged = sum(charged[booking] != amount for booking, amount in seen.items())
    return Race(refused=BUYERS - len(seen), accepted=len(seen), overcharged=overcharged)


def test_no_traveller_pays_a_price_that_changed_at_the_same_time(pipeline: Pipeline) -> None:
    became = race(pipeline)
    assert became.overcharged == 0
    assert became.refused > 0
    assert became.accepted > 0


def test_without_the_comparison_buyers_pay_what_they_did_not_see(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(price, "find_change", lambda *_: None)
    assert race(pipeline).overcharged > 0
