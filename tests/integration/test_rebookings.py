"""Rebooking at a lower fare: the seats are kept, the difference is refunded once, and the traveller gets the price that was shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from core.invariants import checker
from tests.support.api import RunningApi, problem, register
from tests.support.flights import add_flight, body
from tests.support.money import PaymentSteps
from tests.support.steps import Steps

AT_ONCE = 12


@pytest.fixture
def owner_id(traveller: httpx.Client) -> UUID:
    return UUID(traveller.get("/api/v1/auth/me").json()["id"])


@pytest.fixture
def flight(admin: httpx.Client, steps: Steps) -> dict[str, Any]:
    return add_flight(admin)


@pytest.fixture
def booking(payment_steps: PaymentSteps, owner_id: UUID, flight: dict[str, Any]) -> Iterator[UUID]:
    """Two seats at 7,500, paid for. After the test every invariant holds, with the ledger of the provider."""
    booking = payment_steps.hold(owner_id, UUID(flight["id"]), 2)
    payment_steps.pay(booking)
    payment_steps.work(booking)
    yield booking
    payment_steps.refund()
    assert violations(payment_steps.steps) == []


def violations(steps: Steps) -> list[str]:
    with steps.context.db.transaction() as connection:
        return [str(each) for each in checker.check(connection, None)]


def price(admin: httpx.Client, flight: dict[str, Any], amount: str) -> None:
    assert admin.put(f"/admin/flights/{flight['id']}", json=body(price=amount)).status_code == HTTPStatus.OK


def rebook(client: httpx.Client, booking: UUID, amount: str, **headers: str) -> httpx.Response:
    request = {"expected_total": {"amount": amount, "currency": "INR"}}
    return client.post(f"/api/v1/bookings/{booking}/rebookings", json=request, headers=headers)


def refunds(payment_steps: PaymentSteps, booking: UUID) -> list[tuple[str, str]]:
    return [
        (str(amount), reason)
        for amount, reason in payment_steps.rows("SELECT amount, reason FROM refunds WHERE booking_id = %s ORDER BY id", booking)
    ]


def test_the_seats_stay_and_the_difference_goes_back(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    price(admin, flight, "7000")
    fare = traveller.get(f"/api/v1/bookings/{booking}/fare").json()
    assert fare == {"booked_total": "15000.00", "total": "14000.00", "currency": "INR", "rebookable": True}
    seats = traveller.get(f"/api/v1/flights/{flight['id']}").json()["available_seats"]
    response = rebook(traveller, booking, "14000.00")
    assert response.status_code == HTTPStatus.OK
    view = response.json()
    assert (view["status"], view["price_total"], view["segments"][0]["price_total"]) == ("CONFIRMED", "14000.00", "14000.00")
    assert (view["refund"]["amount"], view["refund"]["reason"]) == ("1000.00", "lower_fare")
    assert traveller.get(f"/api/v1/flights/{flight['id']}").json()["available_seats"] == seats
    payment_steps.refund()
    assert payment_steps.provider.balance() == Decimal(14000)
    assert traveller.get(f"/api/v1/bookings/{booking}/fare").json()["rebookable"] is False


def test_a_fare_may_fall_again_and_the_cancellation_gives_back_what_is_left(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    for amount, total in (("7000", "14000"), ("6500", "13000")):
        price(admin, flight, amount)
        assert rebook(traveller, booking, total).status_code == HTTPStatus.OK
    quoted = traveller.post(f"/api/v1/bookings/{booking}/cancellations").json()
    assert Decimal(quoted["refund_amount"]) + Decimal(quoted["fee_amount"]) == Decimal(13000)
    assert traveller.post(f"/api/v1/cancellations/{quoted['id']}/confirm").status_code == HTTPStatus.OK
    given = refunds(payment_steps, booking)
    assert [reason for _, reason in given] == ["lower_fare", "lower_fare", "cancelled"]
    payment_steps.refund()
    assert payment_steps.provider.balance() == Decimal(quoted["fee_amount"])


def test_the_impact_of_a_cancelled_flight_names_what_is_left_after_a_rebooking(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    def refunded() -> list[dict[str, str]]:
        named: list[dict[str, str]] = admin.get(f"/admin/flights/{flight['id']}/impact").json()["refunds"]
        return named

    assert refunded() == [{"amount": "15000.00", "currency": "INR"}]
    price(admin, flight, "7000")
    rebook(traveller, booking, "14000").raise_for_status()
    assert refunded() == [{"amount": "14000.00", "currency": "INR"}]
    quoted = traveller.post(f"/api/v1/bookings/{booking}/cancellations").json()
    assert traveller.post(f"/api/v1/cancellations/{quoted['id']}/confirm").status_code == HTTPStatus.OK
    assert refunded() == []


def test_many_at_once_give_the_difference_back_once(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    price(admin, flight, "7000")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        responses = list(pool.map(lambda _: rebook(traveller, booking, "14000"), range(AT_ONCE)))
    assert Counter(response.status_code for response in responses) == {HTTPStatus.OK: AT_ONCE}
    assert refunds(payment_steps, booking) == [("1000.00", "lower_fare")]


def test_without_the_guard_the_difference_could_be_refunded_twice_and_the_audit_reports_it(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    """The control: the same rebooking once more, as a second writer without the booking's lock would make it."""
    price(admin, flight, "7000")
    assert rebook(traveller, booking, "14000").status_code == HTTPStatus.OK
    twice = "INSERT INTO rebookings (booking_id, old_total, new_total, currency) VALUES (%s, 15000, 14000, 'INR')"
    with pytest.raises(psycopg.errors.UniqueViolation):
        payment_steps.steps.execute(twice, booking)
    again = """
        INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason)
        SELECT gen_random_uuid(), payment_id, booking_id, amount, currency, reason FROM refunds WHERE booking_id = %s
    """
    payment_steps.steps.execute(again, booking)
    assert any("costs 14000.00 INR and 13000.00 INR was paid for it" in each for each in violations(payment_steps.steps))
    payment_steps.steps.execute("DELETE FROM refunds WHERE booking_id = %s AND next_at IS NULL", booking)


def test_a_price_that_changed_again_needs_another_confirmation(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    price(admin, flight, "7200")
    refused = problem(rebook(traveller, booking, "14000"), HTTPStatus.CONFLICT, "price_changed")
    assert refused["actual"] == {"amount": "14400.00", "currency": "INR"}
    price(admin, flight, "7600")
    refused = problem(rebook(traveller, booking, "15200"), HTTPStatus.CONFLICT, "no_lower_fare")
    assert (refused["paid"]["amount"], refused["actual"]["amount"]) == ("15000.00", "15200.00")
    assert refunds(payment_steps, booking) == []


def test_one_key_is_one_rebooking_also_when_the_price_moved_since(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    price(admin, flight, "7000")
    key = {"Idempotency-Key": "once"}
    first = rebook(traveller, booking, "14000", **key)
    price(admin, flight, "6000")
    again = rebook(traveller, booking, "14000", **key)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (HTTPStatus.OK, "true")
    assert again.json()["price_total"] == first.json()["price_total"] == "14000.00"
    assert refunds(payment_steps, booking) == [("1000.00", "lower_fare")]


def test_only_the_owner_of_a_confirmed_booking_rebooks_it(
    traveller: httpx.Client,
    api: RunningApi,
    admin: httpx.Client,
    payment_steps: PaymentSteps,
    booking: UUID,
    flight: dict[str, Any],
) -> None:
    price(admin, flight, "7000")
    with api.client() as client:
        somebody_else = register(client, "somebody-else")
    with api.client(somebody_else.headers) as client:
        problem(rebook(client, booking, "14000"), HTTPStatus.NOT_FOUND, "booking_not_found")
    assert traveller.delete(f"/api/v1/bookings/{booking}").status_code == HTTPStatus.OK
    problem(rebook(traveller, booking, "14000"), HTTPStatus.CONFLICT, "not_rebookable")


def test_new_prices_rebookings_and_cancellations_at_once_lose_no_money(
    traveller: httpx.Client, admin: httpx.Client, payment_steps: PaymentSteps, booking: UUID, flight: dict[str, Any]
) -> None:
    """A quote of before a rebooking is confirmed after it, while others rebook and cancel. The fixture looks at the money."""
    quoted = traveller.post(f"/api/v1/bookings/{booking}/cancellations").json()["id"]

    def act(turn: int) -> int:
        match turn % 4:
            case 0:
                price(admin, flight, str(7400 - 50 * turn))
                return HTTPStatus.OK
            case 1:
                total = traveller.get(f"/api/v1/bookings/{booking}/fare").json()["total"]
                return rebook(traveller, booking, total).status_code
            case 2:
                return traveller.post(f"/api/v1/cancellations/{quoted}/confirm").status_code
            case _:
                return traveller.delete(f"/api/v1/bookings/{booking}").status_code if turn > 20 else HTTPStatus.OK

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(act, range(32)))
    assert set(outcomes) <= {HTTPStatus.OK, HTTPStatus.CONFLICT}
    given = refunds(payment_steps, booking)
    assert [reason for _, reason in given].count("cancelled") <= 1
    assert sum(Decimal(amount) for amount, _ in given) <= Decimal(15000)
