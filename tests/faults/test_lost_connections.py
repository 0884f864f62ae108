"""A connection to Postgres is lost during a transaction: no response claims an unknown result, and the next request is answered."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Final, LiteralString

import httpx
import psycopg
import pytest
from sqlalchemy import event

from core.bookings.intake.requests import Accepted, BookingRequest
from core.clock import new_id
from core.db import RawConnection, opened
from core.errors import Unavailable
from core.users.tokens import AccountGone
from tests.support import connections
from tests.support.api import RunningApi
from tests.support.connections import Loss
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

LOSSES: Final[Sequence[Loss]] = (connections.end, connections.reset, connections.reconnect)


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


COMMIT_WAITS: Final = """
    CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER commit_waits AFTER INSERT ON bookings DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait_for_the_test();
"""


def test_bookings_whose_confirmation_is_lost_are_in_doubt_and_never_refused(pipeline: Pipeline) -> None:
    flight, traveller = pipeline.flight(10), pipeline.account().id
    attempts = [
        BookingRequest(traveller, (flight,), 1, idempotency_key=key, request_hash=b"same", allow_duplicate=True)
        for key in ("key", None)
    ]
    used: list[RawConnection] = []
    with pipeline.db.transaction() as connection:
        connection.execute(COMMIT_WAITS)
    try:
        with opened(pipeline.database_url, pool_size=1, application="intake") as database, ThreadPoolExecutor() as thread:
            intake = new_intake(database)
            event.listen(database.engine, "checkout", lambda connection, *_: used.append(connection), once=True)
            with pipeline.db.transaction() as other:
                other.execute("SELECT pg_advisory_xact_lock(42)")
                accepting = thread.submit(intake.accept, attempts)
                until(lambda: _waits_for_a_lock(pipeline, "intake"))
                connections.reset(used[0])
            with pytest.raises(psycopg.OperationalError):
                accepting.result()
            until(lambda: _count(pipeline, "bookings") == 2)  # Postgres had been asked, and did not need to be heard
            (again,) = intake.accept(attempts[:1])
    finally:
        with pipeline.db.transaction() as connection:
            connection.execute("DROP TRIGGER commit_waits ON bookings; DROP FUNCTION wait_for_the_test")
    assert isinstance(again, Accepted), again
    assert again.replayed
    assert _count(pipeline, "bookings") == 2


def _waits_for_a_lock(pipeline: Pipeline, application: LiteralString) -> bool:
    return _count(pipeline, f"pg_stat_activity WHERE application_name = '{application}' AND wait_event_type = 'Lock'") > 0


def _count(pipeline: Pipeline, what: LiteralString) -> int:
    with pipeline.db.snapshot() as connection:
        row = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    assert row is not None
    return int(row[0])
