"""The rush for the last seats, with open arrivals: people come at their own times, whether or not those before them were answered.

One user of Locust is a door, through which its share of the travellers comes, with exponential times between two of them.
"""

from __future__ import annotations

import random

import gevent
from gevent.pool import Group
from locust import task
from locust.exception import StopUser

from loadtests.scenarios.common import PLAN, Traveller, book, expect, follow, next_traveller

DOORS = 8
ARRIVING = 0.7
"""The part of the run in which people come; the rest is for the last of them to be answered."""


class Door(Traveller):
    fixed_count = DOORS
    concurrency = 1_000

    @task
    def open(self) -> None:
        """Let a share of the travellers in, and end when each was answered."""
        share = max(1, PLAN.users // DOORS)
        pace = share / (PLAN.seconds * ARRIVING)
        inside = Group()
        for _ in range(share):
            gevent.sleep(random.expovariate(pace))
            inside.add(gevent.spawn(self.arrive, next_traveller()))
        inside.join()
        raise StopUser

    def arrive(self, headers: dict[str, str]) -> None:
        accepted = book(self.client, headers, PLAN.flights[0], allow_duplicate=False)
        if accepted is not None:
            path = str(accepted["status_url"])
            follow(
                lambda more: expect(self.client, "GET", path, ok=frozenset({200, 304}), name="poll", headers=headers | more),
                seconds=PLAN.seconds,
            )
