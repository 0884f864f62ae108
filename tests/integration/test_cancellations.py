"""Cancellations: quotes and refunds, seats and money given back once, and only by the owner of a booking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from core.bookings.models import PaymentMode
from tests.support.api import RunningApi, register
from tests.support.money import PaymentSteps
from tests.support.steps import Steps

FAR, NEAR, TOMORROW = timedelta(days=30), timedelta(days=3), timedelta(hours=12)
AT_ONCE = 20


@pytest.fixture
def owner_id(traveller: httpx.Client) -> UUID:
    return UUID(traveller.get("/api/v1/auth/me").json()["id"])


Book = Callable[..., UUID]


@pytest.fixture
def book(steps: Steps, owner_id: UUID) -> Book:
    """Book for the traveller: `book(departs_in, paid=True)`."""

    def book(*departures: timedelta, seats: int = 1, paid: bool = True) -> UUID:
        flights = [steps.pipeline.flight(10, departs_in=departure) for departure in departures]
        booking = steps.book(owner_id, flights, seats)
        if paid:
            capture(steps, booking)
        return booking

    return book


def capture(steps: Steps, booking: UUID) -> None:
    """Let the booking have been paid for."""
    steps.execute(
        """
        INSERT INTO payments (id, booking_id, token, amount, currency, status)
        SELECT gen_random_uuid(), id, 'tok_ok', price_total, currency, 'SUCCEEDED' FROM bookings WHERE id = %s
        """,
        booking,
    )


def quote(client: httpx.Client, booking: UUID) -> dict[str, Any]:
    response = client.post(f"/api/v1/bookings/{booking}/cancellations")
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/api/v1/cancellations/{body['id']}"
    return body


def confirm(client: httpx.Client, quoted: dict[str, Any]) -> httpx.Response:
    return client.post(f"/api/v1/cancellations/{quoted['id']}/confirm")


def refunds(steps: Steps, booking: UUID) -> list[tuple[str, str]]:
    with steps.context.db.snapshot() as connection:
        rows = connection.execute("SELECT amount::text, reason FROM refunds WHERE booking_id = %s", (booking,)).fetchall()
    return [(amount, reason) for amount, reason in rows]


def taken(steps: Steps) -> int:
    """Seats that are held or sold on any flight."""
    with steps.context.db.snapshot() as connection:
        row = connection.execute("SELECT sum(seats_held + seats_sold) FROM flights").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("departure", "refund", "fee"), [(FAR, "7500.00", "0.00"), (NEAR, "5625.00", "1875.00"), (TOMORROW, "0.00", "7500.00")]
)
def test_a_quote_follows_the_fare_rule_and_cancels_nothing(
    traveller: httpx.Client, steps: Steps, book: Book, departure: timedelta, refund: str, fee: str
) -> None:
    booking = book(departure)
    quoted = quote(traveller, booking)
    assert (quoted["refund_amount"], quoted["fee_amount"], quoted["currency"]) == (refund, fee, "INR")
    assert quoted["booking_id"] == str(booking)
    assert quoted["confirmed_at"] is None
    assert traveller.get(f"/api/v1/cancellations/{quoted['id']}").json() == quoted
    assert steps.status(booking) == "CONFIRMED"
    assert refunds(steps, booking) == []


def test_only_captured_money_is_given_back(traveller: httpx.Client, steps: Steps, book: Book, owner_id: UUID) -> None:
    free_of_payment = book(NEAR, paid=False)
    unpaid_hold = steps.book(owner_id, steps.pipeline.flight(5), 2, PaymentMode.HOLD)
    for booking in (free_of_payment, unpaid_hold):
        quoted = quote(traveller, booking)
        assert (quoted["refund_amount"], quoted["fee_amount"]) == ("0.00", "0.00")
        cancelled = confirm(traveller, quoted).json()
        assert (cancelled["status"], cancelled["refund"]) == ("CANCELLED", None)
        assert refunds(steps, booking) == []
    assert taken(steps) == 0


def test_a_booking_of_several_flights_has_one_quote_that_counts_from_its_first_departure(
    traveller: httpx.Client, steps: Steps, book: Book
) -> None:
    booking = book(NEAR, FAR, seats=2)
    quoted = quote(traveller, booking)
    assert (quoted["refund_amount"], quoted["fee_amount"]) == ("22500.00", "7500.00")
    cancelled = confirm(traveller, quoted).json()
    assert [segment["flight"]["status"] for segment in cancelled["segments"]] == ["SCHEDULED", "SCHEDULED"]
    assert refunds(steps, booking) == [("22500.00", "cancelled")]
    assert taken(steps) == 0


def test_confirming_refunds_the_quoted_amount_and_confirming_again_changes_nothing(
    traveller: httpx.Client, steps: Steps, book: Book
) -> None:
    booking = book(FAR)
    quoted = quote(traveller, booking)
    steps.execute("UPDATE flights SET departure_ts = departure_ts - interval '25 days' WHERE seats_sold > 0")
    first, second = confirm(traveller, quoted), confirm(traveller, quoted)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert (first.json()["status"], first.json()["available_actions"]) == ("CANCELLED", [])
    assert first.json()["refund"] == {"amount": "7500.00", "currency": "INR", "status": "PENDING", "reason": "cancelled"}
    assert refunds(steps, booking) == [("7500.00", "cancelled")]
    assert traveller.get(f"/api/v1/cancellations/{quoted['id']}").json()["confirmed_at"] is not None
    assert taken(steps) == 0


def test_the_provider_refunds_the_quoted_amount_and_the_fee_is_kept(
    traveller: httpx.Client, payment_steps: PaymentSteps, owner_id: UUID
) -> None:
    booking = payment_steps.hold(owner_id, payment_steps.steps.pipeline.flight(5, departs_in=NEAR), 2)
    payment_steps.pay(booking)
    payment_steps.work(booking)
    assert (payment_steps.steps.status(booking), payment_steps.provider.balance()) == ("CONFIRMED", Decimal(15000))
    promised = quote(traveller, booking)
    confirm(traveller, promised)
    payment_steps.refund()
    view = traveller.get(f"/api/v1/bookings/{booking}").json()
    assert view["refund"] == {"amount": "11250.00", "currency": "INR", "status": "SUCCEEDED", "reason": "cancelled"}
    assert payment_steps.provider.balance() == Decimal(promised["fee_amount"]) == Decimal("3750.00")
    assert [each for each in payment_steps.steps.pipeline.violations() if not each.startswith("I8")] == []


def test_only_the_newest_quote_may_be_confirmed(traveller: httpx.Client, steps: Steps, book: Book) -> None:
    booking = book(FAR)
    older, newest = quote(traveller, booking), quote(traveller, booking)
    refused = confirm(traveller, older)
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_superseded")
    assert steps.status(booking) == "CONFIRMED"
    assert confirm(traveller, newest).status_code == 200
    assert confirm(traveller, older).json()["code"] == "not_cancellable"


def test_an_expired_quote_is_refused(traveller: httpx.Client, steps: Steps, book: Book) -> None:
    booking = book(FAR)
    quoted = quote(traveller, booking)
    steps.execute("UPDATE cancellations SET expires_at = now()")
    refused = confirm(traveller, quoted)
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_expired")
    assert steps.status(booking) == "CONFIRMED"


def test_a_quote_from_before_the_payment_is_no_way_to_lose_the_money(traveller: httpx.Client, steps: Steps, book: Book) -> None:
    booking = book(FAR, paid=False)
    quoted = quote(traveller, booking)
    capture(steps, booking)
    refused = confirm(traveller, quoted)
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_superseded")
    assert traveller.delete(f"/api/v1/bookings/{booking}").json()["refund"]["amount"] == "7500.00"


def test_deleting_quotes_and_confirms_in_one_step_and_once(traveller: httpx.Client, steps: Steps, book: Book) -> None:
    booking = book(NEAR)
    deleted = traveller.delete(f"/api/v1/bookings/{booking}")
    assert deleted.status_code == 200
    assert deleted.json()["refund"]["amount"] == "5625.00"
    again = traveller.delete(f"/api/v1/bookings/{booking}")
    assert (again.status_code, again.json()["code"], again.json()["available_actions"]) == (409, "not_cancellable", [])
    assert quote_refusal(traveller, booking) == "not_cancellable"
    assert refunds(steps, booking) == [("5625.00", "cancelled")]


def quote_refusal(client: httpx.Client, booking: UUID) -> str:
    response = client.post(f"/api/v1/bookings/{booking}/cancellations")
    assert response.status_code == 409, response.text
    return str(response.json()["code"])


def test_a_booking_that_departed_or_waits_for_its_seats_cannot_be_cancelled(
    traveller: httpx.Client, steps: Steps, owner_id: UUID
) -> None:
    flight = steps.pipeline.flight(5)
    flown = steps.book(owner_id, flight)
    waiting = steps.pipeline.accept_many(1, flight)[0]
    steps.execute("UPDATE bookings SET user_id = %s WHERE id = %s", owner_id, waiting)
    assert quote_refusal(traveller, waiting) == "not_cancellable"
    quoted = quote(traveller, flown)
    steps.depart(flight)
    assert quote_refusal(traveller, flown) == "not_cancellable"
    assert confirm(traveller, quoted).json()["code"] == "not_cancellable"
    assert traveller.get(f"/api/v1/bookings/{flown}").json()["available_actions"] == []


@pytest.mark.parametrize("way", ["delete", "confirm"])
def test_twenty_parallel_cancellations_give_seats_and_money_back_once(
    api: RunningApi, traveller: httpx.Client, steps: Steps, book: Book, way: str
) -> None:
    booking = book(FAR, seats=3)
    quoted = quote(traveller, booking)

    def cancel(_: int) -> int:
        with api.client({"Authorization": traveller.headers["Authorization"]}) as client:
            return (
                client.delete(f"/api/v1/bookings/{booking}").status_code
                if way == "delete"
                else confirm(client, quoted).status_code
            )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = Counter(pool.map(cancel, range(AT_ONCE)))
    assert results == ({200: 1, 409: AT_ONCE - 1} if way == "delete" else {200: AT_ONCE})
    assert refunds(steps, booking) == [("22500.00", "cancelled")]
    assert taken(steps) == 0
    # No worker runs here, so what the queue holds is not looked at.
    assert [each for each in steps.pipeline.violations() if not each.startswith("I8")] == []


def test_another_traveller_finds_neither_the_booking_nor_its_quote(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client, steps: Steps, book: Book
) -> None:
    booking = book(FAR)
    quoted = quote(traveller, booking)
    nothing = UUID(int=7)
    with api.client(register(client).headers) as other_traveller:
        for method, path in (
            ("POST", "/api/v1/bookings/{}/cancellations"),
            ("DELETE", "/api/v1/bookings/{}"),
            ("GET", "/api/v1/cancellations/{}"),
            ("POST", "/api/v1/cancellations/{}/confirm"),
        ):
            real = quoted["id"] if "/cancellations/{}" in path else booking
            theirs, absent = (
                other_traveller.request(method, path.format(real)),
                other_traveller.request(method, path.format(nothing)),
            )
            assert theirs.status_code == absent.status_code == 404
            assert [theirs.json()[part] for part in ("code", "detail")] == [absent.json()[part] for part in ("code", "detail")]
    assert steps.status(booking) == "CONFIRMED"
