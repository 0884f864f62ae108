"""Streams send the same events as the outbox: the same types and data, in the same order, to the users that they concern."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest

from api.live.streams.topics import StreamOnly
from core.db import Database
from core.events import outbox
from core.events.domain_events import EventType
from core.events.outbox import Reader
from core.users.models import Role
from core.users.tokens import Principal
from tests.support.api import ApiFactory, RunningApi
from tests.support.imports import ImportSteps, csv_of, row
from tests.support.money import PaymentSteps
from tests.support.steps import Join, Steps
from tests.support.streams import Listening, listening
from tests.support.waiting import until


@pytest.fixture
def written(db: Database) -> Callable[[], list[tuple[str, Any]]]:
    """Everything is written for a reader. Call it for the type and the data of what was."""
    with db.transaction() as connection:
        outbox.listen(connection, Reader.WEBHOOKS, tuple(EventType))

    def take() -> list[tuple[str, Any]]:
        with db.transaction() as connection:
            events = outbox.take(connection, Reader.WEBHOOKS, limit=1000)
        return [(event.type.value, msgspec.to_builtins(event.data)) for event in events]

    return take


@pytest.fixture
def running_api(start_api: ApiFactory) -> RunningApi:
    api = start_api()
    until(lambda: api.services.redis.pubsub_numsub("skyqueue:job-events")[0][1] > 0)
    return api


def types_until(stream: Listening, last: str) -> list[tuple[str, Any]]:
    """The events of a stream, up to the first one of the type `last`, without the types that only streams have."""
    events: list[tuple[str, Any]] = []
    while not events or events[-1][0] != last:
        event = stream.data()
        assert {"type", "id", "at", "subject", "data"} == event.keys()
        if event["type"] not in list(StreamOnly):
            events.append((event["type"], event["data"]))
    return events


def token(api: RunningApi, user_id: UUID, role: Role = Role.TRAVELLER) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.services.tokens.issue(Principal(user_id, 'somebody', role))}"}


def test_a_booking_that_is_paid_and_given_back(
    running_api: RunningApi, payment_steps: PaymentSteps, payer: UUID, flight: UUID, written: Callable[[], list[tuple[str, Any]]]
) -> None:
    booking = payment_steps.hold(payer, (flight,))
    written()
    with listening(running_api, token(running_api, payer), f"booking:{booking}") as stream:
        payment_steps.pay(booking, "tok_declined", payer)
        payment_steps.work(booking)
        payment_steps.pay(booking, "tok_ok", payer)
        payment_steps.work(booking)
        payment_steps.steps.cancel(booking, payer)
        payment_steps.refund()
        events = types_until(stream, "payment.refunded")
    assert events == written()
    assert [kind for kind, _ in events] == [
        "payment.declined",
        "payment.succeeded",
        "booking.confirmed",
        "booking.cancelled",
        "payment.refunded",
    ]


def test_an_offer_is_only_published_to_its_party(
    running_api: RunningApi,
    steps: Steps,
    sold_out: tuple[UUID, list[UUID]],
    wait: Join,
    payment_steps: PaymentSteps,
    written: Callable[[], list[tuple[str, Any]]],
) -> None:
    flight, bookings = sold_out
    first, second = wait(flight), wait(flight)
    topic = f"waitlist:{flight}"
    written()
    with (
        listening(running_api, token(running_api, first), topic) as mine,
        listening(running_api, token(running_api, second), topic) as theirs,
        listening(running_api, running_api.admit(Role.AGENT).headers, topic) as all_of_it,
    ):
        steps.cancel(bookings[0])
        offer = steps.place(flight, first).offer
        assert offer is not None
        payment_steps.expire(offer.booking_id)
        seen = [mine.data(), mine.data()]
        assert [event["type"] for event in seen] == ["waitlist.offered", "waitlist.offer_expired"]
        assert {event["subject"] for event in seen} == {topic}
        assert seen[0]["data"] == {"booking_id": str(offer.booking_id), "flight_id": str(flight), "user_id": str(first)}
        next_offer = steps.place(flight, second).offer
        assert next_offer is not None
        assert theirs.data()["data"]["booking_id"] == str(next_offer.booking_id), "of the first offer nothing was heard"
        assert [all_of_it.data()["type"] for _ in range(3)].count("waitlist.offered") == 2
    types = [kind for kind, _ in written()]
    assert types.count("waitlist.offered") == 2
    assert types.count("waitlist.offer_expired") == 1


def test_a_hold_that_ends_and_a_failure_with_its_reason(
    running_api: RunningApi, payment_steps: PaymentSteps, payer: UUID, flight: UUID, written: Callable[[], list[tuple[str, Any]]]
) -> None:
    held = payment_steps.hold(payer, (flight,))
    written()
    with listening(running_api, token(running_api, payer), f"job:{held}") as stream:
        payment_steps.expire(held)
        assert types_until(stream, "booking.expired") == written()


def test_flights_and_imports(
    running_api: RunningApi, import_steps: ImportSteps, written: Callable[[], list[tuple[str, Any]]]
) -> None:
    admin = running_api.admit(Role.ADMIN)
    import_steps.take(csv_of([row(1)]))
    flight = UUID(str(import_steps.rows("SELECT id FROM flights")[0][0]))
    written()
    with running_api.client(admin.headers) as client, listening(running_api, admin.headers, f"flight:{flight}") as stream:
        import_steps.take(csv_of([row(1, price="9999.00")]))
        first = types_until(stream, "flight.changed")
        view = client.get(f"/admin/flights/{flight}").json()
        body = {
            name: view[name] for name in ("flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats")
        }
        assert client.put(f"/admin/flights/{flight}", json={**body, "price": "8888.00"}).status_code == 200
        second = types_until(stream, "flight.changed")
        assert client.post(f"/admin/flights/{flight}/cancel", json={"reason": "no crew"}).status_code == 202
        third = types_until(stream, "flight.cancelled")
    assert [*first, *second, *third] == [event for event in written() if event[0] != "import.finished"]


def test_an_import_publishes_its_progress_and_its_end(
    running_api: RunningApi, import_steps: ImportSteps, written: Callable[[], list[tuple[str, Any]]]
) -> None:
    admin = running_api.admit(Role.ADMIN)
    job = import_steps.send(csv_of([row(1), row(2)]))
    with listening(running_api, admin.headers, f"import:{job}") as stream:
        import_steps.work(job)
        assert stream.types("import.finished") == ["import.progress", "import.progress", "import.finished"]
    assert written() == [("import.finished", {"import_id": str(job), "status": "COMPLETED"})]


def test_a_moved_flight_is_shown_on_its_bookings(
    running_api: RunningApi, import_steps: ImportSteps, steps: Steps, payer: UUID, written: Callable[[], list[tuple[str, Any]]]
) -> None:
    import_steps.take(csv_of([row(1)]))
    booking = steps.book(payer, UUID(str(import_steps.rows("SELECT id FROM flights")[0][0])))
    written()
    with listening(running_api, token(running_api, payer), f"booking:{booking}") as stream:
        import_steps.take(csv_of([row(1, arrival_ts="2030-01-01T09:45:00Z")]))
        assert types_until(stream, "booking.schedule_changed") == [each for each in written() if each[0].startswith("booking.")]
