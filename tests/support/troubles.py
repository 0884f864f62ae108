"""Cause the eight problems of docs/operations.md with real processes and signals, on a small installation."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import psycopg
import pytest
import redis

from core import keys
from core.users.models import Role
from tests.support.installations import PipelineFactory
from tests.support.pipeline import Pipeline
from tests.support.processes import Api, Worker
from tests.support.provider_process import ProviderProcess
from tests.support.servers import ServerPair
from tests.support.waiting import until

ANSWER_SECONDS: Final = 5.0
"""The overview answers in every trouble; a client that waits longer has given up."""


@dataclass
class Installation:
    """An API, a worker and a provider on servers of their own. `console`: an administrator."""

    pipeline: Pipeline
    pair: ServerPair
    provider: ProviderProcess
    worker: Worker
    api: Api
    console: httpx.Client

    def causes(self) -> list[dict[str, Any]]:
        response = self.console.get("/admin/overview")
        assert response.status_code == httpx.codes.OK, response.text
        causes: list[dict[str, Any]] = response.json()["causes"]
        return causes

    def first(self) -> dict[str, Any]:
        """The worst of the present troubles; empty: there is none."""
        return next(iter(self.causes()), {})

    def is_well(self) -> bool:
        return self.causes() == []

    def start_worker(self) -> None:
        self.worker.start(PAYMENTS_URL=self.provider.practice.base_url)


@pytest.fixture
def troubled(
    private_servers: Callable[..., ServerPair], open_pipeline: PipelineFactory, provider_process: ProviderProcess
) -> Iterator[Installation]:
    pair = private_servers(valkey_settings={"appendonly": "yes"})
    provider_process.start()
    pipeline = open_pipeline(pair.database_url, pair.redis_url)
    payments = provider_process.practice.base_url
    worker, api = pipeline.worker(PAYMENTS_URL=payments), pipeline.api(PAYMENTS_URL=payments)
    with httpx.Client(base_url=api.base_url, headers=pipeline.account(Role.ADMIN).headers, timeout=ANSWER_SECONDS) as console:
        installation = Installation(pipeline, pair, provider_process, worker, api, console)
        until(installation.is_well, seconds=30)
        yield installation


@contextmanager
def worker_stopped(here: Installation) -> Iterator[None]:
    here.worker.stop()
    here.pipeline.accept_many(3, here.pipeline.flight(50))
    yield
    here.start_worker()
    here.pipeline.end_leases()


@contextmanager
def worker_frozen(here: Installation) -> Iterator[None]:
    here.worker.freeze()
    yield
    here.worker.thaw()


@contextmanager
def redis_down(here: Installation) -> Iterator[None]:
    os.kill(here.pair.valkey.pid, signal.SIGKILL)
    until(lambda: not here.pair.valkey.is_running)
    yield
    here.pair.valkey.start()


@contextmanager
def redis_frozen(here: Installation) -> Iterator[None]:
    os.kill(here.pair.valkey.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(here.pair.valkey.pid, signal.SIGCONT)


@contextmanager
def redis_evicting(here: Installation) -> Iterator[None]:
    with redis.Redis.from_url(here.pair.redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        yield
        client.config_set("maxmemory-policy", "noeviction")


@contextmanager
def postgres_slow(here: Installation) -> Iterator[None]:
    """Another program holds every booking, so Postgres answers, and nothing gets on."""
    with psycopg.connect(here.pair.database_url, application_name="a migration by hand") as other:
        other.execute("LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


@contextmanager
def provider_hanging(here: Installation) -> Iterator[None]:
    here.provider.freeze()
    yield
    here.provider.thaw()


@contextmanager
def drift(here: Installation) -> Iterator[None]:
    flight = here.pipeline.flight(50)
    with redis.Redis.from_url(here.pair.redis_url) as client:
        here.pipeline.work(*here.pipeline.accept_many(1, flight))
        client.hset(keys.inventory(flight), "free", 999)
        yield
        client.delete(keys.inventory(flight))


@dataclass(frozen=True)
class Trouble:
    """`code` and `words`: of the cause that the overview names first."""

    make: Callable[[Installation], AbstractContextManager[None]]
    code: str
    words: str

    @property
    def name(self) -> str:
        return self.make.__name__


REDIS_AWAY: Final = "Redis does not answer"
TROUBLES: Final = (
    Trouble(worker_stopped, "no_worker", "No worker has answered for"),
    Trouble(worker_frozen, "no_worker", "No worker has answered for"),
    Trouble(redis_down, "redis_away", REDIS_AWAY),
    Trouble(redis_frozen, "redis_away", REDIS_AWAY),
    Trouble(redis_evicting, "redis_evicts", "maxmemory-policy"),
    Trouble(postgres_slow, "postgres_slow", "(a migration by hand) holds locks"),
    Trouble(provider_hanging, "provider_silent", "The payment provider does not answer"),
    Trouble(drift, "drift", "Redis counts"),
)
