"""The common parts of all scenarios: travellers with access tokens, expected responses, and the count of accepted bookings.

A promised refusal (sold out, too many requests, a duplicate, no waiting list) is no failure. Every request names the load run, so that the API
can report on its bookings afterwards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import gevent
from gevent import get_hub
from locust import events
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtests import plan as plans

PLAN = plans.load()
REFUSALS = frozenset({404, 409, 429, 503})
"""The statuses of promised refusals, because of a limit or because of overload."""
FINAL = frozenset({"CONFIRMED", "HELD", "FAILED", "CANCELLED", "EXPIRED"})


class AcceptedBookings:
    """The bookings that were answered with 202: those of this process, and in the master those of all processes."""

    def __init__(self) -> None:
        self.accepted = 0
        self.duplicated = 0
        """The number of idempotency keys with two bookings."""
        self._reported = (0, 0)
        self._by_key: dict[str, str] = {}

    def add(self, key: str, booking_id: str) -> None:
        known = self._by_key.setdefault(key, booking_id)
        if known != booking_id:
            self.duplicated += 1
        elif len(self._by_key) > self.accepted:
            self.accepted += 1

    def new_counts(self) -> dict[str, int]:
        """The counts since the last report to the master."""
        now, before = (self.accepted, self.duplicated), self._reported
        self._reported = now
        return {"accepted": now[0] - before[0], "duplicated": now[1] - before[1]}


accepted_bookings = AcceptedBookings()
_turns = count()
_account_numbers = {"first": 0, "step": 1}


class Traveller(FastHttpUser):
    """One traveller account. The scenarios add its tasks."""

    abstract = True
    network_timeout = 60.0
    connection_timeout = 60.0

    def on_start(self) -> None:
        self.headers = next_traveller()

    def book(self, flight_id: str, *, wait: int = 0, name: str = "book", **more: Any) -> dict[str, Any] | None:
        """Make one booking. Returns the body of the 202, or None if it was refused. `more`: further fields of the request body."""
        return book(self.client, self.headers, flight_id, wait=wait, name=name, **more)

    def expect(self, method: str, path: str, *, ok: frozenset[int], name: str, **options: Any) -> Any:
        """Send a request whose response may have a status of `ok` or of `REFUSALS`. Returns the response."""
        return expect(self.client, method, path, ok=ok, name=name, headers=self.headers | options.pop("headers", {}), **options)


def next_traveller() -> dict[str, str]:
    """The request headers of the next account of this process. No other process of the run uses this account."""
    number = _account_numbers["first"] + _account_numbers["step"] * next(_turns)
    return {"Authorization": f"Bearer {PLAN.tokens[number % len(PLAN.tokens)]}", "X-Load-Run": PLAN.run_id}


def expect(client: Any, method: str, path: str, *, ok: frozenset[int], name: str, **options: Any) -> Any:
    with client.request(method, path, name=name, catch_response=True, **options) as response:
        if response.status_code in ok:
            response.success()
        elif response.status_code in REFUSALS:
            response.success()
            events.request.fire(
                request_type="refused",
                name=f"{name} {response.status_code}",
                response_time=0,
                response_length=0,
                exception=None,
                context={},
            )
        else:
            response.failure(f"{response.status_code} {(response.text or '')[:200]}")
    return response


def book(
    client: Any, headers: dict[str, str], flight_id: str, *, wait: int = 0, name: str = "book", **more: Any
) -> dict[str, Any] | None:
    """Make one booking with a new idempotency key."""
    key = uuid4().hex
    sent = headers | {"Idempotency-Key": key} | ({"Prefer": f"wait={wait}"} if wait else {})
    body = {"flight_id": flight_id, "seats": 1, **more}
    response = expect(client, "POST", "/api/v1/booking", ok=frozenset({202}), name=name, headers=sent, json=body)
    if response.status_code != 202:
        return None
    accepted: dict[str, Any] = json.loads(response.text)
    accepted_bookings.add(key, accepted["booking_id"])
    return accepted


def poll_until_final(send: Callable[[dict[str, str]], Any], *, seconds: float) -> str | None:
    """Poll a job at the intervals of `Retry-After` until it is final. `send(headers)` sends one request. Returns the last status of the job."""
    deadline = time.monotonic() + seconds
    status, tag = None, ""
    while time.monotonic() < deadline:
        response = send({"If-None-Match": tag} if tag else {})
        if response.status_code == 200:
            status, tag = json.loads(response.text)["status"], response.headers.get("etag", "")
            if status in FINAL:
                return str(status)
        gevent.sleep(float(response.headers.get("retry-after") or 1))
    return status


def _register_listeners(environment: Environment, **_: Any) -> None:
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        events.test_start.add_listener(
            lambda **_: _account_numbers.update(first=max(0, runner.worker_index), step=int(PLAN.options["processes"]))
        )
        events.report_to_master.add_listener(lambda data, **_: data.update(accepted_bookings=accepted_bookings.new_counts()))
    if isinstance(runner, MasterRunner):
        events.worker_report.add_listener(_add_worker_counts)


def _add_worker_counts(data: dict[str, Any], **_: Any) -> None:
    counts = data.get("accepted_bookings", {})
    accepted_bookings.accepted += counts.get("accepted", 0)
    accepted_bookings.duplicated += counts.get("duplicated", 0)


def _write_counts(environment: Environment, **_: Any) -> None:
    """Write the counts of accepted bookings to a file for the verdict."""
    if not isinstance(environment.runner, WorkerRunner):
        Path(PLAN.options["result"]).write_text(
            json.dumps({"accepted": accepted_bookings.accepted, "duplicated": accepted_bookings.duplicated})
        )


events.init.add_listener(_register_listeners)
events.quitting.add_listener(_write_counts)
# The clock of the event loop is not updated during the import of this file. Without this, a run with a time limit would end too early.
get_hub().loop.update_now()
