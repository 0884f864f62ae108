"""A connection to Postgres is lost during a transaction: no response claims an unknown result, and the next request is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import product
from typing import Final, LiteralString, TypeAlias
from uuid import UUID

import httpx
import psycopg
import pytest
from sqlalchemy import event

from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.models import PaymentMode
from core.clock import new_id
from core.db import RawConnection, opened
from core.errors import Unavailable
from core.telemetry import correlation
from core.users.tokens import AccountGone
from tests.support import connections
from tests.support.api import RunningApi
from tests.support.connections import Loss
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline
from tests.support.steps import Steps
from tests.support.waiting import until

Admission: TypeAlias = tuple[UUID, httpx.Client]
LOSSES: Final[Sequence[Loss]] = (connections.end, connections.reset, connections.reconnect)


@pytest.fixture
def admission(api: RunningApi) -> Iterator[Admission]:
    """A new traveller and a client of theirs."""
    user = api.admit()
    with api.client(user.headers) as client:
        yield user.id, client


def test_a_request_that_loses_its_connection_is_answered_503_and_the_next_one_as_ever(
    api: RunningApi, traveller: httpx.Client
) -> None:
    """The ways of `core/db/pool.py`: a statement alone, a transaction of the driver, a unit of work."""
    line = f"/api/v1/flights/{new_id()}/waitlist"
    alone, *together = ("GET", line, 404), ("DELETE", line, 404), ("POST", "/api/v1/auth/refresh", 401)
    traveller.cookies.set("skyqueue_refresh", "nonsense", path="/api/v1/auth")
    for (method, path, status), lose in [*product([alone], LOSSES[:2]), *product(together, LOSSES)]:
        with connections.lost(api.services.db, lose, of_requests=True):
            lost = traveller.request(method, path)
        assert (lost.status_code, lost.json()["code"]) == (503, "unavailable"), (method, path, lose)
        assert lost.json()["retryable"]
        assert traveller.request(method, path).status_code == status, (method, path, lose)


def test_a_lock_timeout_is_reported_as_another_request_and_not_as_an_outage(
    api: RunningApi, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    """A statement of the driver, and a unit of work, which says it in words of its own."""
    with pipeline.db.transaction() as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE bookings, users IN ACCESS EXCLUSIVE MODE")
        name, password = "somebody-new", "a long walk in the rain"
        refused_requests = [
            pool.submit(traveller.get, "/api/v1/bookings"),
            pool.submit(traveller.post, "/api/v1/auth/register", json={"username": name, "password": password}),
        ]
        for response in [each.result() for each in refused_requests]:
            assert (response.status_code, response.json()["code"], response.json()["retryable"]) == (503, "unavailable", True)
            assert "Another request" in response.json()["detail"]
            assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("lose", LOSSES)
def test_of_a_batch_whose_connection_is_lost_in_the_middle_the_stored_part_is_answered_as_stored(
    pipeline: Pipeline, lose: Loss
) -> None:
    """A booking of an account that is gone makes the batch be halved, so its parts are stored one after the other."""
    flight, traveller = pipeline.flight(10), pipeline.account().id
    of_nobody = BookingRequest(new_id(), (flight,), 1)
    first, *others = (
        BookingRequest(traveller, (flight,), 1, idempotency_key=key, request_hash=b"same", allow_duplicate=True) for key in "abc"
    )
    intake = new_intake(pipeline.db)
    # The whole batch, its first half, each of the two in it; the fifth connection is for the second half.
    with connections.lost(pipeline.db, lose, turn=5):
        results = intake.accept([first, of_nobody, *others])

    assert [type(result) for result in results] == [Accepted, AccountGone, Unavailable, Unavailable]
    stored = [result.booking_id for result in results if isinstance(result, Accepted)]
    assert pipeline.endings(stored) == {"PENDING": 1}
    again = intake.accept(others)
    assert [isinstance(result, Accepted) and not result.replayed for result in again] == [True, True]


@contextmanager
def commit_waits(pipeline: Pipeline, table: LiteralString) -> Iterator[RawConnection]:
    """Inside, a commit that adds a row to this table waits for the transaction of the connection."""
    with pipeline.db.transaction() as connection:
        connection.execute(
            f"""
            CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN PERFORM set_config('lock_timeout', '0', true), pg_advisory_xact_lock_shared(42); RETURN NULL; END$$;
            CREATE CONSTRAINT TRIGGER commit_waits AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION wait_for_the_test();
            """
        )
    try:
        with pipeline.db.transaction() as other:
            other.execute("SELECT pg_advisory_xact_lock(42)")
            yield other
    finally:
        with pipeline.db.transaction() as connection:
            connection.execute(f"DROP TRIGGER commit_waits ON {table}; DROP FUNCTION wait_for_the_test")


def test_bookings_whose_confirmation_is_lost_are_in_doubt_and_never_refused(pipeline: Pipeline) -> None:
    flight, traveller = pipeline.flight(10), pipeline.account().id
    attempts = [
        BookingRequest(traveller, (flight,), 1, idempotency_key=key, request_hash=b"same", allow_duplicate=True)
        for key in ("key", None)
    ]
    used: list[RawConnection] = []
    with opened(pipeline.database_url, pool_size=1, application="intake") as database, ThreadPoolExecutor() as thread:
        intake = new_intake(database)
        event.listen(database.engine, "checkout", lambda connection, *_: used.append(connection), once=True)
        with commit_waits(pipeline, "bookings"):
            accepting = thread.submit(intake.accept, attempts)
            until(lambda: _waiting_for_a_lock(pipeline, "intake") == 1)
            connections.reset(used[0])
            with pytest.raises(psycopg.OperationalError):
                accepting.result()
        until(lambda: _count(pipeline, "bookings") == 2)  # Postgres had been asked, and did not need to be heard
        (again,) = intake.accept(attempts[:1])
    assert isinstance(again, Accepted), again
    assert again.replayed
    assert _count(pipeline, "bookings") == 2


def send_and_lose(
    api: RunningApi, pipeline: Pipeline, table: LiteralString, requests: Sequence[Callable[[], httpx.Response]]
) -> list[httpx.Response]:
    """The responses to these requests. Postgres commits them, one and then the others, and loses each confirmation."""
    used: list[RawConnection] = []

    def note(connection: RawConnection, *_: object) -> None:
        if correlation.current():
            used.append(connection)

    with ThreadPoolExecutor() as clients, commit_waits(pipeline, table):
        event.listen(api.services.db.engine, "checkout", note)
        responses = [clients.submit(request) for request in requests]
        lost: list[RawConnection] = []

        def waits() -> bool:
            return _waiting_for_a_lock(pipeline, "skyqueue-api") > len(lost)

        def is_over() -> bool:
            return all(each.done() for each in responses)

        while not is_over():
            until(lambda: waits() or is_over())
            if waits():
                lost.append(used[-1])
                connections.reset(lost[-1])
        event.remove(api.services.db.engine, "checkout", note)
        answered = [each.result() for each in responses]
    until(lambda: _count(pipeline, table) == len(requests))
    return answered


def test_payments_whose_confirmation_is_lost_are_made_once(
    api: RunningApi, pipeline: Pipeline, steps: Steps, admission: Admission
) -> None:
    user, client = admission
    held = [steps.book(user, pipeline.flight(1), mode=PaymentMode.HOLD) for _ in range(3)]
    keys = ("first", "second", None)

    def pay(booking: UUID, key: str | None) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return client.post(f"/api/v1/bookings/{booking}/payments", json={"token": "tok_ok"}, headers=headers)

    requests = [partial(pay, booking, key) for booking, key in zip(held, keys, strict=True)]
    assert [each.status_code for each in send_and_lose(api, pipeline, "payments", requests)] == [503] * 3
    again = [request() for request in requests]
    assert [(each.status_code, each.headers.get("idempotent-replayed")) for each in again] == [(202, "true")] * 2 + [(409, None)]
    assert again[2].json()["code"] == "payment_in_progress"
    assert _count(pipeline, "payments") == 3


def test_cancellations_whose_confirmation_is_lost_are_made_once(
    api: RunningApi, pipeline: Pipeline, steps: Steps, admission: Admission
) -> None:
    user, client = admission
    bookings = [steps.book(user, pipeline.flight(1)) for _ in range(3)]
    steps.execute(
        """
        INSERT INTO payments (id, booking_id, token, amount, currency, status)
        SELECT gen_random_uuid(), id, 'tok_ok', price_total, currency, 'SUCCEEDED' FROM bookings
        """
    )
    quote = client.post(f"/api/v1/bookings/{bookings[2]}/cancellations").json()["id"]
    requests = [
        *(partial(client.delete, f"/api/v1/bookings/{booking}") for booking in bookings[:2]),
        partial(client.post, f"/api/v1/cancellations/{quote}/confirm"),
    ]
    assert [each.status_code for each in send_and_lose(api, pipeline, "refunds", requests)] == [503] * 3
    again = [request() for request in requests]
    assert [(each.status_code, each.json().get("code") or each.json()["status"]) for each in again] == [
        *[(409, "not_cancellable")] * 2,
        (200, "CANCELLED"),
    ]
    assert pipeline.endings(bookings) == {"CANCELLED": 3}
    assert _count(pipeline, "refunds") == 3


def _waiting_for_a_lock(pipeline: Pipeline, application: LiteralString) -> int:
    return _count(
        pipeline,
        f"pg_stat_activity WHERE datname = current_database() AND application_name = '{application}' AND wait_event_type = 'Lock'",
    )


def _count(pipeline: Pipeline, what: LiteralString) -> int:
    with pipeline.db.snapshot() as connection:
        row = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    assert row is not None
    return int(row[0])
