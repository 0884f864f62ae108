"""Travellers who browse and book, and a verdict at the end: oversold, lost and duplicated must be nobody.

Run it against a product that is up: `make loadtest` (it reads `.skyqueue/runtime.json`), or, for another address,
`locust -f loadtests/locustfile.py --host http://127.0.0.1:8000`.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from gevent import get_hub
from locust import constant_throughput, events, task
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

from loadtests.verdict import Verdict

ROUTES = (("Delhi", "Mumbai"), ("Mumbai", "Bangalore"), ("Bangalore", "Delhi"), ("Chennai", "Mumbai"))
PASSWORD = "load tests are public"  # of accounts that live for one run
FOLLOW_SECONDS = 20

verdict = Verdict()


class Traveller(FastHttpUser):
    """Searches nine times for each booking, and follows every booking to its end."""

    wait_time = constant_throughput(2)
    network_timeout = 40.0

    def on_start(self) -> None:
        name = f"load-{uuid4().hex}"
        self.client.post("/api/v1/auth/register", json={"username": name, "password": PASSWORD}, name="register")
        with self.client.post(
            "/api/v1/auth/token", data={"username": name, "password": PASSWORD}, name="token", catch_response=True
        ) as answer:
            self.headers = {"Authorization": f"Bearer {json.loads(answer.text)['access_token']}"}
        self.flights: list[str] = []

    @task(9)
    def search(self) -> None:
        source, destination = random.choice(ROUTES)
        day = (datetime.now(UTC) + timedelta(days=random.randint(1, 20))).date()
        path = f"/api/v1/search?source={source}&destination={destination}&date={day}"
        with self.client.get(path, name="search", catch_response=True) as answer:
            found: list[dict[str, Any]] = json.loads(answer.text) if answer.status_code == 200 else []
            self.flights = [flight["id"] for flight in found] or self.flights

    @task
    def book(self) -> None:
        if not self.flights:
            return
        body = {"flight_id": random.choice(self.flights), "seats": random.randint(1, 4), "allow_duplicate": True}
        key = uuid4().hex
        headers = {**self.headers, "Idempotency-Key": key, "Prefer": f"wait={FOLLOW_SECONDS}"}
        with self.client.post("/api/v1/booking", json=body, headers=headers, name="book", catch_response=True) as answer:
            if answer.status_code == 202:
                accepted = json.loads(answer.text)
                verdict.accept(UUID(accepted["job_id"]), key)
                answer.success()
            elif answer.status_code == 409:
                answer.success()  # sold out is an answer, not an error


def judge(environment: Environment, **_: Any) -> None:
    """Wait until every accepted booking has ended, check the invariants, and fail the run if one is violated."""
    problems = verdict.find_problems()
    if not verdict.accepted:
        problems.append("not one booking was accepted, so nothing was proved")
    for problem in problems:
        print(f"VIOLATED {problem}")
    print(f"verdict: {verdict.accepted} bookings accepted, {len(problems)} violations")
    if problems:
        environment.process_exit_code = 1


events.quitting.add_listener(judge)

# The loop's clock stood still while this file was imported; a run limited to seconds would end too early by as many.
get_hub().loop.update_now()
