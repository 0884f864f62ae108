"""After a change of seats the traveller gets the new ticket by mail: one mail for each change, if, and only if, it is committed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest

from core.bookings.errors import SeatTaken
from core.bookings.seat_numbers import changing
from tests.support import mails
from tests.support.api import RunningApi, register
from tests.support.cabins import book, booked, flight_with_cabin, put
from tests.support.mail_server import MailServer
from tests.support.mails import kinds, newest, requests, write
from tests.support.pipeline import Pipeline
from workers.mails import send_mails

asha = mails.asha
server = mails.server


@pytest.fixture
def flight(pipeline: Pipeline) -> UUID:
    return flight_with_cabin(pipeline)


@pytest.fixture
def booking(asha: httpx.Client, flight: UUID, pipeline: Pipeline) -> UUID:
    """Confirmed, in seat 1A; its mail is written."""
    booking = booked(book(asha, flight, seat_numbers=[["1A"]]))
    pipeline.work(booking)
    write(pipeline)
    return booking


def test_each_change_of_seats_has_a_mail_also_a_change_back_to_the_first_ones(
    asha: httpx.Client, booking: UUID, pipeline: Pipeline
) -> None:
    for seat in ("2C", "1A", "2C"):
        assert put(asha, booking, [[seat]]).status_code == 200
        for _ in range(2):
            write(pipeline)
        assert f"  Seats: {seat}\n" in newest(asha)["body"]
    assert kinds(asha) == ["confirmed", "seats_changed", "seats_changed", "seats_changed"]
    reference = asha.get(f"/api/v1/bookings/{booking}").json()["reference"]
    assert newest(asha)["subject"] == f"Your seats have changed · Delhi to Mumbai · {reference}"
    assert "Your ticket and a file for your calendar are on the page of the booking." in newest(asha)["body"]


def test_changes_that_follow_each_other_at_once_are_one_mail(asha: httpx.Client, booking: UUID, pipeline: Pipeline) -> None:
    for seat in ("2C", "2D", "3A"):
        put(asha, booking, [[seat]])
    write(pipeline)
    assert kinds(asha) == ["confirmed", "seats_changed"]
    assert "  Seats: 3A\n" in newest(asha)["body"]


def test_a_change_that_does_not_affect_the_ticket_has_no_mail(
    asha: httpx.Client, booking: UUID, flight: UUID, pipeline: Pipeline
) -> None:
    assert put(asha, booking, [["1A"]]).status_code == 200, "the same seat"
    held = booked(book(asha, flight, payment={"hold": True}))
    pipeline.work(held)
    write(pipeline)
    assert put(asha, held, [["2A"]]).status_code == 200, "a held booking has no ticket yet"
    assert put(asha, booking, [["2A"]]).status_code == 409, "taken"
    write(pipeline)
    assert kinds(asha) == ["confirmed", "held"]


def test_a_booking_that_was_cancelled_meanwhile_has_that_status(asha: httpx.Client, booking: UUID, pipeline: Pipeline) -> None:
    put(asha, booking, [["2A"]])
    asha.delete(f"/api/v1/bookings/{booking}")
    write(pipeline)
    assert kinds(asha) == ["confirmed", "cancelled"]


def test_a_change_that_is_undone_writes_no_mail(asha: httpx.Client, booking: UUID, flight: UUID, pipeline: Pipeline) -> None:
    user = UUID(asha.get("/api/v1/auth/me").json()["id"])

    def change_and_undo() -> None:
        with pipeline.db.transaction() as connection:
            changing.change(connection, booking, user, (("2A",),), user_id=user)
            found = connection.execute("SELECT ticket_change FROM mail_requests").fetchall()
            assert found == [("seats",)], "in the transaction of the change"
            raise SeatTaken("undone")

    with pytest.raises(SeatTaken):
        change_and_undo()
    assert requests(pipeline) == []


def test_two_workers_write_it_once(asha: httpx.Client, booking: UUID, pipeline: Pipeline) -> None:
    put(asha, booking, [["2A"]])
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(write, pipeline) for _ in range(4)]:
            done.result()
    assert kinds(asha) == ["confirmed", "seats_changed"]


def test_the_traveller_gets_a_mail_when_the_staff_changes_seats(
    asha: httpx.Client, admin: httpx.Client, booking: UUID, pipeline: Pipeline
) -> None:
    assert put(admin, booking, [["3C"]]).status_code == 200
    write(pipeline)
    assert kinds(asha) == ["confirmed", "seats_changed"]


def test_without_an_address_nothing_is_requested(api: RunningApi, flight: UUID, pipeline: Pipeline) -> None:
    with api.client() as client:
        person = register(client)
    with api.client(person.headers) as client:
        booking = booked(book(client, flight, seat_numbers=[["1A"]]))
        pipeline.work(booking)
        assert put(client, booking, [["2A"]]).status_code == 200
        assert requests(pipeline) == []


def test_it_is_sent_with_the_new_ticket(asha: httpx.Client, booking: UUID, pipeline: Pipeline, server: MailServer) -> None:
    put(asha, booking, [["2A"]])
    write(pipeline, sends=True)
    send_mails(pipeline.context, [UUID(newest(asha)["id"])])
    (message,) = server.taken
    assert message["Subject"].startswith("Your seats have changed")
    assert [part.get_content_type() for part in message.iter_attachments()] == ["application/pdf", "text/calendar"]
