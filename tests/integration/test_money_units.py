"""Prices in the units of their currencies, at every door; and flights that cost nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from core.lifecycle import pay
from tests.support.imports import HEADER, Office, counts, csv_of, faults, row
from tests.support.money import Till
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
    ("XXX", "7500.00", None, ("currency", "not_a_currency")),
    ("ZZZ", "7500.00", None, ("currency", "not_a_currency")),
    ("XAU", "1", None, ("currency", "not_a_currency")),
]


def create(office: Office, number: int, **fields: Any) -> Any:
    names = HEADER.split(",")
    body: dict[str, Any] = dict(zip(names, row(number).split(","), strict=True))
    return office.admin.post("/admin/flights", json={**body, "total_seats": 150, **fields})


def test_prices_are_read_alike_at_both_doors(office: Office) -> None:
    for number, (currency, price, shown, error) in enumerate(PRICES, start=1):
        answer = create(office, number, price=price, currency=currency)
        if error is None:
            assert (answer.status_code, answer.json()["price"]) == (201, shown), (currency, price)
        else:
            assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(f"/{error[0]}", error[1])]
    status = office.take(
        csv_of((f"{row(100 + n, price=p)},{c}" for n, (c, p, *_) in enumerate(PRICES)), header=f"{HEADER},currency")
    )
    assert faults(status) == [(n, *error) for n, (*_, error) in enumerate(PRICES, start=2) if error]
    listed = office.admin.get("/admin/flights", params={"source": "Delhi", "sort": "created_at"}).json()["data"]
    found = [(flight["currency"], flight["price"]) for flight in listed]
    assert found == [(c, s) for c, _, s, error in PRICES if error is None] * 2
    exported = office.admin.get("/admin/flights/export.csv").content
    assert counts(office.take(exported))["skipped"] == len(found)


def test_a_price_without_a_currency_is_in_that_of_its_flight(office: Office) -> None:
    office.take(csv_of([f"{row(1, price='12.345')},KWD", f"{row(2, price='1000')},JPY"], header=f"{HEADER},currency"))
    status = office.take(csv_of([row(1, price="12.999"), row(2, price="1000.5"), row(3, price="1.005"), row(4, price="1.5")]))
    assert counts(status) == {"created": 1, "updated": 1, "skipped": 0, "failed": 2}
    assert faults(status) == [(3, "price", "too_many_decimals"), (4, "price", "too_many_decimals")]
    assert office.rows("SELECT price FROM flights WHERE flight_number = 'AI-1'") == [(Decimal("12.999"),)]


@pytest.mark.parametrize("mode", [PaymentMode.NONE, PaymentMode.TOKEN, PaymentMode.HOLD])
def test_a_free_flight_is_confirmed_at_once_and_nobody_is_charged(till: Till, pipeline: Pipeline, mode: PaymentMode) -> None:
    flight = pipeline.flight(4)
    till.steps.execute("UPDATE flights SET price = 0 WHERE id = %s", flight)
    traveller = pipeline.account().id
    token = "tok_ok" if mode is PaymentMode.TOKEN else None
    (booking,) = pipeline.accept(BookingRequest(traveller, (flight,), 2, mode, token))
    reserve_bookings(till.steps.context, [booking])
    till.sweep()
    assert till.steps.status(booking) == "CONFIRMED"
    assert pipeline.seats(flight) == (0, 2, 2)
    assert till.steps.read(booking).payment is None
    assert pipeline.violations([booking]) == []
    till.steps.cancel(booking)
    assert till.steps.status(booking) == "CANCELLED"
    assert till.steps.read(booking).refund is None


def test_free_seats_that_were_offered_are_confirmed_without_a_charge(till: Till, pipeline: Pipeline) -> None:
    flight, first, second = pipeline.flight(1), pipeline.account().id, pipeline.account().id
    till.steps.execute("UPDATE flights SET price = 0 WHERE id = %s", flight)
    taken = till.steps.book(first, flight)
    till.steps.join(flight, second)
    till.steps.cancel(taken)
    offer = till.steps.place(flight, second).offer
    assert offer is not None
    offered = offer.booking_id
    with till.steps.context.db.transaction() as connection:
        after = pay.pay(connection, offered, second, "tok_ok")
    till.steps.run_after(after)
    assert till.steps.status(offered) == "CONFIRMED"
    assert pipeline.violations([taken, offered]) == []
