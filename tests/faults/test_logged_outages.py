"""Each part that uses a server logs an outage once, and its end once, however often it tries in between."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.messaging.messages import Queue
from tests.conftest import ServerFactory
from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.installations import PipelineFactory
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)  # two processes start, and are without a server for a while

QUEUES = [queue.value for queue in Queue]
TRIES = 60
"""How often the processes ask for the server before it returns: an outage of a few seconds."""


class RefusingServer:
    """Stands where the server was, and counts who comes."""

    def __init__(self, url: str) -> None:
        self.tries = 0
        self._socket = socket.create_server(("127.0.0.1", urlsplit(url).port or 0), backlog=64)
        threading.Thread(target=self._refuse, daemon=True).start()

    def _refuse(self) -> None:
        while True:
            try:
                self._socket.accept()[0].close()
            except OSError:
                return
            self.tries += 1

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextmanager
def refusing(url: str) -> Iterator[RefusingServer]:
    refusing_server = RefusingServer(url)
    try:
        yield refusing_server
    finally:
        refusing_server.close()


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def count_lines(log: Path, level: str) -> Counter[str]:
    return Counter(f"{line['event']} {line.get('queue', '')}".strip() for line in lines(log) if line["level"] == level)


def test_an_outage_of_redis_is_logged_when_it_begins_and_when_it_is_over(
    private_servers: ServerFactory, open_pipeline: PipelineFactory
) -> None:
    pair = private_servers()
    pipeline = open_pipeline(pair.database_url, pair.redis_url)
    worker, api = pipeline.worker(), pipeline.api()
    until(lambda: worker.said("worker ready"), seconds=20)
    os.kill(pair.valkey.pid, signal.SIGKILL)
    until(lambda: not pair.valkey.is_running)
    flight = pipeline.flight(500)
    with refusing(pair.redis_url) as refusing_server:
        concurrent_clients.book(api.base_url, [Attempt(account.headers, flight) for account in pipeline.accounts(20)])
        until(lambda: refusing_server.tries > TRIES, seconds=60)
    pair.valkey.start()
    over = "messages are taken again"
    until(lambda: count_lines(worker.log, "info")[over] == len(QUEUES) and api.said("job events arrive again"), seconds=30)
    until(lambda: worker.said("Redis is back, and what is due is sent"))

    for process in (worker, api):
        trouble = [line for line in lines(process.log) if line["level"] not in ("info", "debug")]
        assert len(trouble) <= 16, trouble
    log_lines = count_lines(worker.log, "warning")
    assert log_lines["Redis is away, so nothing is sent"] == 1
    assert {queue: log_lines[f"no messages can be taken {queue}"] for queue in QUEUES} == dict.fromkeys(QUEUES, 1)
    assert count_lines(api.log, "warning")["messages are deferred to the sweep"] == 1
    (back,) = [line for line in lines(worker.log) if line["event"] == "Redis is back, and what is due is sent"]
    assert back["level"] == "info"
    assert back["times"] > 1
    assert back["seconds"] > 0


def test_an_outage_of_postgres_is_logged_when_it_begins_and_when_it_is_over(
    private_servers: ServerFactory, open_pipeline: PipelineFactory
) -> None:
    pair = private_servers()
    pipeline = open_pipeline(pair.database_url, pair.redis_url)
    worker, api = pipeline.worker(), pipeline.api()
    until(lambda: worker.said("worker ready"), seconds=20)
    bookings = pipeline.accept_many(50, pipeline.flight(500))
    pair.kill_postgres()
    pipeline.send(*bookings, together=1)
    with refusing(pair.database_url) as refusing_server, api.client() as client:
        until(lambda: refusing_server.tries > TRIES and client.get("/api/v1/airports").status_code == 503, seconds=60)
        for _ in range(20):
            assert client.get("/api/v1/airports").status_code == 503
    pair.postgres.start()
    until(lambda: worker.said("the sweep has Postgres again") and api.said("the backlog is read again"), seconds=30)

    for process in (worker, api):
        trouble = [line for line in lines(process.log) if line["level"] not in ("info", "debug")]
        assert len(trouble) <= 16, trouble
        assert not any("exception" in line for line in trouble), trouble
    assert count_lines(worker.log, "warning")["the sweep has lost Postgres"] == 1
    assert count_lines(api.log, "warning")["the backlog cannot be read"] == 1
    pipeline.end_leases()
    pipeline.assert_clean(bookings)
