"""Seat numbers over HTTP: picked with the booking, and changed until check-in closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.reading import queries
from core.notifications.due_mails import MailKind
from core.notifications.texts import booking_text
from core.tickets import reading
from core.tickets.signature import TicketSigner
from tests.support import shared_installation
from tests.support.api import problem
from tests.support.cabins import book, booked, flight_with_cabin, numbers, put, taken, wrong_numbers
from tests.support.pipeline import Pipeline
from tests.support.signed_in_user import SignedInUser

pipeline, api, account = shared_installation.pipeline, shared_installation.api, shared_installation.account
client, other_traveller, admin = shared_installation.client, shared_installation.other_traveller, shared_installation.admin


def test_a_booking_picks_its_seats_and_shows_them_before_a_worker_has_seen_it(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    booking = booked(book(client, flight, seats=2, seat_numbers=[[" 02d", "2c"]]))
    assert numbers(client, booking) == [["2D", "2C"]]
    pipeline.work(booking)
    assert pipeline.endings([booking]) == {"CONFIRMED": 1}
    assert numbers(client, booking) == [["2D", "2C"]]
    assert taken(client, flight) == ["2C", "2D"]
    assert wrong_numbers(pipeline) == []


def test_the_seat_map_is_public_and_has_no_names(api: Any, client: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    booked(book(client, flight, seat_numbers=[["1A"]]))
    with api.client() as anybody:
        view = anybody.get(f"/api/v1/flights/{flight}/seats", params={"best": 2}).json()
        assert anybody.get(f"/api/v1/flights/{uuid4()}/seats").json()["code"] == "flight_not_found"
    cabin = view.pop("cabin")
    assert view == {"flight_id": str(flight), "taken": ["1A"], "best": ["1C", "1D"]}
    assert (cabin["name"], cabin["seats"], cabin["sections"][0]["columns"]) == ("C208-9", 9, ["A", None, "C", "D"])
    assert cabin["sections"][0]["rows"][1] == {"number": 2, "exit": False, "seats": ["2A", None, "2C", "2D"]}


def test_a_flight_without_a_cabin_has_no_seat_map_and_books_as_before(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    view = client.get(f"/api/v1/flights/{flight}/seats").json()
    assert (view["cabin"], view["taken"], view["best"]) == (None, [], None)
    booking = booked(book(client, flight))
    segment = client.get(f"/api/v1/bookings/{booking}").json()["segments"][0]
    assert (segment["seat_numbers"], segment["seats_change_until"]) == ([], None)
    for wanted in ([["1A"]], "best"):
        problem_body = problem(book(client, flight, seat_numbers=wanted), 422, "validation")
        assert [error["code"] for error in problem_body["errors"]] == ["no_cabin"]


def test_the_second_request_for_a_seat_gets_the_taken_seats_and_is_not_booked(
    client: httpx.Client, other_traveller: httpx.Client, pipeline: Pipeline
) -> None:
    flight = flight_with_cabin(pipeline)
    booked(book(client, flight, seats=2, seat_numbers=[["1C", "1D"]]))
    problem_body = problem(book(other_traveller, flight, seats=3, seat_numbers=[["1A", "1C", "1D"]]), 409, "seat_taken")
    assert problem_body["seats"] == [{"flight_id": str(flight), "seat_number": seat} for seat in ("1C", "1D")]
    assert "1C, 1D" in problem_body["detail"]
    assert other_traveller.get("/api/v1/bookings").json()["data"] == []
    assert taken(client, flight) == ["1C", "1D"]
    booked(book(other_traveller, flight, seat_numbers=[["1A"]]))


@pytest.mark.parametrize(
    ("wanted", "errors"),
    [
        ([["99Z"]], [("/seat_numbers/0/0", "no_such_seat")]),
        ([["1B"]], [("/seat_numbers/0/0", "no_such_seat")]),
        ([["aisle"]], [("/seat_numbers/0/0", "bad_format")]),
        ([["1A", "2A"]], [("/seat_numbers/0", "too_long")]),
        ([["1A"], ["1A"]], [("/seat_numbers", "too_long")]),
        ([["1A", "01a"]], [("/seat_numbers/0/1", "duplicate")]),
    ],
)
def test_impossible_seats_are_refused_with_their_place_in_the_request(
    client: httpx.Client, pipeline: Pipeline, wanted: Any, errors: list[tuple[str, str]]
) -> None:
    flight = flight_with_cabin(pipeline)
    problem_body = problem(book(client, flight, seat_numbers=wanted), 422, "validation")
    assert [(error["pointer"], error["code"]) for error in problem_body["errors"]] == errors
    assert taken(client, flight) == []


@pytest.mark.parametrize("wanted", ["worst", [], [[1]], ["1A"], {}, [[None]], [["1" * 9]]])
def test_what_is_no_list_of_seats_is_refused(client: httpx.Client, pipeline: Pipeline, wanted: Any) -> None:
    problem(book(client, flight_with_cabin(pipeline), seat_numbers=wanted), 422, "validation")


def test_the_best_seats_are_together(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    assert numbers(client, booked(book(client, flight, seats=2, seat_numbers="best"))) == [["2C", "2D"]]
    assert numbers(client, booked(book(client, flight, seats=3, seat_numbers="best"))) == [["3A", "3C", "3D"]]


def test_a_journey_picks_where_there_is_a_cabin(client: httpx.Client, pipeline: Pipeline) -> None:
    flights = (flight_with_cabin(pipeline), pipeline.flight(10), flight_with_cabin(pipeline))
    assert numbers(client, booked(book(client, *flights, seat_numbers="best"))) == [["2A"], [], ["2A"]]
    assert numbers(client, booked(book(client, *flights, seat_numbers=[[], [], ["1A"]]))) == [[], [], ["1A"]]


def test_one_seat_that_is_gone_takes_no_other_one_along(client: httpx.Client, pipeline: Pipeline) -> None:
    first, second = flight_with_cabin(pipeline), flight_with_cabin(pipeline)
    booked(book(client, second, seat_numbers=[["1A"]]))
    problem_body = problem(book(client, first, second, seat_numbers=[["3A"], ["1A"]]), 409, "seat_taken")
    assert problem_body["seats"] == [{"flight_id": str(second), "seat_number": "1A"}]
    assert taken(client, first) == []


def test_requests_for_the_best_seats_are_not_refused_while_seats_are_left(client: httpx.Client, pipeline: Pipeline) -> None:
    """Numbers may be kept for bookings that find no seats, and count decides."""
    flight = flight_with_cabin(pipeline)
    for row in (1, 2, 3):
        booked(book(client, flight, seats=3, seat_numbers=[[f"{row}A", f"{row}C", f"{row}D"]]))
    late = booked(book(client, flight, seats=1, seat_numbers="best"))
    assert numbers(client, late) == [[]]


def test_a_repeated_request_is_answered_with_its_booking_although_its_seats_are_taken_by_itself(
    client: httpx.Client, pipeline: Pipeline
) -> None:
    flight = flight_with_cabin(pipeline)
    key = {"Idempotency-Key": "one"}
    body = {"flight_id": str(flight), "seats": 1, "seat_numbers": [["1A"]]}
    first, second = (client.post("/api/v1/booking", json=body, headers=key) for _ in range(2))
    assert (second.status_code, second.json()["booking_id"]) == (202, first.json()["booking_id"])
    assert second.headers["idempotent-replayed"] == "true"
    put(client, booked(first), [["2A"]])
    third = client.post("/api/v1/booking", json=body, headers=key)
    assert third.json()["booking_id"] == first.json()["booking_id"]
    assert taken(client, flight) == ["2A"], "a seat that was picked for a repeated request is free again"
    other = client.post("/api/v1/booking", json={**body, "seat_numbers": [["3A"]]}, headers=key)
    problem(other, 422, "idempotency_key_reused")
    assert taken(client, flight) == ["2A"]


def test_seats_are_changed_all_or_none(client: httpx.Client, other_traveller: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    mine = booked(book(client, flight, seats=2))
    theirs = booked(book(other_traveller, flight, seat_numbers=[["1A"]]))
    pipeline.work(mine, theirs)
    assert put(client, mine, [["2C", "2D"]]).json()["segments"][0]["seat_numbers"] == ["2C", "2D"]
    problem_body = problem(put(client, mine, [["1A", "1C"]]), 409, "seat_taken")
    assert problem_body["seats"] == [{"flight_id": str(flight), "seat_number": "1A"}]
    assert numbers(client, mine) == [["2C", "2D"]], "what they had is theirs"
    assert put(client, mine, [["2D", "2C"]]).status_code == 200, "they change places with each other"
    assert numbers(client, mine) == [["2D", "2C"]]
    assert put(client, mine, "best").json()["segments"][0]["seat_numbers"] == ["1C", "1D"], "beside the seat that is taken"
    assert put(client, mine, [[]]).json()["segments"][0]["seat_numbers"] == []
    assert taken(client, flight) == ["1A"]
    problem(put(client, mine, [["9A", "2D"]]), 422, "validation")
    problem(put(client, mine, [["2D"]]), 422, "validation")
    problem(put(client, theirs, [["2C"]]), 404, "booking_not_found")
    assert wrong_numbers(pipeline) == []


def test_who_of_the_staff_changes_a_seat_is_in_the_audit_log(
    client: httpx.Client, admin: httpx.Client, pipeline: Pipeline
) -> None:
    booking = booked(book(client, flight_with_cabin(pipeline), seat_numbers=[["1A"]]))
    assert put(client, booking, [["2A"]]).status_code == put(admin, booking, [["3A"]]).status_code == 200
    (entry,) = admin.get("/admin/audit", params={"entity": "booking"}).json()["data"]
    assert (entry["action"], entry["entity_id"]) == ("booking.seats_changed", str(booking))
    assert (entry["before"], entry["after"]) == ({"seat_numbers": [["2A"]]}, {"seat_numbers": [["3A"]]})


def test_seats_stay_as_they_are_once_check_in_has_closed(client: httpx.Client, pipeline: Pipeline) -> None:
    soon, later = flight_with_cabin(pipeline, departs_in=timedelta(minutes=59)), flight_with_cabin(pipeline)
    booking = booked(book(client, soon, later, seat_numbers=[["1A"], ["1A"]]))
    problem_body = problem(put(client, booking, [["2A"], ["2A"]]), 409, "seats_fixed")
    assert problem_body["flight_id"] == str(soon)
    assert put(client, booking, [["1A"], ["2A"]]).status_code == 200, "what stays is no change"
    assert put(client, booking, "best").status_code == 200
    assert numbers(client, booking) == [["1A"], ["2A"]]


def test_seat_numbers_are_on_the_ticket_at_the_gate_in_the_mail_and_in_the_list_of_passengers(
    client: httpx.Client, admin: httpx.Client, pipeline: Pipeline
) -> None:
    flight = flight_with_cabin(pipeline)
    signed_in_user = [{"name": "Asha Rao"}, {"name": "Ravi Rao"}]
    booking = booked(book(client, flight, seats=2, passengers=signed_in_user, seat_numbers=[["2D", "2C"]]))
    pipeline.work(booking)
    with pipeline.db.snapshot() as connection:
        signer = TicketSigner("a secret of this installation that is long enough")
        ticket = reading.get_ticket(connection, booking, None, signer)
        assert ticket.segments[0].seat_numbers == ("2D", "2C")
        assert reading.check(connection, ticket.code, signer).seat_numbers == [["2D", "2C"]]
        view = queries.get_booking(connection, booking, None)
    assert "  Seats: 2D, 2C" in booking_text(MailKind.CONFIRMED, view, with_ticket=False, sends=False).body
    listed = admin.get(f"/admin/flights/{flight}/passengers.csv").text.splitlines()
    assert [(row.split(",")[3], row.split(",")[-1]) for row in listed[1:]] == [("Asha Rao", "2D"), ("Ravi Rao", "2C")]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that this process sends from now on."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def note(cursor: Any, query: Any, *args: Any, **more: Any) -> Any:
        sent.append(query.decode() if isinstance(query, bytes) else str(query))
        return execute(cursor, query, *args, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    return sent


@pytest.mark.parametrize("wanted", [None, (("1A",),)])
def test_a_booking_without_numbers_costs_no_statement_about_them(
    pipeline: Pipeline, account: SignedInUser, statements: list[str], wanted: tuple[tuple[str, ...], ...] | None
) -> None:
    flight = flight_with_cabin(pipeline)
    statements.clear()
    pipeline.work(*pipeline.accept(BookingRequest(account.id, (flight,), 1, seat_numbers=wanted)))
    assert any("INSERT INTO bookings" in each for each in statements)
    assert any("seat_numbers" in each for each in statements) is (wanted is not None)


def test_the_audit_reports_a_party_of_which_only_some_have_a_seat(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    booking = booked(book(client, flight, seats=2, seat_numbers=[["1A", "1C"]]))
    assert wrong_numbers(pipeline) == []
    with pipeline.db.transaction() as connection:
        connection.execute("DELETE FROM seat_numbers WHERE seat_number = '1A'")
    (found,) = wrong_numbers(pipeline)
    assert f"booking {booking} has 1 of 2 seat numbers on flight {flight}" in found
