"""An import under traffic: travellers browse and book while an administrator uploads one file of flights after another."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import gevent
from locust import task

from loadtests.scenarios.browse import Browser
from loadtests.scenarios.common import PLAN, Traveller

ROWS = 5_000
"""The number of rows of each file."""
ENDED = ("COMPLETED", "FAILED", "CANCELLED")

_files = count()


class Traffic(Browser):
    """Travellers as in `browse`."""


class ImportSteps(Traveller):
    fixed_count = 1

    @task
    def upload(self) -> None:
        """Send a file of new flights, and follow it to its end."""
        accepted = self.expect(
            "POST",
            "/admin/flights/bulk-upload",
            ok=frozenset({202}),
            name="upload",
            headers=PLAN.admin | {"Content-Type": "text/csv"},
            data=_file(next(_files)),
        )
        if accepted.status_code != 202:
            gevent.sleep(5)
            return
        path = f"/admin/flights/bulk-upload/status/{json.loads(accepted.text)['job_id']}"
        while True:
            answer = self.expect("GET", path, ok=frozenset({200}), name="follow upload", headers=PLAN.admin)
            if answer.status_code == 200 and json.loads(answer.text)["status"] in ENDED:
                return
            gevent.sleep(0.5)


def _file(number: int) -> bytes:
    begin = datetime.combine(date.fromisoformat(PLAN.day), time(), UTC) + timedelta(days=30 + number)
    lines = ["flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"]
    for row in range(ROWS):
        leaves = begin + timedelta(seconds=15 * row)
        lines.append(
            f"LT-{1 + row},Delhi,Mumbai,{leaves:%Y-%m-%dT%H:%M:%SZ},{leaves + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ},180,7500"
        )
    return "\n".join(lines).encode()
