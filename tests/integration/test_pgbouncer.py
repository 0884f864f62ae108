"""A connection pooler in front of Postgres. One that keeps a session for each connection can be used; one that shares sessions is
refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from urllib.parse import urlsplit

import psycopg
import pytest

from core.db import UnusableDatabase, opened
from core.migrations import check
from launcher.embedded.guardian import Guardian
from tests.support.api import ApiFactory, register
from tests.support.pgbouncer import PROGRAM, pgbouncer
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="PgBouncer is not installed (on Debian: apt install pgbouncer); tests/unit tries the rule alone"
)

SHARED = (
    "The database is behind a pooler that gives one session to several clients in turn (PgBouncer: pool_mode transaction or statement). "
    "Name the server itself in SKYQUEUE_DATABASE_URL, or set pool_mode to session."
)


def message_of(database_url: str) -> str:
    with pytest.raises(UnusableDatabase) as refused:
        check.require(database_url)
    return str(refused.value)


@pytest.mark.parametrize("round_robin", [0, 1])
@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_session_that_others_get_too_is_refused(
    database_url: str, guardian: Guardian, mode: str, processes: int, round_robin: int
) -> None:
    with pgbouncer(
        database_url, guardian, processes=processes, settings={"pool_mode": mode, "server_round_robin": round_robin}
    ) as through:
        assert message_of(through) == SHARED


def test_it_is_found_out_also_where_startup_parameters_are_ignored_and_others_are_at_work(
    database_url: str, guardian: Guardian
) -> None:
    settings = {"pool_mode": "transaction", "ignore_startup_parameters": "options,extra_float_digits", "min_pool_size": 5}
    with pgbouncer(database_url, guardian, settings=settings) as through, idle_connections(through):
        assert [message_of(f"{through}?options=-csearch_path%3Dpublic") for _ in range(5)] == [SHARED] * 5


@contextmanager
def idle_connections(database_url: str) -> Iterator[None]:
    """Some clients that are never quiet."""
    stop = Event()

    def be_busy() -> None:
        with psycopg.connect(database_url, autocommit=True, prepare_threshold=None) as connection:
            while not stop.is_set():
                connection.execute("SELECT pg_sleep(0.001)")

    with ThreadPoolExecutor(4) as threads:
        busy = [threads.submit(be_busy) for _ in range(4)]
        yield
        stop.set()
        for each in busy:
            each.result()


def test_with_the_check_switched_off_two_processes_hold_one_lock(database_url: str, guardian: Guardian) -> None:
    """The control."""
    with (
        pgbouncer(database_url, guardian, settings={"pool_mode": "transaction"}) as through,
        opened(through, pool_size=1, application="one") as one,
        opened(through, pool_size=1, application="other") as other,
        one.session_lock(7) as first,
        other.session_lock(7) as second,
    ):
        assert first()
        assert second()


def test_a_session_of_our_own_is_as_good_as_no_pooler(database_url: str, guardian: Guardian, start_api: ApiFactory) -> None:
    with pgbouncer(database_url, guardian, settings={"pool_mode": "session", "default_pool_size": 60}) as through:
        check.require(through)
        with (
            opened(through, pool_size=1, application="one") as one,
            opened(through, pool_size=1, application="other") as other,
            one.session_lock(7) as first,
            other.session_lock(7) as second,
        ):
            assert first()
            assert not second()
        api = start_api(DATABASE_URL=through)
        with api.client() as client:
            until(lambda: client.get("/health/ready").status_code == 200)
            register(client)


def test_a_pooler_with_too_few_sessions_is_refused(database_url: str, guardian: Guardian) -> None:
    with pgbouncer(database_url, guardian, settings={"pool_mode": "session", "default_pool_size": 4}) as through:
        assert message_of(through) == (
            "The database is behind a pooler that does not allow 8 sessions at a time. "
            "Name the server itself in SKYQUEUE_DATABASE_URL, or raise the pooler's limits (PgBouncer: default_pool_size)."
        )


def test_a_pooler_that_ignores_options_of_the_address_is_refused(database_url: str, guardian: Guardian) -> None:
    settings = {"pool_mode": "session", "ignore_startup_parameters": "options"}
    with pgbouncer(database_url, guardian, settings=settings) as through:
        check.require(through)
        assert message_of(f"{through}?options=-csearch_path%3Dmine") == (
            "The pooler in front of the database ignores search_path of the options in SKYQUEUE_DATABASE_URL. "
            f"Name the server itself, or use ALTER ROLE {urlsplit(database_url).username} SET ... instead."
        )


def test_an_api_behind_a_pooler_that_came_later_is_not_ready_and_sends_no_queries(
    database_url: str, guardian: Guardian, start_api: ApiFactory
) -> None:
    with pgbouncer(database_url, guardian, settings={"pool_mode": "transaction"}) as through:
        api = start_api(DATABASE_URL=through)
        with api.client() as client:
            until(lambda: client.get("/health/ready").json()["reasons"][0] == SHARED)
            assert client.get("/health/ready").status_code == 503
            response = client.post("/api/v1/auth/register", json={"username": "somebody", "password": "a long walk in the rain"})
            assert (response.status_code, response.json()["code"]) == (503, "unavailable")
