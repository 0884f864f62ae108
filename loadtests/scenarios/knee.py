"""Increase the number of users in steps, to find the knee: the step from which on more users bring longer waits and no more bookings."""

from __future__ import annotations

import json
import random
from pathlib import Path

from locust import LoadTestShape, constant, task

from loadtests.scenarios.common import PLAN, Traveller

STEPS = 8
WAIT_SECONDS = 20


class Buyer(Traveller):
    """Books again as soon as the last booking is final."""

    wait_time = constant(0)

    @task
    def buy(self) -> None:
        self.book(random.choice(PLAN.flights), wait=WAIT_SECONDS, allow_duplicate=True)


class Steps(LoadTestShape):
    """`STEPS` steps of the same length, up to all users of the run."""

    _steps: list[dict[str, float]] = []  # noqa: RUF012  # Locust creates one shape only
    _requests_before = 0

    def tick(self) -> tuple[int, float] | None:
        length = PLAN.seconds / STEPS
        step = int(self.get_run_time() // length)
        if step > len(self._steps):
            self._store_step(length)
        if step >= STEPS:
            return None
        users = max(1, PLAN.users * (step + 1) // STEPS)
        return users, float(PLAN.users)

    def _store_step(self, length: float) -> None:
        """Store the figures of the step that has just ended."""
        assert self.runner is not None
        stats = self.runner.environment.stats.get("book", "POST")
        users = max(1, PLAN.users * (len(self._steps) + 1) // STEPS)
        done = stats.num_requests
        p95 = stats.get_current_response_time_percentile(0.95) or 0
        self._steps.append({"users": users, "per_second": (done - self._requests_before) / length, "p95_ms": p95})
        self._requests_before = done
        Path(f"{PLAN.options['result']}.knee").write_text(json.dumps(self._steps))
