"""The airline cancels a flight: nobody can book it any more, and each of its travellers is notified and refunded once, whatever crashes
meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

import httpx
import pytest

from core.bookings.intake.requests import BookingRequest
from core.bookings.models import PaymentMode
from tests.support.flights import add_flight, body
from tests.support.pipeline import Pipeline
from tests.support.waiting import until
from workers.flights import cancel_flights

REASON = {"reason": "Fog"}


def cancel(admin: httpx.Client, flight: UUID) -> UUID:
    """Cancel the flight; returns the job."""
    response = admin.post(f"/admin/flights/{flight}/cancel", json=REASON)
    assert response.status_code == 202, response.text
    assert response.headers["location"] == response.json()["status_url"] == f"/api/v1/jobs/{response.json()['job_id']}"
    return UUID(response.json()["job_id"])


def execute(pipeline: Pipeline, statement: LiteralString, *parameters: object) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute(statement, parameters)


def fetch(pipeline: Pipeline, query: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
    with pipeline.db.snapshot() as connection:
        return connection.execute(query, parameters).fetchall()


def pay_for(pipeline: Pipeline, bookings: Sequence[UUID]) -> None:
    """Let these bookings have been paid for."""
    execute(
        pipeline,
        """
        INSERT INTO payments (id, booking_id, token, amount, currency, status)
        SELECT gen_random_uuid(), id, 'tok_ok', price_total, currency, 'SUCCEEDED' FROM bookings
        WHERE id = ANY(%s)
        """,
        list(bookings),
    )


def confirmed(pipeline: Pipeline, flight: UUID, count: int) -> list[UUID]:
    """Paid bookings of one seat each."""
    bookings = pipeline.accept_many(count, flight)
    pipeline.work(*bookings)
    assert pipeline.endings(bookings) == {"CONFIRMED": count}
    pay_for(pipeline, bookings)
    return bookings


def violations(pipeline: Pipeline) -> list[str]:
    """Without what waits in the queues, where no worker runs."""
    return [each for each in pipeline.violations() if not each.startswith("I8")]


def test_a_cancelled_flight_is_gone_at_once_and_a_second_call_is_the_same_job(
    admin: httpx.Client, traveller: httpx.Client, client: httpx.Client
) -> None:
    flight = add_flight(admin)
    address = f"/admin/flights/{flight['id']}"
    search = {"source": "Delhi", "destination": "Mumbai", "date": flight["departure_ts"][:10]}
    assert len(client.get("/api/v1/search", params=search).json()) == 1
    job = cancel(admin, flight["id"])
    assert client.get("/api/v1/search", params=search).json() == []
    refused = traveller.post("/api/v1/booking", json={"flight_id": flight["id"], "seats": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "flight_cancelled")
    after = admin.get(address).json()
    assert (after["status"], after["version"]) == ("CANCELLED", flight["version"] + 1)
    assert cancel(admin, flight["id"]) == job
    (entry,) = [each for each in admin.get("/admin/audit").json()["data"] if each["action"] == "flight.cancelled"]
    assert (entry["entity_id"], entry["after"]["reason"]) == (flight["id"], "Fog")
    replaced = admin.put(address, json=body(price=1))
    assert (replaced.status_code, replaced.json()["code"]) == (409, "flight_cancelled")
    deleted = admin.delete(address)
    assert (deleted.status_code, deleted.json()["code"]) == (409, "flight_cancelled")


def test_all_bookings_of_the_flight_are_refunded_and_waiting_clients_are_notified(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    flight, onward = pipeline.flight(10), pipeline.flight(10, departs_in=timedelta(days=4))
    owner = UUID(traveller.get("/api/v1/auth/me").json()["id"])
    seated, held, connecting = pipeline.accept(
        BookingRequest(owner, (flight,), 2),
        BookingRequest(owner, (flight,), 1, PaymentMode.HOLD),
        BookingRequest(owner, (flight, onward), 1),
    )
    pipeline.work(seated, held, connecting)
    pay_for(pipeline, [seated, connecting])
    (waiting,) = pipeline.accept_many(1, flight)
    execute(
        pipeline, "INSERT INTO waitlist (id, flight_id, user_id, party_size) VALUES (gen_random_uuid(), %s, %s, 9)", flight, owner
    )

    job = cancel(admin, flight)
    assert fetch(pipeline, "SELECT status FROM waitlist") == [("CLOSED",)]
    for booking, actions in ((seated, ["cancel"]), (held, ["cancel"])):
        assert traveller.get(f"/api/v1/bookings/{booking}").json()["available_actions"] == actions
    cancel_flights(pipeline.context, [job])

    assert pipeline.endings([seated, held, connecting, waiting]) == {"CANCELLED": 3, "flight_cancelled": 1}
    for booking, refund in ((seated, "15000.00"), (connecting, "15000.00"), (held, None)):
        view = traveller.get(f"/api/v1/bookings/{booking}").json()
        assert (view["status"], view["failure"]["code"], view["available_actions"]) == ("CANCELLED", "flight_cancelled", [])
        assert view["refund"] == (
            refund and {"amount": refund, "currency": "INR", "status": "PENDING", "reason": "flight_cancelled"}
        )
    assert pipeline.seats(flight)[:2] == pipeline.seats(onward)[:2] == (0, 0)
    assert violations(pipeline) == []

    job_view = admin.get(f"/api/v1/jobs/{job}").json()
    assert (job_view["kind"], job_view["status"], job_view["done"]) == ("flight_cancellation", "COMPLETED", True)
    assert [stage["stage"] for stage in job_view["timeline"]] == ["accepted", "started", "completed"]
    assert (
        job_view["flight_cancellation"] | {"flight_id": str(flight), "reason": "Fog", "cancelled": 4}
        == job_view["flight_cancellation"]
    )
    assert traveller.get(f"/api/v1/jobs/{job}").json()["code"] == "job_not_found"


def test_a_traveller_may_cancel_free_of_charge_before_the_job_comes(
    admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    flight = pipeline.flight(5, departs_in=timedelta(hours=3))
    (booking,) = pipeline.accept(BookingRequest(UUID(traveller.get("/api/v1/auth/me").json()["id"]), (flight,), 1))
    pipeline.work(booking)
    pay_for(pipeline, [booking])
    promised = traveller.post(f"/api/v1/bookings/{booking}/cancellations").json()
    assert (promised["refund_amount"], promised["fee_amount"]) == ("0.00", "7500.00")
    job = cancel(admin, flight)
    view = traveller.post(f"/api/v1/cancellations/{promised['id']}/confirm").json()
    assert (view["refund"]["amount"], view["refund"]["reason"]) == ("7500.00", "flight_cancelled")
    cancel_flights(pipeline.context, [job])
    assert fetch(pipeline, "SELECT count(*) FROM refunds") == [(1,)]
    assert admin.get(f"/api/v1/jobs/{job}").json()["flight_cancellation"]["cancelled"] == 0


def test_a_refused_cancellation_has_the_reason(admin: httpx.Client, traveller: httpx.Client, pipeline: Pipeline) -> None:
    departed, ahead = pipeline.flight(5, departs_in=timedelta(hours=-1)), pipeline.flight(5)
    responses = [
        admin.post(f"/admin/flights/{UUID(int=7)}/cancel", json=REASON),
        admin.post(f"/admin/flights/{departed}/cancel", json=REASON),
        admin.post(f"/admin/flights/{ahead}/cancel", json={}),
        traveller.post(f"/admin/flights/{ahead}/cancel", json=REASON),
    ]
    assert [(response.status_code, response.json()["code"]) for response in responses] == [
        (404, "flight_not_found"),
        (409, "flight_departed"),
        (422, "validation"),
        (403, "forbidden"),
    ]


def test_twenty_parallel_calls_are_one_job_and_two_workers_on_it_refund_once(admin: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(450)
    bookings = confirmed(pipeline, flight, 450)
    with ThreadPoolExecutor(20) as pool:
        jobs = set(pool.map(lambda _: cancel(admin, flight), range(20)))
        (job,) = jobs
        list(pool.map(lambda _: cancel_flights(pipeline.context, [job]), range(2)))
    until(lambda: admin.get(f"/api/v1/jobs/{job}").json()["done"])
    assert pipeline.endings(bookings) == {"CANCELLED": 450}
    assert fetch(pipeline, "SELECT cancelled FROM flight_cancellations") == [(450,)]
    assert fetch(pipeline, "SELECT count(*), count(DISTINCT booking_id), sum(amount) FROM refunds") == [(450, 450, 450 * 7500)]
    assert violations(pipeline) == []


def test_one_booking_that_cannot_be_ended_holds_up_no_other(admin: httpx.Client, pipeline: Pipeline) -> None:
    flight, miscounted = pipeline.flight(20), pipeline.flight(20, departs_in=timedelta(days=4))
    bookings = confirmed(pipeline, flight, 9)
    stuck = pipeline.accept_flights(flight, miscounted)
    pipeline.work(stuck)
    execute(pipeline, "UPDATE flights SET seats_sold = 0 WHERE id = %s", miscounted)
    job = cancel(admin, flight)
    cancel_flights(pipeline.context, [job])
    assert pipeline.endings(bookings) == {"CANCELLED": 9}
    assert admin.get(f"/api/v1/jobs/{job}").json()["status"] == "IN_PROGRESS"
    execute(pipeline, "UPDATE flights SET seats_sold = 1 WHERE id = %s", miscounted)
    cancel_flights(pipeline.context, [job])
    assert pipeline.endings([stuck]) == {"CANCELLED": 1}
    assert admin.get(f"/api/v1/jobs/{job}").json()["flight_cancellation"]["cancelled"] == 10


@pytest.mark.timeout(90)
def test_a_worker_killed_in_the_middle_is_replaced_and_nothing_happens_twice(admin: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(600)
    bookings = confirmed(pipeline, flight, 600)
    doomed = pipeline.worker(FAILPOINTS="mid_cancellation:sleep=700")
    job = cancel(admin, flight)

    def cancelled() -> int:
        return int(fetch(pipeline, "SELECT cancelled FROM flight_cancellations")[0][0])

    until(lambda: cancelled() > 0, seconds=30, every=0.01)
    doomed.kill()
    done = cancelled()
    assert 0 < done < 600
    assert pipeline.endings(bookings) == Counter({"CANCELLED": done, "CONFIRMED": 600 - done})
    assert admin.get(f"/api/v1/jobs/{job}").json()["status"] == "IN_PROGRESS"
    execute(pipeline, "UPDATE flight_cancellations SET next_at = now()")  # instead of waiting for the lease
    pipeline.worker()
    until(lambda: admin.get(f"/api/v1/jobs/{job}").json()["done"], seconds=30)
    assert pipeline.endings(bookings) == {"CANCELLED": 600}
    assert cancelled() == 600
    assert fetch(pipeline, "SELECT count(*), count(DISTINCT booking_id), sum(amount) FROM refunds") == [(600, 600, 600 * 7500)]
    assert pipeline.seats(flight)[:2] == (0, 0)
    until(lambda: violations(pipeline) == [])  # the seats in Redis follow the commit


def test_a_message_that_was_lost_is_sent_by_the_sweep(admin: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(5)
    bookings = confirmed(pipeline, flight, 3)
    job = cancel(admin, flight)
    pipeline.redis.flushdb()
    execute(pipeline, "UPDATE flight_cancellations SET next_at = now()")
    pipeline.worker()
    assert admin.get(f"/api/v1/jobs/{job}", headers={"Prefer": "wait=20"}).json()["done"]
    assert pipeline.endings(bookings) == {"CANCELLED": 3}
