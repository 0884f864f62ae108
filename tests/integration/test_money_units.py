"""Prices with the decimals of their currencies, in requests and files; and flights with a price of 0."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core import money
from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.lifecycle import pay
from core.payments.provider import RefundOutcome
from tests.support.flights import noon_in
from tests.support.imports import HEADER, ImportSteps, counts, csv_of, faults, row
from tests.support.money import PaymentSteps
from tests.support.pipeline import Pipeline
from workers.bookings import reserve_bookings

PRICES = [
    ("JPY", "1001", "1001", None),
    ("JPY", "1001.00", "1001", None),
    ("JPY", "1000.50", None, ("price", "too_many_decimals")),
    ("KWD", "12.345", "12.345", None),
    ("KWD", "12", "12.000", None),
    ("KWD", "12.3456", None, ("price", "too_many_decimals")),
    ("INR", "7500.005", None, ("price", "too_many_decimals")),
    ("INR", "7500.500", "7500.50", None),
    ("INR", "0.500", "0.50", None),
    ("KWD", "7.500", "7.500", None),
    ("INR", "7.500", None, ("price", "too_many_decimals")),
    ("EUR", "999.990", None, ("price", "too_many_decimals")),
    ("JPY", "1.000", None, ("price", "too_many_decimals")),
    ("XXX", "7500.00", None, ("currency", "not_a_currency")),
    ("ZZZ", "7500.00", None, ("currency", "not_a_currency")),
    ("XAU", "1", None, ("currency", "not_a_currency")),
]


def create(import_steps: ImportSteps, number: int, **fields: Any) -> Any:
    names = HEADER.split(",")
    body: dict[str, Any] = dict(zip(names, row(number).split(","), strict=True))
    return import_steps.admin.post("/admin/flights", json={**body, "total_seats": 150, **fields})


def test_prices_mean_the_same_in_requests_and_files(import_steps: ImportSteps) -> None:
    for number, (currency, price, shown, error) in enumerate(PRICES, start=1):
        response = create(import_steps, number, price=price, currency=currency)
        if error is None:
            assert (response.status_code, response.json()["price"]) == (201, shown), (currency, price)
        else:
            assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(f"/{error[0]}", error[1])]
    status = import_steps.take(
        csv_of((f"{row(100 + n, price=p)},{c}" for n, (c, p, *_) in enumerate(PRICES)), header=f"{HEADER},currency")
    )
    assert faults(status) == [(n, *error) for n, (*_, error) in enumerate(PRICES, start=2) if error]
    listed = import_steps.admin.get("/admin/flights", params={"source": "Delhi", "sort": "created_at"}).json()["data"]
    found = [(flight["currency"], flight["price"]) for flight in listed]
    assert found == [(c, s) for c, _, s, error in PRICES if error is None] * 2
    exported = import_steps.admin.get("/admin/flights/export.csv").content
    assert counts(import_steps.take(exported))["skipped"] == len(found)


def test_a_price_without_a_currency_is_in_that_of_its_flight(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([f"{row(1, price='12.345')},KWD", f"{row(2, price='1000')},JPY"], header=f"{HEADER},currency"))
    status = import_steps.take(
        csv_of([row(1, price="12.999"), row(2, price="1000.5"), row(3, price="1.005"), row(4, price="1.5")])
    )
    assert counts(status) == {"created": 1, "updated": 1, "skipped": 0, "failed": 2}
    assert faults(status) == [(3, "price", "too_many_decimals"), (4, "price", "too_many_decimals")]
    assert import_steps.rows("SELECT price FROM flights WHERE flight_number = 'AI-1'") == [(Decimal("12.999"),)]


def test_a_flight_keeps_its_currency_when_it_is_replaced_without_one(import_steps: ImportSteps) -> None:
    flight = create(import_steps, 1, currency="KWD", price="12.345").json()
    body = {name: flight[name] for name in HEADER.split(",")}
    replaced = import_steps.admin.put(f"/admin/flights/{flight['id']}", json={**body, "price": "7.500"})
    assert (replaced.json()["price"], replaced.json()["currency"]) == ("7.500", "KWD")
    replaced = import_steps.admin.put(f"/admin/flights/{flight['id']}", json={**body, "price": "80", "currency": "EUR"})
    assert (replaced.json()["price"], replaced.json()["currency"]) == ("80.00", "EUR")
    for price in ("7.500", "12.345"):
        refused = import_steps.admin.put(f"/admin/flights/{flight['id']}", json={**body, "price": price})
        assert refused.status_code == 422
        assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("/price", "too_many_decimals")]


def test_a_price_that_may_be_thousands_is_refused_unless_its_currency_has_three_decimals(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([f"{row(1, price='12.345')},KWD", f"{row(2, price='7500')},INR"], header=f"{HEADER},currency"))
    status = import_steps.take(csv_of([row(1, price="7.500"), row(2, price="7.500"), row(3, price="7.500")]))
    assert counts(status) == {"created": 0, "updated": 1, "skipped": 0, "failed": 2}
    assert [(error["line"], error["value"], error["message"]) for error in status["errors"]] == [
        (line, "7.500", money.WHY_THOUSANDS) for line in (3, 4)
    ]
    assert import_steps.rows("SELECT price FROM flights ORDER BY flight_number") == [(Decimal("7.5"),), (Decimal(7500),)]


UNITS = [("INR", "7500", "7500.00", "15000.00"), ("JPY", "1001.00", "1001", "2002"), ("KWD", "12.5", "12.500", "25.000")]
"""Currency, price of a flight as a file may bring it, the price of one seat and of two."""


@pytest.mark.parametrize(("currency", "price", "_", "total"), UNITS)
def test_every_ledger_has_the_decimals_of_the_currency(
    payment_steps: PaymentSteps, pipeline: Pipeline, currency: str, price: str, _: str, total: str
) -> None:
    flight = pipeline.flight(4)
    payment_steps.steps.execute("UPDATE flights SET price = %s, currency = %s WHERE id = %s", Decimal(price), currency, flight)
    booking = payment_steps.hold(pipeline.account().id, flight, seats=2)
    payment_steps.pay(booking)
    payment_steps.work(booking)
    payment_steps.steps.cancel(booking)
    fee = money.in_units(Decimal(total) / 4, currency)
    refund = money.text(Decimal(total) - fee, currency)
    for table, column, written in [
        ("booking_segments WHERE booking_id = %s", "price_total", total),
        ("bookings WHERE id = %s", "price_total", total),
        ("payments WHERE booking_id = %s", "amount", total),
        ("cancellations WHERE booking_id = %s", "refund_amount", refund),
        ("cancellations WHERE booking_id = %s", "fee_amount", str(fee)),
        ("refunds WHERE booking_id = %s", "amount", refund),
    ]:
        assert payment_steps.rows(f"SELECT {column}::text FROM {table}", booking) == [(written,)], table
    assert payment_steps.refund() == [RefundOutcome.DONE]
    payment_steps.steps.execute("UPDATE refunds SET amount = 1, status = 'FAILED' WHERE booking_id = %s", booking)
    one = money.text(Decimal(1), currency)
    found_text = str(pipeline.violations([booking]))
    assert f"was paid {total} {currency} and given back {one}'" in found_text
    assert f"of {one} {currency} was refused" in found_text


@pytest.mark.parametrize(("currency", "price", "one", "total"), UNITS)
def test_seats_that_are_offered_have_the_decimals_of_the_currency(
    payment_steps: PaymentSteps, pipeline: Pipeline, currency: str, price: str, one: str, total: str
) -> None:
    flight = pipeline.flight(2)
    payment_steps.steps.execute("UPDATE flights SET price = %s, currency = %s WHERE id = %s", Decimal(price), currency, flight)
    taken, waiting = payment_steps.steps.book(pipeline.account().id, flight, 2), pipeline.account().id
    payment_steps.steps.join(flight, waiting)
    payment_steps.steps.cancel(taken)
    assert payment_steps.rows("SELECT price_total::text FROM bookings WHERE user_id = %s", waiting) == [(one,)]
    assert payment_steps.rows("SELECT price_total::text FROM bookings WHERE id = %s", taken) == [(total,)]


@pytest.mark.parametrize(("currency", "price", "one", "total"), [*UNITS, ("KWD", "12.345", "12.345", "24.690")])
def test_travellers_see_prices_in_the_units_of_the_currency(
    import_steps: ImportSteps, client: httpx.Client, currency: str, price: str, one: str, total: str
) -> None:
    departure = noon_in(10)
    times = {
        "departure_ts": f"{departure:%Y-%m-%dT%H:%M:%SZ}",
        "arrival_ts": f"{departure + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}",
    }
    assert (
        counts(import_steps.take(csv_of([f"{row(1, price=price, **times)},{currency}"], header=f"{HEADER},currency")))["created"]
        == 1
    )
    route = {"source": "Delhi", "destination": "Mumbai"}

    def ask(path: str, **parameters: str) -> Any:
        response = client.get(f"/api/v1/{path}", params={**route, **parameters})
        assert response.status_code == 200, response.text
        return response.json()

    (found,) = ask("itineraries", date=f"{departure:%Y-%m-%d}", seats="2")["data"]
    assert (found["segments"][0]["price"], found["total_price"]) == (one, total)
    assert [day["price"] for day in ask("calendar", month=f"{departure:%Y-%m}")["data"]] == [one]


@pytest.mark.parametrize("mode", [PaymentMode.NONE, PaymentMode.TOKEN, PaymentMode.HOLD])
def test_a_booking_with_a_price_of_zero_is_confirmed_without_a_charge(
    payment_steps: PaymentSteps, pipeline: Pipeline, mode: PaymentMode
) -> None:
    flight = pipeline.flight(4)
    payment_steps.steps.execute("UPDATE flights SET price = 0 WHERE id = %s", flight)
    traveller = pipeline.account().id
    token = "tok_ok" if mode is PaymentMode.TOKEN else None
    (booking,) = pipeline.accept(BookingRequest(traveller, (flight,), 2, mode, token))
    reserve_bookings(payment_steps.steps.context, [booking])
    payment_steps.sweep()
    assert payment_steps.steps.status(booking) == "CONFIRMED"
    assert pipeline.seats(flight) == (0, 2, 2)
    assert payment_steps.steps.read(booking).payment is None
    assert pipeline.violations([booking]) == []
    payment_steps.steps.cancel(booking)
    assert payment_steps.steps.status(booking) == "CANCELLED"
    assert payment_steps.steps.read(booking).refund is None


def test_free_seats_that_were_offered_are_confirmed_without_a_charge(payment_steps: PaymentSteps, pipeline: Pipeline) -> None:
    flight, first, second = pipeline.flight(1), pipeline.account().id, pipeline.account().id
    payment_steps.steps.execute("UPDATE flights SET price = 0 WHERE id = %s", flight)
    taken = payment_steps.steps.book(first, flight)
    payment_steps.steps.join(flight, second)
    payment_steps.steps.cancel(taken)
    offer = payment_steps.steps.place(flight, second).offer
    assert offer is not None
    offered = offer.booking_id
    with payment_steps.steps.context.db.transaction() as connection:
        after = pay.pay(connection, offered, second, "tok_ok")
    payment_steps.steps.run_after(after)
    assert payment_steps.steps.status(offered) == "CONFIRMED"
    assert pipeline.violations([taken, offered]) == []
