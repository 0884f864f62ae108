"""Each command and process with a Redis that cannot be used: at its start, and when Redis is replaced later."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.installations import PipelineFactory
from tests.support.processes import Api
from tests.support.product import Product
from tests.support.redis_servers import SAFE, StartRedis
from tests.support.waiting import until


@pytest.mark.parametrize(
    "command", ["worker", *(pytest.param(command, marks=pytest.mark.variant) for command in ("up", "api", "sample", "audit"))]
)
def test_every_command_that_needs_redis_refuses_a_cluster_in_one_line(
    command: str, database_url: str, start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis(cluster_enabled="yes")
    settings = {"DATABASE_URL": database_url, "REDIS_URL": server.url, "JWT_SECRET": "x" * 32}
    refused = Product(tmp_path / "data", environment={f"SKYQUEUE_{name}": value for name, value in settings.items()}).run(command)
    program = f"skyqueue {command}" if command in ("api", "worker") else "skyqueue"
    assert (refused.returncode, refused.stdout, refused.stderr) == (
        1,
        "",
        f"{program}: Redis at {server.place} is a node of a Redis Cluster, which Skyqueue cannot use. "
        "Name a server without cluster mode.\n",
    )


@pytest.mark.parametrize("command", ["sample", pytest.param("audit", marks=pytest.mark.variant)])
def test_a_command_that_needs_redis_reports_that_it_is_away(command: str, database_url: str, tmp_path: Path) -> None:
    settings = {"SKYQUEUE_DATABASE_URL": database_url, "SKYQUEUE_REDIS_URL": "redis://127.0.0.1:1"}
    refused = Product(tmp_path / "data", environment=settings).run(command)
    assert refused.returncode == 1
    assert refused.stderr.startswith("skyqueue: Redis at 127.0.0.1:1 does not answer: ")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["migrate", pytest.param("create-admin", marks=pytest.mark.variant)])
def test_a_command_without_redis_does_not_connect_to_it(command: str, database_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database_url, "REDIS_URL": "redis://127.0.0.1:1", "ADMIN_PASSWORD": "a long password"}
    done = Product(tmp_path / "data", environment={f"SKYQUEUE_{name}": value for name, value in settings.items()}).run(command)
    assert done.returncode == 0, done.stderr


def test_a_cluster_that_replaces_a_redis_that_was_away_is_reported_by_every_process(
    database_url: str, start_redis: StartRedis, open_pipeline: PipelineFactory
) -> None:
    """Processes that started without Redis go on, and no booking is lost; when a good server is there, the booking is worked."""
    server = start_redis(**SAFE)
    pipeline = open_pipeline(database_url, server.url)
    server.stop()
    api, worker = pipeline.api(), pipeline.worker()
    until(lambda: codes(api) == ["redis_away"])
    (accepted,) = concurrent_clients.book(api.base_url, [Attempt(pipeline.account().headers, pipeline.flight(9))])
    assert accepted.status == httpx.codes.ACCEPTED

    server.start(cluster_enabled="yes")
    until(lambda: codes(api) == ["redis_unusable"], seconds=20)
    until(lambda: worker.said("is a node of a Redis Cluster, which Skyqueue cannot use"), seconds=20)
    assert worker.is_running
    assert pipeline.endings([accepted.booking_id]) == {"PENDING": 1}

    server.stop()
    server.start(cluster_enabled="no")
    until(lambda: codes(api) == [], seconds=20)
    pipeline.end_leases()
    pipeline.assert_clean([accepted.booking_id])
    assert pipeline.endings([accepted.booking_id]) == {"CONFIRMED": 1}
    assert worker.log.read_text().count("is a node of a Redis Cluster") == 1


def codes(api: Api) -> list[str]:
    """Of the reasons why it is not ready that concern Redis."""
    with api.client() as client:
        causes = client.get("/health/ready").json()["causes"]
    return [each["code"] for each in causes if each["code"].startswith("redis")]
