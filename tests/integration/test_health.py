"""Health over HTTP, with servers that are killed, frozen, misconfigured and empty."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import event

from api.app import DATABASE_CONNECTIONS
from api.live.backlog import Backlog
from api.live.seat_count_cache import SeatCountCache
from api.readiness.check import Finding
from api.readiness.postgres import PostgresCheck
from core.clock import new_id
from core.errors import Unavailable
from core.events import job_events
from launcher.embedded.guardian import Guardian
from tests.conftest import ServerFactory
from tests.support.api import ApiFactory, register
from tests.support.readiness import codes, ready
from tests.support.servers import frozen
from tests.support.waiting import until

SAFE = {"appendonly": "yes", "maxmemory-policy": "noeviction"}


def test_each_reason_has_a_code_and_a_time(start_api: ApiFactory) -> None:
    api = start_api()
    until(lambda: {"no_worker", "provider_missing"} <= {cause["code"] for cause in ready(api).json()["causes"]})
    body = ready(api).json()
    assert (body["status"], body["reasons"]) == ("degraded", [cause["message"] for cause in body["causes"]])
    for cause in body["causes"]:
        assert datetime.now(UTC) - timedelta(minutes=1) < datetime.fromisoformat(cause["since"]) <= datetime.now(UTC)
    assert ready(api).json() == body


def test_a_process_with_its_servers_is_live(start_api: ApiFactory, private_servers: ServerFactory) -> None:
    servers = private_servers(valkey_settings=SAFE)
    api = start_api(DATABASE_URL=servers.database_url, REDIS_URL=servers.redis_url)

    assert codes(api) == set()
    with api.client() as client:
        assert client.get("/health/live").json() == {"status": "ok"}


def test_a_killed_redis_degrades_and_a_returned_one_heals(start_api: ApiFactory, private_servers: ServerFactory) -> None:
    servers = private_servers(valkey_settings=SAFE)
    api = start_api(DATABASE_URL=servers.database_url, REDIS_URL=servers.redis_url)

    os.kill(servers.valkey.pid, signal.SIGKILL)
    until(lambda: codes(api) == {"redis_away"})
    assert "Redis" in ready(api).json()["reasons"][0]

    until(lambda: not servers.valkey.is_running)
    servers.valkey.start()
    until(lambda: codes(api) == set())


def test_an_unsafe_redis_degrades_with_a_reason_for_each_fault(start_api: ApiFactory, private_servers: ServerFactory) -> None:
    servers = private_servers(valkey_settings={"appendonly": "no", "maxmemory-policy": "allkeys-lru"})
    api = start_api(DATABASE_URL=servers.database_url, REDIS_URL=servers.redis_url)

    assert codes(api) == {"redis_evicts", "redis_forgets"}
    reasons = ready(api).json()["reasons"]
    assert any("noeviction" in reason for reason in reasons)
    assert any("appendonly" in reason for reason in reasons)


def test_a_killed_postgres_is_a_503_at_once(start_api: ApiFactory, private_servers: ServerFactory) -> None:
    servers = private_servers(valkey_settings=SAFE)
    api = start_api(DATABASE_URL=servers.database_url, REDIS_URL=servers.redis_url)

    os.kill(servers.postgres.pid, signal.SIGKILL)
    until(lambda: ready(api).status_code == 503)
    response = ready(api)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "1"
    assert response.json()["code"] == "not_ready"
    assert response.json()["causes"][0]["code"] == "postgres_away"


def test_no_request_waits_for_a_postgres_that_hangs(start_api: ApiFactory, private_servers: ServerFactory) -> None:
    servers = private_servers(valkey_settings=SAFE)
    api = start_api(DATABASE_URL=servers.database_url, REDIS_URL=servers.redis_url)

    with api.client() as client:
        headers = register(client).headers
        with frozen(servers.postgres.pid):
            until(lambda: api.services.db.hangs)
            borrowed: list[object] = []
            event.listen(api.services.db.engine, "checkout", lambda *connection: borrowed.append(connection))
            assert client.get("/health/ready").status_code == 503
            response = client.get("/api/v1/bookings", headers=headers)
            assert (response.status_code, response.json()["code"]) == (503, "unavailable")
            assert "retry-after" in response.headers
            assert not borrowed
        until(lambda: client.get("/api/v1/bookings", headers=headers).status_code == 200)


def test_the_backlog_is_looked_at_again_after_postgres_froze_with_requests_in_flight(
    start_api: ApiFactory, private_servers: ServerFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = private_servers(valkey_settings=SAFE)
    looks: list[Exception | None] = []
    look = Backlog._look

    def watched(backlog: Backlog) -> object:
        try:
            seen = look(backlog)
        except Exception as error:
            looks.append(error)
            raise
        looks.append(None)
        return seen

    monkeypatch.setattr(Backlog, "_look", watched)
    api = start_api(DATABASE_URL=servers.database_url, REDIS_URL=servers.redis_url)
    with api.client(api.admit().headers) as client, ThreadPoolExecutor(DATABASE_CONNECTIONS) as pool:
        with frozen(servers.postgres.pid):
            # They use every connection, so the check gets none, and later requests are refused at once.
            pending = [pool.submit(client.get, "/api/v1/bookings") for _ in range(DATABASE_CONNECTIONS)]
            until(lambda: any(isinstance(each, Unavailable) for each in looks), seconds=20)
        for response in pending:
            response.result()
        before = len(looks)
        until(lambda: None in looks[before:])


def test_a_check_that_fails_is_repeated(start_api: ApiFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    api = start_api()
    with monkeypatch.context() as fault:
        fault.setattr(PostgresCheck, "run", broken)
        until(lambda: ready(api).status_code == 503)
        assert "unexpected answer" in ready(api).json()["reasons"][0]
    until(lambda: ready(api).status_code == 200)


async def broken(_: PostgresCheck) -> list[Finding]:
    raise RuntimeError("a fault of ours")


def test_events_are_received_after_one_that_raised_an_error(start_api: ApiFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    api = start_api()
    broken: list[object] = []

    def note(_: SeatCountCache, seats: object) -> None:
        broken.append(seats)
        raise RuntimeError("a fault of ours")

    def publish() -> bool:
        return job_events.publish(api.services.redis, job_events.JobEvents(bookings={new_id(): "CONFIRMED"}))

    with monkeypatch.context() as fault:
        fault.setattr(SeatCountCache, "note", note)
        until(lambda: publish() and bool(broken))
    until(lambda: publish() and api.services.live.job_events.finished > 0)


def test_a_database_behind_the_code_is_not_ready(start_api: ApiFactory, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
    api = start_api()

    response = ready(api)
    assert response.status_code == 503
    assert "migrate" in response.json()["reasons"][0]


def test_a_database_ahead_of_the_code_is_ready(start_api: ApiFactory, database_url: str) -> None:
    """`migrate` runs before a new version starts, and takes no process of the old one out of rotation."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert ready(start_api()).status_code == 200


def test_a_database_without_tables_is_not_ready(start_api: ApiFactory, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP TABLE alembic_version")
    response = ready(start_api())
    assert response.status_code == 503
    assert "migrate" in response.json()["reasons"][0]


def test_metrics_count_requests_by_route_template(client: httpx.Client) -> None:
    client.get("/health/live")
    response = client.get("/metrics")
    assert 'skyqueue_http_requests_total{method="GET",route="/health/live",status="200"}' in response.text
    assert response.headers["content-type"].count("charset") == 1  # Prometheus reads nothing under a type that names it twice


def test_a_crowd_is_let_in_by_a_process_whose_shell_allows_few_open_files(
    database_url: str, redis_url: str, guardian: Guardian, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "JWT_SECRET": "x" * 32, "DATA_DIR": str(tmp_path)}
    environment = {**os.environ, **{f"SKYQUEUE_{name}": value for name, value in settings.items()}}
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener, ExitStack() as pool:
        served = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                'ulimit -Sn 256 && exec "$@"',
                "sh",
                sys.executable,
                "-m",
                "api.serve",
                "--fd",
                str(listener.fileno()),
            ],
            env=environment,
            pass_fds=(listener.fileno(),),
        )
        guardian.watch(served.pid, signal.SIGTERM, signal.SIGKILL)
        pool.callback(guardian.unwatch, served.pid)
        pool.callback(served.wait)
        pool.callback(served.terminate)
        for _ in range(400):
            guest = pool.enter_context(socket.create_connection(listener.getsockname(), timeout=30))
            guest.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert guest.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "missing", ["JWT_SECRET", *(pytest.param(missing, marks=pytest.mark.variant) for missing in ("DATABASE_URL", "REDIS_URL"))]
)
def test_the_api_does_not_start_without_required_settings_and_names_them(missing: str) -> None:
    settings = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1", "JWT_SECRET": "x" * 32}
    settings |= {"JWT_SECRET": "changeme"} if missing == "JWT_SECRET" else {missing: ""}
    environment = {**os.environ, **{f"SKYQUEUE_{name}": value for name, value in settings.items()}}
    started = subprocess.run(
        [sys.executable, "-m", "api.serve"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert started.returncode == 1
    assert f"SKYQUEUE_{missing}" in started.stderr
    assert "Traceback" not in started.stderr
