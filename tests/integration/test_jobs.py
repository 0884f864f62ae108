"""Jobs: they exist from the response 202 on, and are followed by polling and by waiting."""

from __future__ import annotations

import asyncio
from typing import Final, LiteralString
from uuid import UUID, uuid4

import httpx
import pytest
from psycopg import OperationalError

from api.live.job_reader import JobReader
from api.live.waiters import Waiters
from core.clock import new_id
from core.db import opened
from core.jobs.status import read_jobs
from core.users.models import Role
from tests.support import shared_installation
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.waiting import until

pipeline, api, account, client = (
    shared_installation.pipeline,
    shared_installation.api,
    shared_installation.account,
    shared_installation.client,
)


def book(client: httpx.Client, flight: UUID, **headers: str) -> httpx.Response:
    body = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}
    response = client.post("/api/v1/booking", json=body, headers=headers)
    assert response.status_code == 202, response.text
    return response


def test_a_job_is_known_from_the_moment_of_the_202(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(500)
    for _ in range(50):
        accepted = book(client, flight)
        job = client.get(accepted.headers["location"])
        assert job.status_code == 200
        assert job.json()["job_id"] == accepted.json()["job_id"]


def test_a_waiting_job_has_its_position_and_retry_after(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(10)
    jobs = [book(client, flight).json()["job_id"] for _ in range(3)]

    def position(job_id: str) -> int | None:
        place: int | None = client.get(f"/api/v1/jobs/{job_id}").json()["queue_position"]
        return place

    until(lambda: [position(job) for job in jobs] == [1, 2, 3])
    response = client.get(f"/api/v1/jobs/{jobs[1]}")
    assert response.json()["status"] == "PENDING"
    assert response.json()["done"] is False
    assert 1 <= int(response.headers["retry-after"]) <= 10
    assert [stage["stage"] for stage in response.json()["timeline"]] == ["accepted"]


def test_a_job_that_no_look_has_seen_yet_has_no_position(client: httpx.Client, pipeline: Pipeline) -> None:
    """All bookings since the last read of the backlog would get the same position."""
    flight = pipeline.flight(10)
    waiting = book(client, flight).headers["location"]
    until(lambda: client.get(waiting).json()["queue_position"] == 1)
    woken = []
    for _ in range(40):  # takes longer than a look, so that some jobs are seen at once, and none of the others is guessed at
        job = book(client, flight).headers["location"]
        woken.append(client.get(job).json()["queue_position"])
    assert None in woken
    assert all(position in (None, place) for place, position in enumerate(woken, start=2))


def test_a_finished_job_has_all_of_its_stages(client: httpx.Client, pipeline: Pipeline) -> None:
    pipeline.worker()
    accepted = book(client, pipeline.flight(10))
    response = client.get(accepted.headers["location"], headers={"Prefer": "wait=20"})
    job = response.json()
    assert (job["kind"], job["status"], job["done"], job["failure"]) == ("booking", "CONFIRMED", True, None)
    assert response.headers["preference-applied"] == "wait=20"
    assert "retry-after" not in response.headers
    assert [stage["stage"] for stage in job["timeline"]] == ["accepted", "picked_up", "reserved", "confirmed"]
    elapsed = [stage["ms"] for stage in job["timeline"]]
    assert elapsed == sorted(elapsed)
    assert elapsed[0] == 0
    assert job["booking"]["id"] == accepted.json()["booking_id"]
    assert job["queue_position"] is None
    assert job["finished_at"] is not None


def test_a_booking_may_wait_for_its_end(client: httpx.Client, pipeline: Pipeline) -> None:
    worker = pipeline.worker()
    until(lambda: worker.said("worker ready"), seconds=20)
    response = book(client, pipeline.flight(10), Prefer="wait=20")
    assert response.json()["status"] == "CONFIRMED"
    assert response.json()["job"]["done"] is True


def test_a_wait_that_is_over_answers_with_what_is_known(client: httpx.Client, pipeline: Pipeline) -> None:
    response = book(client, pipeline.flight(10), Prefer="wait=1")
    assert (response.json()["status"], response.json()["job"]["done"]) == ("PENDING", False)
    waited = client.get(response.headers["location"], headers={"Prefer": "wait=1"})
    assert (waited.status_code, waited.json()["status"]) == (200, "PENDING")


def test_the_seed_s_status_path_answers_the_same(client: httpx.Client, pipeline: Pipeline) -> None:
    job_id = book(client, pipeline.flight(10)).json()["job_id"]
    one, other = client.get(f"/api/v1/jobs/{job_id}"), client.get(f"/api/v1/booking/status/{job_id}")
    assert (one.status_code, one.json()["status"]) == (other.status_code, other.json()["status"]) == (200, "PENDING")
    assert one.json()["job_id"] == other.json()["job_id"] == job_id


def test_a_poller_gets_304_while_nothing_has_changed(client: httpx.Client, pipeline: Pipeline) -> None:
    path = book(client, pipeline.flight(10)).headers["location"]
    pending = client.get(path)
    again = client.get(path, headers={"If-None-Match": pending.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == pending.headers["etag"]

    pipeline.worker()
    until(lambda: client.get(path, headers={"If-None-Match": pending.headers["etag"]}).status_code == 200, seconds=20)
    confirmed = client.get(path)
    assert confirmed.json()["status"] == "CONFIRMED"
    assert confirmed.headers["etag"] != pending.headers["etag"]
    tag = confirmed.headers["etag"]
    for known in (f'"other", {tag}', f"W/{tag}", "*"):
        assert client.get(path, headers={"If-None-Match": known}).status_code == 304


def test_a_failed_booking_is_a_finished_job_with_a_reason(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = pipeline.flight(1)
    pipeline.worker()
    jobs = [book(client, flight).headers["location"] for _ in range(2)]
    ended = [client.get(job, headers={"Prefer": "wait=20"}).json() for job in jobs]
    assert sorted(job["status"] for job in ended) == ["CONFIRMED", "FAILED"]
    (failed,) = [job for job in ended if job["status"] == "FAILED"]
    assert failed["failure"]["code"] == "sold_out"
    assert failed["failure"]["message"]
    assert failed["timeline"][-1]["stage"] == "failed"


def test_a_long_poll_ends_although_no_news_arrives(
    client: httpx.Client, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's publish is lost; the waiter looks for itself a second later."""
    accepted = book(client, pipeline.flight(10))
    booking = UUID(accepted.json()["booking_id"])
    monkeypatch.setattr("core.events.job_events.publish", lambda *_: True)
    pipeline.work(booking)
    response = client.get(accepted.headers["location"], headers={"Prefer": "wait=20"})
    assert response.json()["status"] == "CONFIRMED"


@pytest.mark.parametrize("path", ["/api/v1/jobs/{}", "/api/v1/booking/status/{}", "/api/v1/bookings/{}"])
def test_missing_and_foreign_topics_have_the_same_error(client: httpx.Client, api: Api, pipeline: Pipeline, path: str) -> None:
    booking = book(client, pipeline.flight(10)).json()["booking_id"]
    with api.client(pipeline.account().headers) as other_traveller:
        foreign, unknown = other_traveller.get(path.format(booking)), other_traveller.get(path.format(uuid4()))
    assert foreign.status_code == unknown.status_code == 404
    ignored = ("instance", "request_id")
    assert {name: value for name, value in foreign.json().items() if name not in ignored} == {
        name: value for name, value in unknown.json().items() if name not in ignored
    }


def test_an_administrator_sees_every_job(client: httpx.Client, api: Api, pipeline: Pipeline) -> None:
    path = book(client, pipeline.flight(10)).headers["location"]
    with api.client(pipeline.account(Role.ADMIN).headers) as admin:
        assert admin.get(path).status_code == 200


def test_a_job_cannot_be_read_without_a_token(api: Api) -> None:
    with api.client() as nobody:
        assert nobody.get(f"/api/v1/jobs/{uuid4()}").status_code == 401


@pytest.mark.anyio
async def test_waiting_leaves_nothing_behind(pipeline: Pipeline) -> None:
    """Also for a job that was done at once, for one that is unknown, and for a client who hung up."""
    waiters = Waiters()
    reader = JobReader(pipeline.db, waiters)
    flight = pipeline.flight(10)
    done, pending = pipeline.accept_many(2, flight)
    pipeline.work(done)
    finished = await reader.wait(done, 5)
    assert finished is not None
    assert finished.job.done
    assert await reader.wait(new_id(), 5) is None
    waited = await reader.wait(pending, 0.1)
    assert waited is not None
    assert not waited.job.done
    gone = asyncio.ensure_future(reader.wait(pending, 5))
    while len(waiters) == 0:
        await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    assert len(waiters) == 0
    await reader.close()


@pytest.mark.anyio
async def test_one_waiter_who_leaves_takes_no_news_from_another() -> None:
    waiters = Waiters()
    job_id = new_id()
    leaves, stays = waiters.expect(job_id), waiters.expect(job_id)
    waiters.forget(job_id, leaves)
    waiters.wake(job_id)
    assert stays.done()
    assert len(waiters) == 0


CHANGES: Final[dict[str, LiteralString]] = {
    "the booking": "UPDATE bookings SET status = 'CANCELLED', updated_at = now() WHERE id = %(booking)s",
    "its timeline": """UPDATE bookings SET timeline = timeline || '{"stage": "seen", "at": "2026-12-01T00:00:00Z"}' WHERE id = %(booking)s""",
    "its price": "UPDATE bookings SET price_total = price_total + 1 WHERE id = %(booking)s",
    "a payment": """
        WITH paid AS (UPDATE bookings SET payment_mode = 'hold' WHERE id = %(booking)s)
        INSERT INTO payments (id, booking_id, token, amount, currency, status) VALUES (%(new)s, %(booking)s, 't', 1, 'INR', 'SUCCEEDED')
    """,
    "a refund": """
        WITH paid AS (
            INSERT INTO payments (id, booking_id, token, amount, currency, status) VALUES (%(new)s, %(booking)s, 't', 1, 'INR', 'SUCCEEDED')
        ) INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason) VALUES (%(new)s, %(new)s, %(booking)s, 1, 'INR', 'cancelled')
    """,
    "a passenger": "INSERT INTO passengers (booking_id, position, name, surname_key) VALUES (%(booking)s, 1, 'Ada Lovelace', 'lovelace')",
    "a seat number": """
        INSERT INTO seat_numbers (booking_id, position, traveller, flight_id, seat_number) VALUES (%(booking)s, 0, 1, %(flight)s, '1A')
    """,
    "a schedule change": """
        INSERT INTO schedule_changes (id, booking_id, position, old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts)
        VALUES (%(new)s, %(booking)s, 0, now(), now(), now(), now())
    """,
    "the price of a segment": "UPDATE booking_segments SET price_total = price_total + 1 WHERE booking_id = %(booking)s",
    "the status of its flight": "UPDATE flights SET status = 'CANCELLED' WHERE id = %(flight)s",
    "the times of its flight": "UPDATE flights SET departure_ts = departure_ts + interval '1 minute' WHERE id = %(flight)s",
    "the departure, which is over": "UPDATE flights SET departure_ts = now() - interval '1 minute' WHERE id = %(flight)s",
    "the cabin": "UPDATE flights SET cabin = 'A320' WHERE id = %(flight)s",
}


@pytest.mark.anyio
@pytest.mark.parametrize("change", CHANGES)
async def test_a_finished_job_is_kept_until_anything_of_it_changes(pipeline: Pipeline, change: str) -> None:
    reader = JobReader(pipeline.db, Waiters())
    flight = pipeline.flight(10)
    (booking,) = pipeline.accept_many(1, flight)
    pipeline.work(booking)
    first = await reader.read(booking)
    assert first is not None
    assert await reader.read(booking) is first, "nothing has changed"
    with pipeline.db.transaction() as connection:
        connection.execute(CHANGES[change], {"booking": booking, "flight": flight, "new": new_id()})
    changed = await reader.read(booking)
    with pipeline.db.snapshot() as connection:
        assert changed is not None
        assert changed.job == read_jobs(connection, [booking])[booking]
    assert changed.job != first.job
    assert changed.etag != first.etag
    await reader.close()


@pytest.mark.anyio
async def test_a_new_booking_is_not_read_before_its_first_event(pipeline: Pipeline) -> None:
    """With a Postgres that is away, a read would end the wait with an error."""
    waiters = Waiters()
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    with opened("postgresql://127.0.0.1:1/none", pool_size=1, application="test") as away:
        reader = JobReader(away, waiters)
        waiting = asyncio.ensure_future(reader.wait(booking, 5, is_new=True))
        with pytest.raises(OperationalError):
            await reader.read(booking)
        assert not waiting.done()
        waiters.wake(booking)
        with pytest.raises(OperationalError):
            await waiting
        await reader.close()


@pytest.mark.anyio
async def test_nobody_waits_for_an_event_in_a_process_that_is_about_to_end() -> None:
    waiters = Waiters()
    waiters.dismiss()
    assert waiters.expect(new_id()).done()
    assert len(waiters) == 0
