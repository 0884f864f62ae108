"""The waiting list over HTTP, on the real application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from core.users.models import Role
from tests.support.pipeline import Pipeline
from tests.support.signed_in_user import SignedInUser
from tests.support.steps import Steps


class Travellers:
    """People with a client each, on one application."""

    def __init__(self, pipeline: Pipeline, base_url: str, stack: ExitStack) -> None:
        self._pipeline = pipeline
        self._base_url = base_url
        self._stack = stack

    def new(self, role: Role = Role.TRAVELLER) -> httpx.Client:
        return self.of(self._pipeline.account(role))

    def of(self, account: SignedInUser) -> httpx.Client:
        return self._stack.enter_context(httpx.Client(base_url=self._base_url, headers=account.headers, timeout=30))


@pytest.fixture
def travellers(pipeline: Pipeline) -> Iterator[Travellers]:
    with ExitStack() as stack:
        yield Travellers(pipeline, pipeline.api().base_url, stack)


def line(flight: UUID) -> str:
    return f"/api/v1/flights/{flight}/waitlist"


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_a_traveller_waits_is_offered_a_seat_and_pays_or_leaves(steps: Steps, travellers: Travellers) -> None:
    pipeline, owner = steps.pipeline, steps.pipeline.account()
    flight = pipeline.flight(2)
    booking = steps.book(owner.id, flight, 2)
    first, second = travellers.new(), travellers.new()

    joined = first.post(line(flight), json={"party_size": 2})
    assert joined.status_code == 201, joined.text
    assert joined.headers["location"] == line(flight)
    body: dict[str, Any] = joined.json()
    assert body | {"id": "", "created_at": ""} == {
        "id": "",
        "flight_id": str(flight),
        "party_size": 2,
        "accept_partial": False,
        "status": "WAITING",
        "position": 1,
        "ahead_seats": 0,
        "offer": None,
        "explanation": "You are first in line. No seat is free; the next ones that are given back are offered in turn.",
        "created_at": "",
    }
    assert first.post(line(flight), json={"party_size": 2}).status_code == 200
    assert code(first.post(line(flight), json={"party_size": 1})) == (409, "already_waiting")
    assert second.post(line(flight), json={"party_size": 1, "accept_partial": True}).json()["position"] == 2

    assert travellers.of(owner).delete(f"/api/v1/bookings/{booking}").status_code == 200
    offered = first.get(line(flight)).json()
    assert (offered["status"], offered["position"], offered["offer"]["seats"]) == ("OFFERED", None, 2)
    mine = first.get("/api/v1/bookings", params={"status": "HELD"}).json()["data"]
    assert [each["id"] for each in mine] == [offered["offer"]["booking_id"]]
    assert mine[0]["hold_expires_at"] == offered["offer"]["expires_at"]
    assert "pay" in mine[0]["available_actions"]

    assert first.delete(line(flight)).status_code == 204
    assert code(first.get(line(flight))) == (404, "not_waiting")
    assert code(first.delete(line(flight))) == (404, "not_waiting")
    assert second.get(line(flight)).json()["offer"]["seats"] == 1
    assert first.get(f"/api/v1/bookings/{mine[0]['id']}").json()["status"] == "CANCELLED"


def test_the_waiting_list_is_closed_if_the_flight_cannot_be_booked(steps: Steps, travellers: Travellers) -> None:
    flight = steps.pipeline.flight(3)
    traveller = travellers.new()
    refused = traveller.post(line(flight), json={"party_size": 3})
    assert (*code(refused), refused.json()["free"]) == (409, "seats_available", 3)
    assert code(traveller.post(line(uuid4()), json={"party_size": 1})) == (404, "flight_not_found")
    assert traveller.post("/api/v1/flights/nonsense/waitlist", json={"party_size": 1}).status_code == 404
    steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", flight)
    assert code(traveller.post(line(flight), json={"party_size": 9})) == (409, "flight_cancelled")
    departed = steps.pipeline.flight(3)
    steps.depart(departed)
    assert code(traveller.post(line(departed), json={"party_size": 9})) == (409, "flight_departed")


@pytest.mark.parametrize(
    "body", [{}, {"party_size": 0}, {"party_size": 10}, {"party_size": "2"}, {"party_size": 1, "seats": 1}, {"party_size": None}]
)
def test_a_party_is_one_to_nine_people(steps: Steps, travellers: Travellers, body: dict[str, object]) -> None:
    assert code(travellers.new().post(line(steps.pipeline.flight(1)), json=body)) == (422, "validation")


def test_entries_of_other_travellers_cannot_be_read_or_left(steps: Steps, travellers: Travellers) -> None:
    flight = steps.pipeline.flight(1)
    first, other, admin = travellers.new(), travellers.new(), travellers.new(Role.ADMIN)
    assert first.post(line(flight), json={"party_size": 2}).status_code == 201
    for other_traveller in (other, admin):
        assert code(other_traveller.get(line(flight))) == (404, "not_waiting")
        assert code(other_traveller.delete(line(flight))) == (404, "not_waiting")
    assert first.get(line(flight)).json()["status"] == "WAITING"


def test_a_larger_aircraft_is_first_of_all_for_those_who_wait(steps: Steps, travellers: Travellers) -> None:
    flight = steps.pipeline.flight(1)
    waiting, admin = travellers.new(), travellers.new(Role.ADMIN)
    waiting.post(line(flight), json={"party_size": 2})
    known = admin.get(f"/admin/flights/{flight}").json()
    fields = ("flight_number", "source", "destination", "departure_ts", "arrival_ts", "price", "currency")
    larger = {name: known[name] for name in fields} | {"total_seats": 4}
    replaced = admin.put(f"/admin/flights/{flight}", json=larger)
    assert (replaced.status_code, replaced.json()["available_seats"]) == (200, 2), replaced.text
    assert waiting.get(line(flight)).json()["offer"]["seats"] == 2
    assert steps.pipeline.violations() == []
