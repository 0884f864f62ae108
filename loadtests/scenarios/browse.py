"""Browse and book: travellers search many times for each booking, and wait for its result."""

from __future__ import annotations

import random

from locust import constant_throughput, task

from loadtests.scenarios.common import PLAN, Traveller

WAIT_SECONDS = 20
ROUTE = f"source=Delhi&destination=Mumbai&date={PLAN.day}"


class Browser(Traveller):
    """Searches `looks` times for each booking."""

    wait_time = constant_throughput(5)

    @task(PLAN.looks)
    def search(self) -> None:
        sort = random.choice(("price", "fastest"))
        self.expect("GET", f"/api/v1/search?{ROUTE}&sort={sort}", ok=frozenset({200}), name="search")

    @task
    def buy(self) -> None:
        self.book(random.choice(PLAN.flights), seats=random.randint(1, 2), wait=WAIT_SECONDS, allow_duplicate=True)
