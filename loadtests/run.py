"""One load run: `python -m loadtests.run SCENARIO --users 200 --seconds 30 [--host URL]`, or `make loadtest SCENARIO=... USERS=... SECONDS=...`.

Without a host it starts an installation for the run. It prints the verdict at the end. The exit status is 1 when a promise was broken, or when
a request failed in a way that is not promised.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from core.flights.rules import MAX_SEATS
from loadtests import charts, plan, target
from loadtests.plan import Plan
from loadtests.target import Target
from loadtests.verdict import ClientCounts, Verdict, fetch_report, find_knee, judge

FOLDER: Final = Path(".cache/loadtests")
FLIGHTS: Final = {"browse": 20, "rush": 1, "imports": 20, "pollers": 20, "mix": 6, "knee": 150}
"""The number of flights of each scenario."""
SLOW_RESERVATION: Final = "after_reserve:sleep=300"
"""The failpoint of the control: it waits 300 ms between the reservation in Redis and the transaction in Postgres."""


def main() -> int:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _target(options) as product:
        run = _plan(options, product)
        files = FOLDER / run.run_id
        run.write(Path(f"{files}.plan"))
        status = _locust(run, product.base_url, files, options.workers)
        verdict = _judge(run, product)
    if status not in (0, 1):
        verdict.problems.append(f"Locust ended with status {status}")
    elif status == 1:
        verdict.problems.append("requests failed in a way that is not promised; the report of Locust lists them")
    charts.write_report(files, run, verdict)
    print(f"load run {run.run_id} ({run.scenario}, {run.users} users, {run.seconds:.0f} s) on {product.base_url}")
    print("\n".join(verdict.lines()))
    steps_file = Path(f"{files}.counts.knee")
    if steps_file.exists():
        steps = json.loads(steps_file.read_text())
        for step in steps:
            print(f"  {step['users']:>6} users  {step['per_second']:>8.1f} bookings/s   p95 {step['p95_ms']:>7.0f} ms")
        print(f"  knee: {find_knee(steps)} users")
    print(f"reports: {files}.html (Locust), {files}-verdict.html")
    Path(f"{files}.plan").unlink()
    return 1 if verdict.problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="loadtests.run", description=__doc__)
    parser.add_argument("scenario", choices=FLIGHTS)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--host", default="", help="a product that is up; without it one is started for the run")
    parser.add_argument("--admin", default=os.environ.get("SKYQUEUE_ADMIN_USERNAME", "admin"), help="of that product")
    parser.add_argument("--password-file", type=Path, default=Path(".skyqueue/admin.password"), help="of that administrator")
    parser.add_argument(
        "--seats",
        type=int,
        default=0,
        help="of each flight; without it, as many as there may be, and in the rush a tenth of the users",
    )
    parser.add_argument("--looks", type=int, default=9, help="searches for each booking")
    parser.add_argument("--workers", type=int, default=0, help="so many processes of Locust, and a master; 0: one process")
    parser.add_argument("--without-guard", action="store_true", help="the control: the last guard is off, so the rush oversells")
    options = parser.parse_args()
    if options.users < 1 or options.seconds < 1 or options.looks < 1 or options.workers < 0:
        parser.error("users, seconds and looks are 1 or more")
    if options.host and options.without_guard:
        parser.error("the control runs on a product of its own")
    return options


def _target(options: argparse.Namespace) -> AbstractContextManager[Target]:
    if options.host:
        password = os.environ.get("SKYQUEUE_ADMIN_PASSWORD") or options.password_file.read_text().strip()
        return nullcontext(target.external(options.host, options.admin, password))
    if options.without_guard:
        return target.started(worker="loadtests.without_guard", environment={"SKYQUEUE_FAILPOINTS": SLOW_RESERVATION})
    return target.started(worker="workers.main", environment={})


def _plan(options: argparse.Namespace, product: Target) -> Plan:
    now = datetime.now(UTC)
    run_id = f"{options.scenario}-{now:%Y%m%d-%H%M%S}-{uuid4().hex[:4]}"
    rush = options.scenario == "rush"
    seats = options.seats or (min(MAX_SEATS, max(1, options.users // 10)) if rush else MAX_SEATS)
    departure = (now + timedelta(days=10)).replace(hour=6, minute=0, second=0, microsecond=0)
    with httpx.Client(
        base_url=product.base_url, headers={"Authorization": f"Bearer {product.admin_token}"}, timeout=30
    ) as client:
        flights = []
        for number in range(FLIGHTS[options.scenario]):
            small = options.scenario == "mix" and number == FLIGHTS["mix"] - 1
            flights.append(_flight(client, run_id, number, departure, max(1, options.users // 5) if small else seats))
    return Plan(
        run_id=run_id,
        scenario=options.scenario,
        users=options.users,
        seconds=options.seconds,
        admin_token=product.admin_token,
        tokens=product.travellers(options.users),
        flights=flights,
        seats=seats,
        day=f"{departure:%Y-%m-%d}",
        looks=options.looks,
        options={"processes": str(max(1, options.workers)), "result": str(FOLDER / f"{run_id}.counts")},
    )


def _flight(client: httpx.Client, run_id: str, number: int, first_departure: datetime, seats: int) -> str:
    departure = first_departure + timedelta(minutes=2 * number)
    body = {
        "flight_number": f"LT-{run_id[-4:].upper()}{number}",
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(hours=2)).isoformat(),
        "total_seats": seats,
        "price": "7500.00",
    }
    return str(client.post("/admin/flights", json=body).raise_for_status().json()["id"])


def _locust(run: Plan, host: str, files: Path, workers: int) -> int:
    """Run Locust. Returns its exit status, or that of its master: 1 when a request failed."""
    environment = {**os.environ, plan.VARIABLE: f"{files}.plan"}
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        f"loadtests/scenarios/{run.scenario}.py",
        "--host",
        host,
        "--loglevel",
        "WARNING",
    ]
    master_options = [
        "--headless", "--only-summary", "--users", str(run.users), "--spawn-rate", str(max(10, run.users // 5)),
        "--run-time", f"{run.seconds:.0f}s", "--stop-timeout", "30", "--html", f"{files}.html", "--csv", str(files),
    ]  # fmt: skip
    if run.scenario == "knee":  # its load shape sets the users and the time
        master_options = ["--headless", "--only-summary", "--stop-timeout", "30", "--html", f"{files}.html", "--csv", str(files)]
    if not workers:
        return subprocess.run([*command, *master_options], env=environment, check=False).returncode
    master = subprocess.Popen([*command, "--master", "--expect-workers", str(workers), *master_options], env=environment)
    time.sleep(1)
    worker_processes = [subprocess.Popen([*command, "--worker"], env=environment) for _ in range(workers)]
    status = master.wait()
    for worker in worker_processes:
        worker.wait(timeout=30)
    return status


def _judge(run: Plan, product: Target) -> Verdict:
    counts = ClientCounts.read(Path(run.options["result"]))
    with httpx.Client(base_url=product.base_url, headers=run.admin, timeout=90) as client:
        report = fetch_report(client, run.run_id)
    return judge(counts, report, product.violations())


if __name__ == "__main__":
    sys.exit(main())
