"""After travellers were added or their names corrected, the new ticket is mailed if, and only if, the change is committed."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from core.bookings import passengers
from core.bookings.passengers import Correction
from tests.support import mails
from tests.support.api import RunningApi, register
from tests.support.cabins import booked, flight_with_cabin, put
from tests.support.mail_server import MailServer
from tests.support.mails import confirmed, kinds, newest, requests, write
from tests.support.passengers import ASHA, RAVI, book, correct
from tests.support.pipeline import Pipeline
from workers.mails import send_mails

asha = mails.asha
server = mails.server


@pytest.fixture
def booking(asha: httpx.Client, pipeline: Pipeline) -> UUID:
    """Confirmed, of two seats for Asha Rao and somebody without a name; its mail is written."""
    booking = confirmed(asha, pipeline)
    write(pipeline)
    return booking


def add(client: httpx.Client, booking: UUID, *people: dict[str, str]) -> httpx.Response:
    return client.patch(f"/api/v1/bookings/{booking}/passengers", json={"passengers": list(people)})


def test_each_correction_has_a_mail_with_the_new_names_also_back_to_the_first_one(
    asha: httpx.Client, booking: UUID, pipeline: Pipeline
) -> None:
    for name in ("Asha Menon", "Asha Rao", "Asha Menon"):
        assert correct(asha, booking, 1, name=name).status_code == 200
        for _ in range(2):
            write(pipeline)
        assert f"\nTravellers: {name}\n" in newest(asha)["body"]
    assert kinds(asha) == ["confirmed", "names_changed", "names_changed", "names_changed"]
    reference = asha.get(f"/api/v1/bookings/{booking}").json()["reference"]
    assert newest(asha)["subject"] == f"Your travellers' names have changed · Delhi to Mumbai · {reference}"
    assert "Your ticket and a file for your calendar are on the page of the booking." in newest(asha)["body"]


def test_an_added_passenger_has_a_mail_and_changes_soon_after_are_one_mail(
    asha: httpx.Client, booking: UUID, pipeline: Pipeline
) -> None:
    assert add(asha, booking, RAVI).status_code == 200
    assert correct(asha, booking, 1, name="Asha Menon").status_code == 200
    write(pipeline)
    assert kinds(asha) == ["confirmed", "names_changed"]
    assert f"\nTravellers: Asha Menon, {RAVI['name']}\n" in newest(asha)["body"]


def test_a_change_of_seats_and_one_of_names_at_once_are_one_mail_of_the_later_kind(
    asha: httpx.Client, pipeline: Pipeline
) -> None:
    booking = booked(book(asha, pipeline, ASHA, flight=flight_with_cabin(pipeline)))
    pipeline.work(booking)
    write(pipeline)
    assert put(asha, booking, [["2C", "2D"]]).status_code == 200
    assert correct(asha, booking, 1, name="Asha Menon").status_code == 200
    assert requests(pipeline) == ["seats", "names"]
    write(pipeline)
    assert kinds(asha) == ["confirmed", "names_changed"]
    assert "  Seats: 2C, 2D\n" in newest(asha)["body"]
    assert "\nTravellers: Asha Menon\n" in newest(asha)["body"]


def test_a_change_that_does_not_affect_the_ticket_has_no_mail(asha: httpx.Client, booking: UUID, pipeline: Pipeline) -> None:
    assert correct(asha, booking, 1, name="  Asha  Rao ").status_code == 200, "the same name"
    assert correct(asha, booking, 1, contact="rao@example.com", date_of_birth=None).status_code == 200, "not on the ticket"
    assert correct(asha, booking, 1, name="???").status_code == 422, "refused"
    assert add(asha, booking, RAVI, RAVI).status_code == 422, "more than seats"
    held = asha.post("/api/v1/booking", json={"flight_id": str(pipeline.flight(9)), "seats": 1, "payment": {"hold": True}})
    pipeline.work(booked(held))
    write(pipeline)
    assert add(asha, booked(held), ASHA).status_code == 200, "a held booking has no ticket yet"
    assert requests(pipeline) == []
    assert kinds(asha) == ["confirmed", "held"]


def test_a_correction_that_is_undone_writes_no_mail(asha: httpx.Client, booking: UUID, pipeline: Pipeline) -> None:
    def correct_and_undo() -> None:
        with pipeline.db.transaction() as connection:
            passengers.correct(connection, booking, None, 1, Correction(name="Asha Menon"))
            found = connection.execute("SELECT ticket_change FROM mail_requests").fetchall()
            assert found == [("names",)], "in the transaction of the correction"
            raise LookupError("undone")

    with pytest.raises(LookupError):
        correct_and_undo()
    assert requests(pipeline) == []


def test_the_traveller_gets_a_mail_when_the_staff_corrects_a_name(
    asha: httpx.Client, admin: httpx.Client, booking: UUID, pipeline: Pipeline
) -> None:
    assert correct(admin, booking, 1, name="Asha Menon").status_code == 200
    write(pipeline)
    assert kinds(asha) == ["confirmed", "names_changed"]


def test_without_an_address_nothing_is_requested(api: RunningApi, pipeline: Pipeline) -> None:
    with api.client() as client:
        person = register(client)
    with api.client(person.headers) as client:
        booking = confirmed(client, pipeline)
        assert correct(client, booking, 1, name="Asha Menon").status_code == 200
    assert requests(pipeline) == []


def test_it_is_sent_with_the_new_ticket(asha: httpx.Client, booking: UUID, pipeline: Pipeline, server: MailServer) -> None:
    correct(asha, booking, 1, name="Asha Menon")
    write(pipeline, sends=True)
    send_mails(pipeline.context, [UUID(newest(asha)["id"])])
    (message,) = server.taken
    assert message["Subject"].startswith("Your travellers' names have changed")
    assert [part.get_content_type() for part in message.iter_attachments()] == ["application/pdf", "text/calendar"]
