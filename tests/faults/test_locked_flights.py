"""Somebody else locks a flight, for example in a transaction that was left open. Requests that wait for it do not stop other requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx
import psycopg

from core.users.models import Role
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

WAITING: Final = 8
"""More than the threads that Python would start on two processors."""
_WAITING: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_changes_that_wait_for_a_locked_flight_leave_threads_for_other_requests(pipeline: Pipeline) -> None:
    flight, traveller, admin = pipeline.flight(10), pipeline.account(), pipeline.account(Role.ADMIN)
    api = pipeline.api()

    def change() -> int:
        with api.client(admin.headers) as client:
            return client.post(f"/admin/flights/{flight}/cancel", json={"reason": "fog"}, timeout=30).status_code

    with (
        psycopg.connect(pipeline.database_url) as other,
        psycopg.connect(pipeline.database_url, autocommit=True) as observer,
        ThreadPoolExecutor(WAITING) as background,
        api.client(traveller.headers) as client,
    ):
        other.execute("SELECT FROM flights WHERE id = %s FOR UPDATE", (flight,))
        waiting = [background.submit(change) for _ in range(WAITING)]
        until(lambda: observer.execute(_WAITING).fetchone() == (WAITING,))
        assert client.get("/api/v1/bookings").status_code == httpx.codes.OK
        assert not any(each.done() for each in waiting)
        other.rollback()
        assert {each.result() for each in waiting} == {httpx.codes.ACCEPTED}
