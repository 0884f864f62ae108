"""A second booking of the same flight by mistake is refused once, accepted with `allow_duplicate`, and never depends on timing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from core.bookings.errors import PossibleDuplicate
from core.bookings.intake import duplicates
from core.bookings.intake.requests import Accepted, BookingRequest, IntakeResult
from core.db import Database
from tests.support.api import ApiFactory, register
from tests.support.concurrent_clients import Attempt, accepted
from tests.support.concurrent_clients import book as book_at_once
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline
from tests.support.rows import insert_booking

AT_ONCE = 50
WINDOW_MINUTES = 15


@pytest.fixture
def watched(start_api: ApiFactory) -> Iterator[httpx.Client]:
    """A traveller. Rate limits are off, which changes nothing of what is tested here."""
    api = start_api()
    with api.client() as anybody, api.client(register(anybody).headers) as signed_in:
        yield signed_in


def book(client: httpx.Client, *flights: UUID, key: str | None = None, **body: Any) -> httpx.Response:
    attempt = {"flight_id": str(flights[0])} if len(flights) == 1 else {"flight_ids": [str(flight) for flight in flights]}
    return client.post("/api/v1/booking", json={**attempt, "seats": 1, **body}, headers={"Idempotency-Key": key} if key else {})


def test_the_same_flight_again_is_refused_without_allow_duplicate(watched: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(9)
    first = book(watched, flight)
    again = book(watched, flight, seats=2)
    assert (first.status_code, again.status_code) == (202, 409)
    assert (again.json()["code"], again.json()["booking_id"]) == ("possible_duplicate", first.json()["booking_id"])
    meant = book(watched, flight, seats=2, allow_duplicate=True)
    assert meant.status_code == 202
    assert meant.json()["booking_id"] != first.json()["booking_id"]


def test_a_repeated_key_is_the_same_booking_and_another_key_is_not(watched: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(9)
    first, replayed = book(watched, flight, key="one"), book(watched, flight, key="one")
    assert (replayed.status_code, replayed.headers["idempotent-replayed"]) == (202, "true")
    assert replayed.json()["booking_id"] == first.json()["booking_id"]
    refused = book(watched, flight, key="two")
    assert (refused.status_code, refused.json()["booking_id"]) == (409, first.json()["booking_id"])
    # What was refused was not stored, so its key is still free for the booking that is meant.
    assert book(watched, flight, key="two", allow_duplicate=True).status_code == 202
    assert book(watched, flight, key="two").headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("limits", ["on", "off"])
def test_the_window_is_a_setting_of_its_own(start_api: ApiFactory, pipeline: Pipeline, limits: str) -> None:
    flight = pipeline.flight(9)
    for minutes, status in ((20, 202), (30, 409)):
        api = start_api(RATE_LIMITS=limits, DUPLICATE_MINUTES=str(minutes))
        with api.client() as anybody, api.client(register(anybody).headers) as client:
            first = book(client, flight).json()["booking_id"]
            with pipeline.db.transaction() as connection:
                connection.execute("UPDATE bookings SET created_at = now() - interval '25 minutes' WHERE id = %s", (first,))
            assert book(client, flight).status_code == status


def test_every_flight_of_a_booking_counts(watched: httpx.Client, pipeline: Pipeline) -> None:
    outbound, inbound, other = (pipeline.flight(9, departs_in=timedelta(days=day)) for day in (3, 4, 5))
    booking = book(watched, outbound, inbound).json()["booking_id"]
    for flights in ((inbound,), (outbound,), (inbound, other)):
        refused = book(watched, *flights)
        assert (refused.status_code, refused.json()["booking_id"]) == (409, booking)
    assert book(watched, other).status_code == 202


def test_ended_old_and_foreign_bookings_are_no_duplicates(
    watched: httpx.Client, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    flight = pipeline.flight(9)
    booking = book(watched, flight).json()["booking_id"]
    assert book(traveller, flight).status_code == 202

    def change(column: str, value: str) -> None:
        with pipeline.db.transaction() as connection:
            connection.execute(f"UPDATE bookings SET {column} = {value} WHERE id = %s".encode(), (booking,))

    change("created_at", f"now() - interval '{WINDOW_MINUTES} minutes'")
    assert duplicate_of(pipeline, booking, flight) is None
    change("created_at", "now()")
    assert duplicate_of(pipeline, booking, flight) == UUID(booking)
    for status in ("CANCELLED", "FAILED", "EXPIRED"):
        change("status", f"'{status}'")
        assert duplicate_of(pipeline, booking, flight) is None
    for status in ("HELD", "CONFIRMED", "PENDING"):
        change("status", f"'{status}'")
        assert duplicate_of(pipeline, booking, flight) == UUID(booking)


def duplicate_of(pipeline: Pipeline, booking: str, flight: UUID) -> UUID | None:
    """What the check says of another booking of this flight by the owner of `booking`."""
    with pipeline.db.transaction() as connection:
        row = connection.execute("SELECT user_id FROM bookings WHERE id = %s", (booking,)).fetchone()
        assert row is not None
        request = BookingRequest(row[0], (flight,), 1, booking_id=UUID(int=1))
        return duplicates.find_duplicates(connection, [request], minutes=WINDOW_MINUTES).get(request.booking_id)


def test_of_a_batch_the_first_one_wins_and_the_others_name_it(pipeline: Pipeline) -> None:
    flight, other, departed = pipeline.flight(9), pipeline.flight(9), pipeline.flight(9, departs_in=timedelta(hours=-1))
    asha, ravi = (account.id for account in pipeline.accounts(2))
    intake = new_intake(pipeline.db)

    def attempt(user: UUID, *flights: UUID, key: str | None = None, meant: bool = False) -> BookingRequest:
        return BookingRequest(user, flights, 1, idempotency_key=key, request_hash=b"-" if key else None, allow_duplicate=meant)

    results = intake.accept(
        [
            attempt(asha, departed),
            attempt(asha, flight, key="k"),
            attempt(asha, flight),
            attempt(asha, flight, key="k"),
            attempt(asha, other),
            attempt(asha, other, meant=True),
            attempt(ravi, flight),
        ]
    )
    assert describe(results) == ["flight_departed", "new", "possible_duplicate", "replayed", "new", "new", "new"]
    first, refused, replayed = results[1:4]
    assert isinstance(first, Accepted)
    assert isinstance(refused, PossibleDuplicate)
    assert isinstance(replayed, Accepted)
    assert refused.data["booking_id"] == str(first.booking_id) == str(replayed.booking_id)


def describe(results: Sequence[IntakeResult]) -> list[str]:
    return [("replayed" if each.replayed else "new") if isinstance(each, Accepted) else each.code for each in results]


def test_a_key_that_was_used_long_ago_does_not_stand_in_the_way_of_its_neighbour(pipeline: Pipeline) -> None:
    flight = pipeline.flight(9)
    user = pipeline.account().id
    intake = new_intake(pipeline.db)
    keyed = BookingRequest(user, (flight,), 1, idempotency_key="k", request_hash=b"-")
    intake.accept([keyed])
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET created_at = now() - interval '1 hour'")
    assert describe(intake.accept([keyed, BookingRequest(user, (flight,), 1)])) == ["replayed", "new"]


def test_fifty_tabs_at_two_processes_make_one_booking(pipeline: Pipeline) -> None:
    flight, account = pipeline.flight(AT_ONCE), pipeline.account()
    apis = [pipeline.api() for _ in range(2)]
    attempts = [Attempt(account.headers, flight) for _ in range(AT_ONCE // 2)]
    with ThreadPoolExecutor(2) as pool:
        responses = [
            each for half in pool.map(lambda running_api: book_at_once(running_api.base_url, attempts), apis) for each in half
        ]
    assert Counter(each.status for each in responses) == {202: 1, 409: AT_ONCE - 1}
    (booking,) = accepted(responses)
    assert {each.body["booking_id"] for each in responses} == {str(booking)}


@pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "without the lock: the control"])
def test_the_lock_of_the_traveller_is_what_makes_it_safe(pipeline: Pipeline, locked: bool) -> None:
    flight, user = pipeline.flight(9), pipeline.account().id

    def look(db: Database, then: Callable[[], None]) -> bool:
        with db.transaction() as connection:
            if locked:
                duplicates.lock_travellers(connection, [user])
            found = duplicates.find_duplicates(
                connection, [BookingRequest(user, (flight,), 1, booking_id=UUID(int=1))], minutes=WINDOW_MINUTES
            )
            then()
            if not found:
                insert_booking(connection, user, flight)
            return bool(found)

    with ThreadPoolExecutor(1) as other:
        late: list[bool] = []

        def let_the_other_look() -> None:
            second = other.submit(look, pipeline.db, lambda: None)
            wait([second], timeout=0.3)
            late.append(second.done())

        first = look(pipeline.db, let_the_other_look)
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT count(*) FROM bookings").fetchone()
    assert row is not None
    assert first is False
    assert late == [not locked]
    assert row[0] == (1 if locked else 2)
