"""Real processes are stopped, killed and frozen, and `/health/ready` reports each case correctly."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from core.heartbeats import queries
from core.heartbeats.beats import SILENT_SECONDS
from launcher.embedded.valkey import EmbeddedValkey
from tests.support.installations import PipelineFactory
from tests.support.pipeline import Pipeline
from tests.support.processes import Api, Worker
from tests.support.provider_process import ProviderProcess
from tests.support.waiting import until


@dataclass(frozen=True)
class Installation:
    """An API, and what it takes to work: a safe Redis and a payment provider. `start_worker` adds one that works."""

    pipeline: Pipeline
    provider: ProviderProcess
    api: Api

    def start_worker(self) -> Worker:
        worker = self.pipeline.worker(PAYMENTS_URL=self.provider.practice.base_url)
        self.await_worker(worker)
        return worker

    def restart(self, worker: Worker) -> None:
        worker.start(PAYMENTS_URL=self.provider.practice.base_url)

    def await_worker(self, worker: Worker) -> None:
        until(lambda: worker.pid in [each.pid for each in self.heartbeats()], seconds=60)

    def heartbeats(self) -> list[queries.Heartbeat]:
        with self.pipeline.db.snapshot() as connection:
            return queries.list_all(connection)

    def ready(self) -> dict[str, Any]:
        response = httpx.get(f"{self.api.base_url}/health/ready", timeout=10)
        assert response.status_code == httpx.codes.OK, response.text
        body: dict[str, Any] = response.json()
        assert (body["status"] == "ok") == (body["causes"] == [])
        return body

    def codes(self) -> set[str]:
        return {cause["code"] for cause in self.ready()["causes"]}

    def await_codes(self, *codes: str) -> None:
        try:
            until(lambda: self.codes() == set(codes), seconds=20)
        except AssertionError:
            pytest.fail(f"not {codes} but {self.ready()}")

    def message(self, code: str) -> str:
        return next(str(cause["message"]) for cause in self.ready()["causes"] if cause["code"] == code)


OpenInstallation = Callable[..., Installation]


@pytest.fixture
def open_installation(
    database_url: str, own_valkey: EmbeddedValkey, open_pipeline: PipelineFactory, provider_process: ProviderProcess
) -> OpenInstallation:
    """Call it with settings of the API."""

    def opened(**settings: str) -> Installation:
        pipeline = open_pipeline(database_url, own_valkey.url)
        provider_process.start()
        return Installation(pipeline, provider_process, pipeline.api(PAYMENTS_URL=provider_process.practice.base_url, **settings))

    return opened


@pytest.fixture
def installation(open_installation: OpenInstallation) -> Installation:
    return open_installation()


def test_with_everything_there_it_is_ok(installation: Installation) -> None:
    assert installation.codes() == {"no_worker"}, "no worker runs yet, and the first response reports that"
    installation.start_worker()
    installation.await_codes()
    assert installation.ready() == {"status": "ok", "reasons": [], "causes": []}


@pytest.mark.parametrize("end", [Worker.kill, pytest.param(Worker.stop, marks=pytest.mark.variant)])
def test_without_workers_waiting_bookings_are_reported_until_one_is_back(
    open_installation: OpenInstallation, end: Callable[[Worker], None]
) -> None:
    installation = open_installation(WAIT_LIMIT_SECONDS="2")
    workers = [installation.start_worker(), installation.start_worker()]
    installation.await_codes()
    for worker in workers:
        end(worker)
    bookings = installation.pipeline.accept_many(3, installation.pipeline.flight(5))
    killed = {"worker_silent"} if end is Worker.kill else set()
    installation.await_codes("no_worker", "bookings_wait", *killed)
    assert "2 s" in installation.message("bookings_wait")

    for worker in workers:
        installation.restart(worker)
    installation.pipeline.end_leases()
    installation.await_codes()
    assert installation.pipeline.endings(bookings) == {"CONFIRMED": 3}


def test_a_frozen_worker_is_named_until_it_goes_on(installation: Installation) -> None:
    frozen, other = installation.start_worker(), installation.start_worker()
    installation.await_codes()
    frozen.freeze()
    installation.await_codes("worker_silent")
    assert f"process {frozen.pid}" in installation.message("worker_silent")
    frozen.thaw()
    installation.await_codes()

    frozen.freeze()
    other.freeze()
    installation.await_codes("worker_silent", "no_worker")
    assert len(installation.ready()["causes"]) == 3
    frozen.thaw()
    other.thaw()
    installation.await_codes()


@pytest.mark.variant
def test_restarting_one_of_several_workers_causes_no_alarm(installation: Installation) -> None:
    restarted = installation.start_worker()
    installation.start_worker()
    installation.await_codes()
    alarms: list[dict[str, Any]] = []

    def all_well() -> bool:
        body = installation.ready()
        if body["causes"]:
            alarms.append(body)
        return restarted.pid in [each.pid for each in installation.heartbeats()]

    for _ in range(2):
        restarted.stop()
        installation.restart(restarted)
        until(all_well, seconds=60)
    deadline = time.monotonic() + SILENT_SECONDS + 1
    until(lambda: all_well() and time.monotonic() > deadline, seconds=60)
    assert alarms == []


def test_a_killed_or_frozen_provider_is_reported_until_it_answers_again(installation: Installation) -> None:
    installation.start_worker()
    installation.await_codes()
    installation.provider.freeze()
    installation.await_codes("provider_silent")
    installation.provider.thaw()
    installation.await_codes()
    installation.provider.kill()
    installation.await_codes("provider_silent")
    installation.provider.start()
    installation.await_codes()


@pytest.mark.variant
def test_a_worker_without_a_provider_is_named(installation: Installation) -> None:
    installation.start_worker()
    without = installation.pipeline.worker()
    installation.await_codes("provider_missing")
    assert f"process {without.pid}" in installation.message("provider_missing")


@pytest.mark.variant
def test_a_missing_provider_is_reported(installation: Installation) -> None:
    installation.pipeline.worker()
    installation.api.start()
    installation.await_codes("provider_missing")
    assert "No payment provider is named" in installation.message("provider_missing")


@pytest.mark.variant
def test_a_provider_that_only_the_workers_know_is_enough(installation: Installation) -> None:
    """An API that is kept apart from the world may not reach the provider, and need not."""
    installation.start_worker()
    installation.api.start()
    installation.await_codes()


def test_a_backlog_near_its_limit_is_reported(open_installation: OpenInstallation) -> None:
    installation = open_installation(BACKLOG_LIMIT="5")
    flight = installation.pipeline.flight(10)
    installation.pipeline.accept_many(3, flight)
    installation.await_codes("no_worker")
    installation.pipeline.accept_many(1, flight)
    installation.await_codes("no_worker", "backlog_near_limit")
    installation.pipeline.accept_many(1, flight)
    installation.await_codes("no_worker", "backlog_full")
    installation.start_worker()
    installation.pipeline.end_leases()
    installation.await_codes()


def test_the_worst_problem_comes_first_and_the_others_follow(installation: Installation) -> None:
    with installation.pipeline.db.transaction() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")

    def reasons() -> list[str]:
        response = httpx.get(f"{installation.api.base_url}/health/ready", timeout=10)
        return [cause["code"] for cause in response.json()["causes"]] if response.status_code == 503 else []

    until(lambda: reasons() == ["schema_old", "no_worker"])
    with installation.pipeline.db.transaction() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    until(lambda: reasons() == [])
    installation.await_codes("no_worker")
