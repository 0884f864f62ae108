"""A rush for the last seats with open arrivals (open workload model): travellers arrive at random times, whether or not earlier requests
were answered.

One user of Locust sends the requests of its share of the travellers, with exponential times between two arrivals.
"""

from __future__ import annotations

import random

import gevent
from gevent.pool import Group
from locust import task
from locust.exception import StopUser

from loadtests.scenarios.common import PLAN, Traveller, book, expect, next_traveller, poll_until_final

CLIENT_PROCESSES = 8
ARRIVAL_SHARE = 0.7
"""The part of the run in which travellers arrive. In the rest, the last of them get their responses."""


class ArrivingTravellers(Traveller):
    fixed_count = CLIENT_PROCESSES
    concurrency = 1_000

    @task
    def send_all(self) -> None:
        """Send the requests of a share of the travellers, and end when all were answered."""
        share = max(1, PLAN.users // CLIENT_PROCESSES)
        rate = share / (PLAN.seconds * ARRIVAL_SHARE)
        in_progress = Group()
        for _ in range(share):
            gevent.sleep(random.expovariate(rate))
            in_progress.add(gevent.spawn(self.arrive, next_traveller()))
        in_progress.join()
        raise StopUser

    def arrive(self, headers: dict[str, str]) -> None:
        accepted = book(self.client, headers, PLAN.flights[0], allow_duplicate=False)
        if accepted is not None:
            path = str(accepted["status_url"])
            poll_until_final(
                lambda more: expect(self.client, "GET", path, ok=frozenset({200, 304}), name="poll", headers=headers | more),
                seconds=PLAN.seconds,
            )
