"""Clients that wait: each books once and polls at the intervals of `Retry-After`, while the queue is paused for the first half of the run.

Thousands of clients that poll without a result are the largest load of a sale. The queue is paused through the API, as an operator does it.
"""

from __future__ import annotations

import random

import gevent
from locust import task
from locust.exception import StopUser

from loadtests.scenarios.common import PLAN, Traveller, poll_until_final

PAUSED_SHARE = 0.5
"""The part of the run in which the queue is paused."""
ARRIVAL_SHARE = 0.25
"""The part of the run in which the clients arrive."""


class PollingClient(Traveller):
    @task
    def book_and_poll(self) -> None:
        """Book, and poll until the booking is final."""
        gevent.sleep(random.uniform(0, PLAN.seconds * ARRIVAL_SHARE))
        accepted = self.book(random.choice(PLAN.flights))
        if accepted is not None:
            path = str(accepted["status_url"])
            ok = frozenset({200, 304})
            poll_until_final(
                lambda more: self.expect("GET", path, ok=ok, name="poll", headers=more),
                seconds=PLAN.seconds,
            )
        raise StopUser


class Operator(Traveller):
    fixed_count = 1

    @task
    def pause(self) -> None:
        """Pause the queue, and resume it later."""
        self.expect("POST", "/admin/queues/bookings/pause", ok=frozenset({200}), name="pause", headers=PLAN.admin)
        gevent.sleep(PLAN.seconds * PAUSED_SHARE)
        self.expect("POST", "/admin/queues/bookings/resume", ok=frozenset({200}), name="resume", headers=PLAN.admin)
        raise StopUser
