"""Flights, maintained by administrators over HTTP."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import UUID

import httpx
import pytest
import redis as redis_py

from core import keys
from core.db import Database
from core.seats.inventory import Inventory, take_snapshots
from tests.support.flights import SEED_BODY, add_flight, body, noon_in, sell
from tests.support.rows import insert_booking
from tests.support.waiting import until


def book(db: Database, flight_id: str, *, status: str = "CONFIRMED") -> None:
    """One booking of one seat, as it stands after its worker."""
    with db.transaction() as connection:
        user = connection.execute("SELECT id FROM users LIMIT 1").fetchone()
        assert user is not None
        insert_booking(connection, user[0], flight_id, status=status)
        if status == "CONFIRMED":
            connection.execute("UPDATE flights SET seats_sold = seats_sold + 1 WHERE id = %s", (flight_id,))


def waiting_for_locks(db: Database) -> int:
    with db.snapshot() as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    assert row is not None
    return int(row[0])


def test_the_first_readme_s_body_creates_a_flight(admin: httpx.Client) -> None:
    response = admin.post("/admin/flights", json=dict(SEED_BODY))

    assert response.status_code == 201
    flight = response.json()
    assert flight == {
        "id": flight["id"],
        "flight_number": "AI-202",
        "source": "Delhi",
        "source_iata": "DEL",
        "source_timezone": "Asia/Kolkata",
        "destination": "Mumbai",
        "destination_iata": "BOM",
        "destination_timezone": "Asia/Kolkata",
        "departure_ts": "2025-12-25T10:00:00Z",
        "arrival_ts": "2025-12-25T12:00:00Z",
        "total_seats": 150,
        "available_seats": 150,
        "price": "7500.00",
        "currency": "INR",
        "status": "SCHEDULED",
        "version": 1,
        "cabin": None,
    }
    assert response.headers["location"] == f"/admin/flights/{flight['id']}"
    assert response.headers["etag"] == '"1"'
    again = admin.get(response.headers["location"])
    assert again.json() == flight
    assert again.headers["etag"] == '"1"'


def test_a_price_is_exact_and_a_time_is_stored_in_utc(admin: httpx.Client) -> None:
    assert add_flight(admin, price=7500.1)["price"] == "7500.10"
    assert add_flight(admin, flight_number="AI-0", price=0)["price"] == "0.00"
    flight = add_flight(admin, price="7500.10", departure_ts="2030-05-01T15:30:00+05:30", arrival_ts="2030-05-01T17:30:00+05:30")
    assert (flight["price"], flight["departure_ts"]) == ("7500.10", "2030-05-01T10:00:00Z")


def test_a_field_that_cannot_be_is_named(admin: httpx.Client) -> None:
    cases: list[tuple[dict[str, Any], str, str | None]] = [
        ({"price": "7500.001"}, "/price", "too_many_decimals"),
        *(
            ({"price": text}, "/price", "bad_format")
            for text in ("NaN", "1e400", "0E-99999", "1_000", "\u0661\u0662", "+5", "5.", ".5", "5 0", "5e0", "0x10", "")
        ),
        ({"price": "123456789"}, "/price", "out_of_range"),
        ({"price": -1}, "/price", "out_of_range"),
        ({"price": "-0"}, "/price", "out_of_range"),
        ({"price": "-0.00"}, "/price", "out_of_range"),
        *(
            ({"price": text}, "/price", "bad_format")
            for text in ("1.234,50", "INR 7,500", "\u20b97500", "7 500", "1e3", "\uff15")
        ),
        *(({"currency": text}, "/currency", "not_a_currency") for text in ("", "RS", "EURO", "\u20ac", "DEM", "BTC", "\uff35SD")),
        ({"price": 1e8}, "/price", "out_of_range"),
        ({"total_seats": 0}, "/total_seats", None),
        ({"total_seats": 1001}, "/total_seats", None),
        ({"total_seats": "150"}, "/total_seats", None),
        ({"arrival_ts": noon_in(9)}, "/arrival_ts", "arrives_before_departure"),
        ({"arrival_ts": noon_in(10)}, "/arrival_ts", "arrives_before_departure"),
        ({"arrival_ts": noon_in(14)}, "/arrival_ts", "arrives_too_late"),
        ({"departure_ts": "2030-05-01T10:00:00"}, "/departure_ts", None),
        ({"departure_ts": "1930-05-01T10:00:00Z"}, "/departure_ts", "out_of_range"),
        ({"destination": "New Delhi"}, "/destination", "same_place"),
        ({"source": "a{b}"}, "/source", "bad_format"),
        ({"source": "a\u0000b"}, "/source", None),
        ({"source": "D" * 81}, "/source", None),
        ({"flight_number": "AI#202"}, "/flight_number", "bad_format"),
        ({"flight_number": "-"}, "/flight_number", None),
        ({"flight_number": "\u00df1"}, "/flight_number", "bad_format"),
        ({"currency": "12$"}, "/currency", "not_a_currency"),
        ({"currency": "\u0131NR"}, "/currency", "not_a_currency"),
        ({"seats_sold": 4}, "/seats_sold", "unknown_field"),
    ]
    for changes, pointer, code in cases:
        response = admin.post("/admin/flights", json=body(**changes))
        assert response.status_code == 422, (changes, response.text)
        errors = {error["pointer"]: error["code"] for error in response.json()["errors"]}
        assert pointer in errors, changes
        assert code in (None, errors[pointer]), changes


def test_an_impossible_price_or_currency_has_a_message_with_the_form(admin: httpx.Client) -> None:
    def message_of(**fields: Any) -> str:
        (error,) = admin.post("/admin/flights", json=body(**fields)).json()["errors"]
        return str(error["message"])

    amount = "Must be an amount in plain digits with a decimal point, such as 7500.00, without a sign of its currency."
    assert message_of(price="1.234,50") == amount
    assert message_of(price="\u20ac7500") == f"Contains U+20AC EURO SIGN. {amount}"
    assert message_of(currency="EURO") == "EURO is not a currency code of ISO 4217, such as INR, EUR or JPY."
    assert message_of(currency="") == "An empty text is not a currency code of ISO 4217, such as INR, EUR or JPY."


@pytest.mark.parametrize("second", ['"price": 7', r'"pri\u0063e": 7', '"price"  :\n"100"'])
def test_a_field_that_is_there_twice_is_refused(admin: httpx.Client, second: str) -> None:
    """A decoder would use the last of them without an error."""
    twice = f"{json.dumps(body())[:-1]}, {second}}}"
    response = admin.post("/admin/flights", content=twice, headers={"content-type": "application/json"})
    assert response.status_code == 422, response.text
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [("/price", "repeated")]
    assert admin.get("/admin/flights").json()["data"] == []


def test_a_flight_number_departs_once_at_a_time(admin: httpx.Client) -> None:
    first = add_flight(admin)
    other = add_flight(admin, flight_number="AI-203")

    created = admin.post("/admin/flights", json=body(destination="Pune"))
    assert (created.status_code, created.json()["code"]) == (409, "flight_exists")
    assert created.json()["flight_id"] == first["id"]
    renamed = admin.put(f"/admin/flights/{other['id']}", json=body(flight_number="ai-202"))
    assert (renamed.status_code, renamed.json()["code"]) == (409, "flight_exists")
    assert renamed.json()["flight_id"] == first["id"]


def test_replacing_keeps_held_and_sold_seats(admin: httpx.Client, db: Database) -> None:
    flight = add_flight(admin, total_seats=100)
    sell(db, flight["id"], sold=30, held=5)

    response = admin.put(f"/admin/flights/{flight['id']}", json=body(total_seats=120, price="1.50"))

    assert response.status_code == 200
    assert response.json()["available_seats"] == 85
    assert response.json()["version"] == 2
    inventory = admin.get(f"/admin/flights/{flight['id']}/inventory").json()
    assert inventory == {"total": 120, "held": 5, "sold": 30, "free": 85, "redis_free": None, "drift": None}


def test_the_capacity_never_goes_below_held_and_sold(admin: httpx.Client, db: Database) -> None:
    flight = add_flight(admin, total_seats=100)
    sell(db, flight["id"], sold=30, held=5)

    refused = admin.put(f"/admin/flights/{flight['id']}", json=body(total_seats=34))
    assert (refused.status_code, refused.json()["code"]) == (409, "capacity_below_sold")
    assert {name: refused.json()[name] for name in ("total_seats", "held", "sold")} == {"total_seats": 34, "held": 5, "sold": 30}
    assert admin.put(f"/admin/flights/{flight['id']}", json=body(total_seats=35)).json()["available_seats"] == 0


def test_seats_that_are_sold_this_moment_are_waited_for(admin: httpx.Client, db: Database) -> None:
    """A worker sells seats and has not committed; the new capacity must not take them away."""
    flight = add_flight(admin, total_seats=10)
    responses: list[httpx.Response] = []
    replacing = threading.Thread(
        target=lambda: responses.append(admin.put(f"/admin/flights/{flight['id']}", json=body(total_seats=5)))
    )
    with db.transaction() as selling:
        selling.execute("UPDATE flights SET seats_sold = 9")
        replacing.start()
        until(lambda: waiting_for_locks(db) == 1)
    replacing.join()
    assert (responses[0].status_code, responses[0].json()["sold"]) == (409, 9)


def test_the_same_details_change_nothing(admin: httpx.Client) -> None:
    flight = add_flight(admin)
    again = admin.put(f"/admin/flights/{flight['id']}", json=body(price="7500.0", source=" delhi "[1:].title()))
    assert again.json() == flight


def test_a_stale_version_is_refused(admin: httpx.Client) -> None:
    flight = add_flight(admin)
    address = f"/admin/flights/{flight['id']}"

    assert admin.put(address, json=body(price=1), headers={"If-Match": '"1"'}).headers["etag"] == '"2"'
    stale = admin.put(address, json=body(price=2), headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (412, "stale_version", 2)
    assert admin.delete(address, headers={"If-Match": '"1"'}).status_code == 412
    assert admin.put(address, json=body(price=2), headers={"If-Match": '"nonsense"'}).status_code == 412
    assert admin.put(address, json=body(price=2), headers={"If-Match": '"7", "2"'}).status_code == 200
    assert admin.put(address, json=body(price=3), headers={"If-Match": "*"}).status_code == 200


def test_of_many_who_replace_the_same_version_one_wins(admin: httpx.Client) -> None:
    address = f"/admin/flights/{add_flight(admin)['id']}"
    statuses: list[int] = []

    def replace(price: int) -> None:
        statuses.append(admin.put(address, json=body(price=price), headers={"If-Match": '"1"'}).status_code)

    threads = [threading.Thread(target=replace, args=(price,)) for price in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 7


def test_a_flight_that_was_never_booked_is_deleted(admin: httpx.Client, client: httpx.Client) -> None:
    address = f"/admin/flights/{add_flight(admin)['id']}"
    assert admin.delete(address).status_code == 204
    assert admin.get(address).json()["code"] == "flight_not_found"
    assert admin.delete(address).json()["code"] == "flight_not_found"
    assert admin.put(address, json=body()).json()["code"] == "flight_not_found"


def test_a_flight_that_was_ever_booked_is_kept(admin: httpx.Client, db: Database) -> None:
    for status in ("PENDING", "CONFIRMED", "CANCELLED"):
        flight = add_flight(admin, flight_number=f"AI-{status}")
        book(db, flight["id"], status=status)
        refused = admin.delete(f"/admin/flights/{flight['id']}")
        assert (refused.status_code, refused.json()["code"]) == (409, "flight_has_bookings"), status
        assert admin.get(f"/admin/flights/{flight['id']}").status_code == 200


def test_a_cancelled_flight_is_not_changed(admin: httpx.Client, db: Database) -> None:
    flight = add_flight(admin)
    with db.transaction() as connection:
        connection.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", (flight["id"],))
    refused = admin.put(f"/admin/flights/{flight['id']}", json=body(price=1))
    assert (refused.status_code, refused.json()["code"]) == (409, "flight_cancelled")


def test_a_new_capacity_makes_redis_load_the_flight_again(admin: httpx.Client, db: Database, redis_url: str) -> None:
    flight = add_flight(admin, total_seats=10)
    with redis_py.Redis.from_url(redis_url) as client:
        inventory = Inventory(client)
        with db.snapshot() as connection:
            inventory.load(take_snapshots(connection, [UUID(flight["id"])]))
        assert admin.get(f"/admin/flights/{flight['id']}/inventory").json()["redis_free"] == 10

        admin.put(f"/admin/flights/{flight['id']}", json=body(total_seats=10, price=9))
        assert client.exists(keys.inventory(UUID(flight["id"]))) == 1  # another price is no reason
        admin.put(f"/admin/flights/{flight['id']}", json=body(total_seats=12))
        assert client.exists(keys.inventory(UUID(flight["id"]))) == 0


def test_flights_are_kept_by_administrators_alone(client: httpx.Client, traveller: httpx.Client, admin: httpx.Client) -> None:
    flight = add_flight(admin)
    for method, path in [
        ("POST", "/admin/flights"),
        ("GET", "/admin/flights"),
        ("PUT", f"/admin/flights/{flight['id']}"),
        ("DELETE", f"/admin/flights/{flight['id']}"),
        ("GET", f"/admin/flights/{flight['id']}/inventory"),
    ]:
        json = body() if method in ("POST", "PUT") else None
        assert client.request(method, path, json=json).status_code == 401
        assert traveller.request(method, path, json=json).status_code == 403
