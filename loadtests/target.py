"""The installation that a load run is sent to: one that is started for the run, or one that runs already."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from core.invariants import checker
from launcher.embedded.guardian import Guardian
from loadtests.bench.installation.stack import Stack, running
from loadtests.bench.slow_provider import provider

PASSWORD = "load tests are public"  # of accounts that live for one run


@dataclass(frozen=True, slots=True)
class Target:
    """`violations` checks the invariants of the whole database. For an external installation it finds nothing, because its database is not
    reachable.
    """

    base_url: str
    admin_token: str
    travellers: Callable[[int], list[str]]
    """Creates a number of accounts, and returns their access tokens."""
    violations: Callable[[], list[str]]


@contextmanager
def started(*, worker: str, environment: dict[str, str]) -> Iterator[Target]:
    """Start servers, API, worker and payment provider for this run only. `worker`: the module of the worker."""
    with (
        tempfile.TemporaryDirectory(prefix="skyqueue-load-") as name,
        closing(Guardian()) as guardian,
        provider(Path(name), guardian) as payments,
        running("api.app:create_app", worker=worker, environment={"SKYQUEUE_PAYMENTS_URL": payments, **environment}) as stack,
    ):
        token = stack.administrator()["Authorization"].removeprefix("Bearer ")
        yield Target(f"http://127.0.0.1:{stack.port}", token, stack.travellers, lambda: _check(stack))


def external(host: str, username: str, password: str) -> Target:
    """An installation that runs at `host`. Its travellers register through its API, under its rate limits."""
    with httpx.Client(base_url=host, timeout=30) as client:
        return Target(host, _sign_in(client, username, password), lambda count: _register(host, count), list)


def _check(stack: Stack) -> list[str]:
    with stack.connect() as connection, stack.redis() as client:
        return [str(each) for each in checker.check(connection, client, at_work=True)]


def _register(host: str, count: int) -> list[str]:
    tokens = []
    with httpx.Client(base_url=host, timeout=30) as client:
        for _ in range(count):
            username = f"load-{uuid4().hex}"
            response = client.post("/api/v1/auth/register", json={"username": username, "password": PASSWORD})
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise SystemExit(f"{host} accepts no more registrations: use fewer USERS, or set SKYQUEUE_RATE_LIMITS=off there.")
            response.raise_for_status()
            tokens.append(_sign_in(client, username, PASSWORD))
    return tokens


def _sign_in(client: httpx.Client, username: str, password: str) -> str:
    response = client.post("/api/v1/auth/token", data={"username": username, "password": password})
    if response.status_code != httpx.codes.OK:
        raise SystemExit(f"{username} cannot sign in at {client.base_url}: {response.text}")
    return str(response.json()["access_token"])
