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
FINAL = ("COMPLETED", "FAILED", "CANCELLED")

_files = count()


class BrowsingTraveller(Browser):
    """Travellers as in `browse`."""


class Importer(Traveller):
    fixed_count = 1

    @task
    def upload(self) -> None:
        """Send a file of new flights, and poll the import until it has ended."""
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
            response = self.expect("GET", path, ok=frozenset({200}), name="poll import", headers=PLAN.admin)
            if response.status_code == 200 and json.loads(response.text)["status"] in FINAL:
                return
            gevent.sleep(0.5)


def _file(number: int) -> bytes:
    begin = datetime.combine(date.fromisoformat(PLAN.day), time(), UTC) + timedelta(days=30 + number)
    lines = ["flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"]
    for row in range(ROWS):
        departure = begin + timedelta(seconds=15 * row)
        lines.append(
            f"LT-{1 + row},Delhi,Mumbai,{departure:%Y-%m-%dT%H:%M:%SZ},{departure + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ},180,7500"
        )
    return "\n".join(lines).encode()
