"""The verdict on a load run: compare the report of the API with what its clients were answered."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

QUIET_SECONDS: Final = 90.0
"""How long after the last request accepted bookings may take to end."""
PROMISES: Final = ("oversold", "lost", "duplicated", "charged_wrong")
"""The counts that must be 0. Inversions are reported, and are no violation."""
GROWTH: Final = 1.05
"""A step that raises the rate of bookings by less than this factor is past the knee."""


@dataclass(frozen=True, slots=True)
class ClientCounts:
    """The counts of the clients, summed over all processes of Locust. `duplicated`: idempotency keys with two bookings."""

    accepted: int
    duplicated: int

    @classmethod
    def read(cls, path: Path) -> ClientCounts:
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`report`: the response of `GET /admin/load-runs/{id}`. `problems`: a sentence for each violation."""

    report: dict[str, Any]
    problems: list[str]

    def lines(self) -> list[str]:
        """The lines that are printed."""
        report = self.report
        head = ("accepted", "confirmed", "held", "failed", "ended", "pending", "polls_per_booking", "inversions", *PROMISES)
        stages = [
            f"  {each['stage']:<12} {each['bookings']:>8} bookings   p50 {each['p50_ms']:>8.1f} ms   p95 {each['p95_ms']:>8.1f} ms"
            f"   p99 {each['p99_ms']:>8.1f} ms"
            for each in report.get("stages", [])
        ]
        result = [f"VIOLATED {problem}" for problem in self.problems] or [
            "passed: nothing oversold, lost, duplicated or charged wrong"
        ]
        return [f"  {name:<18} {report[name]}" for name in head if name in report] + stages + result


def judge(counts: ClientCounts, report: dict[str, Any] | None, violations: list[str]) -> Verdict:
    """`report`: None: the API knows no booking of the run. `violations`: of the invariants of the whole database."""
    problems = list(violations)
    if report is None:
        return Verdict({}, [*problems, "no booking was accepted, so nothing was tested"])
    problems += [f"{name}: {report[name]}" for name in PROMISES if report[name]]
    if report["pending"]:
        problems.append(f"pending: {report['pending']} bookings have not ended after {QUIET_SECONDS:.0f} s")
    if counts.accepted > report["accepted"]:
        problems.append(f"lost: {counts.accepted} bookings were answered with 202, and the API knows {report['accepted']}")
    if counts.duplicated:
        problems.append(f"duplicated: {counts.duplicated} keys named two bookings each")
    return Verdict(report, problems)


def fetch_report(client: httpx.Client, run_id: str) -> dict[str, Any] | None:
    """The report of the API, when no booking of the run is PENDING any more, or after `QUIET_SECONDS`."""
    deadline = time.monotonic() + QUIET_SECONDS
    while True:
        response = client.get(f"/admin/load-runs/{run_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        report: dict[str, Any] = response.raise_for_status().json()
        if not report["pending"] or time.monotonic() > deadline:
            return report
        time.sleep(0.5)


def find_knee(steps: list[dict[str, float]]) -> int:
    """The number of users from which on a step raises the rate of bookings by less than `GROWTH`."""
    best = 0
    for number, step in enumerate(steps):
        if step["per_second"] > GROWTH * steps[best]["per_second"]:
            best = number
    return int(steps[best]["users"])
