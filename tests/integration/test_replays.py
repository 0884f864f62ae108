"""A repeated request returns the booking that it made, whatever has happened to the flight since."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from api.live.batch_intake import BatchIntake
from core.bookings.errors import SeatsSoldOut
from core.bookings.intake.requests import Accepted, BookingRequest, IntakeResult
from core.errors import AppError
from core.flights.errors import FlightDeparted
from core.idempotency.stored_responses import IdempotencyKeyReused
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline
from tests.support.steps import Steps
from tests.support.waiting import until


@pytest.fixture
def intake(pipeline: Pipeline) -> BatchIntake:
    return new_intake(pipeline.db)


def ask(
    intake: BatchIntake, user_id: UUID, flight_id: UUID, *, meaning: bytes = b"the same", refusal: AppError | None = None
) -> IntakeResult:
    (result,) = intake.accept(
        [BookingRequest(user_id, (flight_id,), 1, idempotency_key="mine", request_hash=meaning, refusal=refusal)]
    )
    return result


def test_a_key_is_answered_after_the_flight_has_departed(steps: Steps, intake: BatchIntake) -> None:
    flight, mine, other = steps.pipeline.flight(3), steps.pipeline.account().id, steps.pipeline.account().id
    first = ask(intake, mine, flight)
    assert isinstance(first, Accepted)
    steps.depart(flight)
    again = ask(intake, mine, flight)
    assert isinstance(again, Accepted)
    assert (again.booking_id, again.replayed) == (first.booking_id, True)
    assert isinstance(ask(intake, mine, flight, meaning=b"another"), IdempotencyKeyReused)
    assert isinstance(ask(intake, other, flight), FlightDeparted)


def test_the_limit_of_the_backlog_refuses_only_new_idempotency_keys(steps: Steps, intake: BatchIntake) -> None:
    flight, mine, other = steps.pipeline.flight(3), steps.pipeline.account().id, steps.pipeline.account().id
    full = SeatsSoldOut("Nothing is left.")
    first = ask(intake, mine, flight)
    again = ask(intake, mine, flight, refusal=full)
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert again.booking_id == first.booking_id
    assert ask(intake, other, flight, refusal=full) is full
    with steps.context.db.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM bookings").fetchone() == (1,)


def test_a_repeated_request_for_the_last_seat_gets_the_same_booking(pipeline: Pipeline) -> None:
    flight, traveller = pipeline.flight(1), pipeline.account()
    pipeline.worker()
    with httpx.Client(base_url=pipeline.api().base_url, headers=traveller.headers) as client:
        body = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}

        def book(key: str) -> httpx.Response:
            return client.post("/api/v1/booking", json=body, headers={"Idempotency-Key": key, "Prefer": "wait=10"})

        first = book("mine")
        until(lambda: book("mine").json()["status"] == "CONFIRMED", seconds=30)
        until(lambda: client.post("/api/v1/booking", json=body).json().get("code") == "sold_out", seconds=30)
        again = book("mine")
        assert (again.status_code, again.json()["booking_id"]) == (202, first.json()["booking_id"])
        assert again.headers["idempotent-replayed"] == "true"
