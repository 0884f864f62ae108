"""A flight with bookings is moved: its travellers are shown the new times, accept them, or cancel free of charge."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.locking import lock_bookings
from core.bookings.models import PaymentMode
from core.clock import new_id
from core.imports import service
from core.imports.csv.header import read_layout
from core.imports.models import ImportMode
from core.imports.storage.folder import folder_storage
from tests.support import moved_flights
from tests.support.api import RunningApi, register
from tests.support.flights import body, noon_in
from tests.support.moved_flights import Book, keep, move, read, times
from tests.support.pipeline import Pipeline
from workers.imports.run import run_import

flight, book = moved_flights.flight, moved_flights.book


def test_the_travellers_of_a_moved_flight_see_old_and_new_times(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any], book: Book
) -> None:
    seated, held = book(flight["id"]), book(flight["id"], mode=PaymentMode.HOLD)
    cancelled, elsewhere = book(flight["id"]), book(pipeline.flight(5))
    traveller.delete(f"/api/v1/bookings/{cancelled}")
    etag = traveller.get(f"/api/v1/jobs/{seated}").headers["etag"]
    move(admin, flight, hours=5)
    for booking, actions in ((seated, ["cancel", "accept_change"]), (held, ["pay", "cancel", "accept_change"])):
        view = read(traveller, booking)
        assert times(view["schedule_change"]) == [noon_in(3), noon_in(3, hours=5), noon_in(3, hours=7)]
        assert (view["schedule_change"]["action"], view["schedule_change"]["flight_id"]) == (None, flight["id"])
        assert view["available_actions"] == actions
    assert traveller.get(f"/api/v1/jobs/{seated}", headers={"If-None-Match": etag}).status_code == 200
    assert [read(traveller, booking)["schedule_change"] for booking in (cancelled, elsewhere)] == [None, None]


def test_a_moved_flight_is_in_the_attention_list_until_it_is_answered(
    admin: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    def asking() -> list[str]:
        return [each["id"] for each in traveller.get("/api/v1/bookings", params={"attention": True}).json()["data"]]

    booking = book(flight["id"])
    assert asking() == []
    move(admin, flight, hours=5)
    assert asking() == [str(booking)]
    assert keep(traveller, booking).status_code == 200
    assert asking() == []


def test_a_flight_that_is_moved_before_the_seats_are_reserved_causes_a_schedule_change(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any]
) -> None:
    owner = UUID(traveller.get("/api/v1/auth/me").json()["id"])
    later = pipeline.flight(5, departs_in=timedelta(days=9))
    futures = [
        BookingRequest(owner, (UUID(flight["id"]),), 1),
        BookingRequest(owner, (UUID(flight["id"]),), 1, PaymentMode.HOLD),
        BookingRequest(owner, (UUID(flight["id"]), later), 1),
    ]
    bookings = pipeline.accept(*futures)
    move(admin, flight, hours=5)
    (untouched,) = pipeline.accept(futures[0])
    for booking in (*bookings, untouched):
        pipeline.work(booking)
    for booking in bookings:
        view = read(traveller, booking)
        assert times(view["schedule_change"]) == [noon_in(3), noon_in(3, hours=5), noon_in(3, hours=7)]
        assert "accept_change" in view["available_actions"]
    assert read(traveller, untouched)["schedule_change"] is None


def test_a_second_move_moves_on_from_what_was_booked_and_moving_back_settles_it(
    admin: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    booking = book(flight["id"])
    move(admin, flight, hours=5)
    move(admin, flight, hours=-2)
    assert times(read(traveller, booking)["schedule_change"]) == [noon_in(3), noon_in(3, hours=-2), noon_in(3)]
    move(admin, flight, hours=0)
    view = read(traveller, booking)
    assert (view["schedule_change"], view["available_actions"]) == (None, ["cancel"])


def test_a_change_of_anything_else_is_none_of_the_schedule(
    admin: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    booking = book(flight["id"])
    changed = body(departure_ts=noon_in(3), arrival_ts=noon_in(3, hours=2), price=9999, total_seats=99)
    assert admin.put(f"/admin/flights/{flight['id']}", json=changed).json()["version"] == 2
    assert read(traveller, booking)["schedule_change"] is None


def test_keeping_settles_the_change_and_the_fare_rule_counts_again(
    admin: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    booking = book(flight["id"])
    move(admin, flight, hours=5)
    first, again = keep(traveller, booking), keep(traveller, booking)
    assert first.status_code == again.status_code == 200
    assert first.json()["schedule_change"]["action"] == again.json()["schedule_change"]["action"] == "kept"
    assert first.json()["available_actions"] == ["cancel"]
    assert traveller.post(f"/api/v1/bookings/{booking}/cancellations").json()["fee_amount"] == "1875.00"
    move(admin, flight, hours=6)
    view = read(traveller, booking)
    assert view["schedule_change"]["action"] is None
    assert times(view["schedule_change"])[0] == noon_in(3, hours=5)
    assert traveller.post(f"/api/v1/bookings/{booking}/cancellations").json()["fee_amount"] == "0.00"


def test_new_times_that_the_traveller_has_not_seen_cannot_be_accepted(
    admin: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    booking = book(flight["id"])
    move(admin, flight, hours=1)
    seen = read(traveller, booking)["schedule_change"]["new_departure_ts"]
    move(admin, flight, hours=30)
    refused = keep(traveller, booking, new_departure_ts=seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "moved_again")
    now_seen = refused.json()["new_departure_ts"]
    assert datetime.fromisoformat(now_seen) == noon_in(3, hours=30)
    assert keep(traveller, booking, new_departure_ts=now_seen).json()["schedule_change"]["action"] == "kept"


def test_a_change_of_a_flight_that_has_left_or_was_cancelled_is_not_kept(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any], book: Book
) -> None:
    booking = book(flight["id"])
    move(admin, flight, hours=5)
    for change in ("status = 'CANCELLED'", "status = 'SCHEDULED', departure_ts = now() - interval '1 minute'"):
        with pipeline.db.transaction() as connection:
            connection.execute(f"UPDATE flights SET {change} WHERE id = %s".encode(), (flight["id"],))
        assert "accept_change" not in read(traveller, booking)["available_actions"]
        assert keep(traveller, booking).json()["code"] == "no_schedule_change"


def test_who_has_flown_out_may_keep_a_return_that_was_moved(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any], book: Book
) -> None:
    outbound = pipeline.flight(5, departs_in=timedelta(days=2))
    booking = book(outbound, flight["id"])
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE flights SET departure_ts = now() - interval '1 minute' WHERE id = %s", (outbound,))
    move(admin, flight, hours=5)
    assert read(traveller, booking)["available_actions"] == ["accept_change"]
    assert keep(traveller, booking).json()["available_actions"] == []


def test_a_flight_with_travellers_goes_nowhere_else_and_not_into_the_past(
    admin: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    address = f"/admin/flights/{flight['id']}"
    own = {"departure_ts": noon_in(3), "arrival_ts": noon_in(3, hours=2)}
    elsewhere, past = body(**own, destination="Chennai"), body(departure_ts=noon_in(-1), arrival_ts=noon_in(-1, hours=2))
    booking = book(flight["id"])
    for changed in (elsewhere, past):
        refused = admin.put(address, json=changed)
        assert (refused.status_code, refused.json()["code"]) == (409, "flight_has_bookings")
    assert admin.put(address, json=body(**own, destination="BOM")).status_code == 200  # the same place by its code
    traveller.delete(f"/api/v1/bookings/{booking}")
    for changed in (elsewhere, past):
        assert admin.put(address, json=changed).status_code == 200


def test_cancelling_while_it_is_open_is_free_of_charge(
    admin: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    quoted_before, deleted = book(flight["id"]), book(flight["id"])
    quote = traveller.post(f"/api/v1/bookings/{quoted_before}/cancellations").json()
    assert quote["refund_amount"] == "5625.00"
    move(admin, flight, hours=1)
    for view in (
        traveller.post(f"/api/v1/cancellations/{quote['id']}/confirm").json(),
        traveller.delete(f"/api/v1/bookings/{deleted}").json(),
    ):
        assert (view["status"], view["refund"]["amount"]) == ("CANCELLED", "7500.00")
        assert view["schedule_change"]["action"] == "cancelled"
    carried_out = traveller.get(f"/api/v1/cancellations/{quote['id']}").json()
    assert (carried_out["refund_amount"], carried_out["fee_amount"]) == ("7500.00", "0.00")


def test_one_moved_flight_opens_the_whole_booking(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any], book: Book
) -> None:
    booking = book(pipeline.flight(5, departs_in=timedelta(days=2)), flight["id"])
    move(admin, flight, hours=5)
    view = read(traveller, booking)
    assert [segment["schedule_change"] is None for segment in view["segments"]] == [True, False]
    assert view["schedule_change"] == view["segments"][1]["schedule_change"]
    assert traveller.delete(f"/api/v1/bookings/{booking}").json()["refund"]["amount"] == "15000.00"


@pytest.mark.parametrize("mode", [PaymentMode.NONE, PaymentMode.HOLD])
def test_who_misses_a_flight_that_was_moved_ahead_of_the_first_may_still_give_the_booking_back(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any], book: Book, mode: PaymentMode
) -> None:
    booking = book(pipeline.flight(5, departs_in=timedelta(days=2)), flight["id"], mode=mode)
    move(admin, flight, hours=-48)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE flights SET departure_ts = now() - interval '1 minute' WHERE id = %s", (flight["id"],))
    assert read(traveller, booking)["available_actions"] == ["cancel"]
    assert traveller.post(f"/api/v1/bookings/{booking}/payments", json={"token": "tok_ok"}).json()["code"] == "not_payable"
    assert traveller.delete(f"/api/v1/bookings/{booking}").json()["status"] == "CANCELLED"


def test_there_is_nothing_to_keep_where_nothing_was_moved_or_the_booking_is_not_yours(
    api: RunningApi, admin: httpx.Client, client: httpx.Client, traveller: httpx.Client, flight: dict[str, Any], book: Book
) -> None:
    booking = book(flight["id"])
    refused = keep(traveller, booking)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_schedule_change")
    move(admin, flight, hours=5)
    assert traveller.post(f"/api/v1/bookings/{booking}/schedule-change", json={"action": "cry"}).status_code == 422
    with api.client(register(client).headers) as other_traveller:
        for response in (keep(other_traveller, booking), keep(other_traveller, UUID(int=7))):
            assert (response.status_code, response.json()["code"]) == (404, "booking_not_found")
    assert keep(admin, booking).status_code == 200
    move(admin, flight, hours=6)
    traveller.delete(f"/api/v1/bookings/{booking}")
    assert keep(traveller, booking).json()["code"] == "no_schedule_change"


def test_a_file_that_moves_the_arrival_is_seen_too(
    traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any], book: Book, tmp_path: Path
) -> None:
    booking = book(flight["id"])
    file = (
        "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n"
        f"AI-202,Delhi,Mumbai,{noon_in(3).isoformat()},{noon_in(3, hours=3).isoformat()},150,7500\n"
    ).encode()
    storage, import_id = folder_storage(tmp_path), new_id()
    upload = storage.receive(service.storage_key(import_id))
    upload.write(file)
    stored = upload.keep()
    with pipeline.db.transaction() as connection:
        service.accept(connection, import_id, stored, read_layout(file), user_id=None, mode=ImportMode.UPSERT, dry_run=False)
    run_import(pipeline.db, pipeline.redis, storage, import_id)
    assert times(read(traveller, booking)["schedule_change"]) == [noon_in(3), noon_in(3), noon_in(3, hours=3)]


def test_a_flight_is_moved_while_a_booking_on_it_is_being_cancelled(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline, flight: dict[str, Any], book: Book
) -> None:
    # Who cancels has the booking's lock and wants the flight's; who moves the flight has that one, and writes about the booking.
    booking = book(flight["id"])
    with pipeline.db.transaction() as connection:
        lock_bookings(connection, [booking])
        move(admin, flight, hours=5)
    assert traveller.delete(f"/api/v1/bookings/{booking}").json()["schedule_change"]["action"] == "cancelled"
