"""Tickets over HTTP: who can read them, when there is one, and what the code on it shows the staff."""

from __future__ import annotations

import re
from uuid import UUID

import httpx

from core.users.models import Role
from tests.support import passengers
from tests.support.api import RunningApi, problem
from tests.support.flights import add_flight, body, noon_in
from tests.support.passengers import book, read
from tests.support.pipeline import Pipeline

booking = passengers.booking


def code_of(api: RunningApi, traveller: httpx.Client, booking: UUID) -> str:
    return api.services.ticket_signer.sign(booking, read(traveller, booking)["reference"])


def test_a_confirmed_booking_has_a_page_and_a_file_for_calendars(traveller: httpx.Client, booking: UUID) -> None:
    page = traveller.get(f"/api/v1/bookings/{booking}/ticket.pdf")
    assert (page.status_code, page.headers["content-type"], page.headers["cache-control"]) == (200, "application/pdf", "no-store")
    assert read(traveller, booking)["reference"] in page.headers["content-disposition"]
    assert page.content.startswith(b"%PDF-")
    events = traveller.get(f"/api/v1/bookings/{booking}/calendar.ics")
    assert events.headers["content-type"].startswith("text/calendar")
    assert events.text.count("BEGIN:VEVENT") == 1


def test_a_flight_that_moves_raises_the_sequence_and_keeps_the_uid(
    traveller: httpx.Client, admin: httpx.Client, pipeline: Pipeline
) -> None:
    flight = add_flight(admin)
    booking = UUID(book(traveller, pipeline, flight=flight["id"]).json()["booking_id"])
    pipeline.work(booking)

    def event() -> tuple[str, int, str]:
        text = traveller.get(f"/api/v1/bookings/{booking}/calendar.ics").text
        found = dict(re.findall(r"^(UID|SEQUENCE|DTSTART):(.*)\r$", text, re.MULTILINE))
        return found["UID"], int(found["SEQUENCE"]), found["DTSTART"]

    before = event()
    moved = body(departure_ts=noon_in(12), arrival_ts=noon_in(12, hours=2))
    assert admin.put(f"/admin/flights/{flight['id']}", json=moved).status_code == 200
    after = event()
    assert (after[0], after[2]) == (before[0], noon_in(12).strftime("%Y%m%dT%H%M%SZ"))
    assert after[1] > before[1]


def test_a_ticket_of_another_account_does_not_exist(api: RunningApi, traveller: httpx.Client, booking: UUID) -> None:
    with api.client(api.admit().headers) as other_traveller:
        for name in ("ticket.pdf", "calendar.ics"):
            problem(other_traveller.get(f"/api/v1/bookings/{booking}/{name}"), 404, "booking_not_found")


def test_there_is_no_ticket_before_and_after_the_booking_stands(traveller: httpx.Client, pipeline: Pipeline) -> None:
    pending = UUID(book(traveller, pipeline).json()["booking_id"])
    for name in ("ticket.pdf", "calendar.ics"):
        assert problem(traveller.get(f"/api/v1/bookings/{pending}/{name}"), 409, "no_ticket")["booking_status"] == "PENDING"
    pipeline.work(pending)
    assert traveller.delete(f"/api/v1/bookings/{pending}").status_code == 200
    refused = problem(traveller.get(f"/api/v1/bookings/{pending}/ticket.pdf"), 409, "no_ticket")
    assert "cancelled" in refused["detail"]


def test_the_code_shows_staff_whether_the_booking_is_still_valid(api: RunningApi, traveller: httpx.Client, booking: UUID) -> None:
    code = code_of(api, traveller, booking)
    with api.client(api.admit(Role.AGENT).headers) as agent:
        checked = agent.get(f"/admin/tickets/{code}").json()
        assert (checked["valid"], checked["booking_id"], checked["passengers"][0]["name"]) == (True, str(booking), "Asha Rao")
        assert traveller.delete(f"/api/v1/bookings/{booking}").status_code == 200
        checked = agent.get(f"/admin/tickets/{code}").json()
        assert (checked["valid"], checked["status"]) == (False, "CANCELLED")
        assert "cancelled" in checked["reason"]
        problem(agent.get(f"/admin/tickets/{code[:-1]}"), 422, "ticket_not_genuine")
        problem(agent.get(f"/admin/tickets/{'x' * 200}"), 422, "validation")
    problem(traveller.get(f"/admin/tickets/{code}"), 403, "forbidden")


def test_the_key_is_public(api: RunningApi, client: httpx.Client) -> None:
    assert client.get("/api/v1/tickets/key").json()["public_key"] == api.services.ticket_signer.public_key
