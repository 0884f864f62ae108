"""Bookings on one flight and searches, while the payment provider does not answer the charges of another flight for 30 s, and while it does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import uvloop

from core.invariants import checker
from launcher.embedded.guardian import Guardian
from launcher.embedded.ports import free_port
from loadtests.bench.installation.client import LoadResult, generate_load, request_bytes
from loadtests.bench.installation.stack import READY_SECONDS, Stack, running

BOOKERS = 2
TRAVELLERS = 5_000
"""More than the bookings of one round, so that nobody books a flight twice."""
SEARCHERS = 1
SECONDS = 6.0
ROUNDS = 4
HANGING_BOOKINGS = 100
"""The number of bookings whose charges the provider does not answer."""
TARGET = 1.25


@dataclass(frozen=True, slots=True)
class Side:
    """The results of one round. Bookings are paid by card; their time is from the request to the confirmation."""

    booking_p50_ms: float
    booking_p95_ms: float
    search_p50_ms: float
    search_p95_ms: float
    bookings: int
    searches: int


@contextmanager
def provider(folder: Path, guardian: Guardian) -> Iterator[str]:
    """Run a practice provider whose `tok_hang` takes 30 s. Yields its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "MOCKPAY_PORT": str(port), "MOCKPAY_LEDGER": str(folder / "ledger.sqlite")}
    process = subprocess.Popen([sys.executable, "-m", "mockpay"], env=environment, stderr=subprocess.DEVNULL)
    guardian.watch(process.pid, signal.SIGTERM, signal.SIGKILL)
    deadline = time.monotonic() + READY_SECONDS
    try:
        while not _answers(address):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the practice provider does not answer at {address} after {READY_SECONDS:.0f} s")
            time.sleep(0.1)
        yield address
    finally:
        process.kill()
        process.wait()
        guardian.unwatch(process.pid)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").is_success
    except httpx.HTTPError:
        return False


def measure(stack: Stack, tokens: list[str], flight: UUID) -> Side:
    """Book and search at the same time for `SECONDS`."""
    body = json.dumps({"flight_id": str(flight), "seats": 1, "payment": {"token": "tok_ok"}}).encode()
    booking_requests = [request_bytes("POST", "/api/v1/booking", token, body, headers=("Prefer: wait=20",)) for token in tokens]
    day = (datetime.now(UTC) + timedelta(days=1)).date()
    path = f"/api/v1/search?source=Delhi&destination=Mumbai&date={day}"
    search = request_bytes("GET", path, tokens[0], b"")

    async def both() -> tuple[LoadResult, LoadResult]:
        return await asyncio.gather(
            generate_load(
                stack.port, BOOKERS, SECONDS, lambda number: booking_requests[number % len(booking_requests)], keep_bodies=True
            ),
            generate_load(stack.port, SEARCHERS, SECONDS, lambda _: search),
        )

    booked, searched = uvloop.run(both())
    final_statuses = {json.loads(each)["status"] for each in booked.bodies}
    if set(booked.statuses) != {202} or set(searched.statuses) != {200} or final_statuses != {"CONFIRMED"}:
        raise RuntimeError(f"bookings {booked.statuses} {final_statuses}, searches {searched.statuses}")
    return Side(*_percentiles(booked), *_percentiles(searched), booked.responses, searched.responses)


def hang(stack: Stack, tokens: list[str], flight: UUID) -> None:
    """Make a booking of each of these travellers, whose charges are not answered. Returns when the first of these calls has begun."""
    body = {"flight_id": str(flight), "seats": 1, "payment": {"token": "tok_hang"}}
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.port}") as client:
        for token in tokens:
            client.post("/api/v1/booking", json=body, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    wait_until(stack, "SELECT count(*) > 0 FROM payments WHERE status = 'PROCESSING' AND token = 'tok_hang'")


def cancel_hanging(stack: Stack, tokens: list[str]) -> None:
    """Cancel these bookings, and return when no call for them is left."""
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.port}") as client:
        for token in tokens:
            headers = {"Authorization": f"Bearer {token}"}
            (booking,) = client.get("/api/v1/bookings?status=HELD", headers=headers).json()["data"]
            client.delete(f"/api/v1/bookings/{booking['id']}", headers=headers).raise_for_status()
    wait_until(stack, "SELECT count(*) = 0 FROM payments WHERE status NOT IN ('SUCCEEDED', 'DECLINED')")


def main() -> int:
    """Print both sides, round by round, and the medians. The exit code is 1 when an invariant is violated."""
    with (
        tempfile.TemporaryDirectory(prefix="skyqueue-bench-") as name,
        closing(Guardian()) as guardian,
        provider(Path(name), guardian) as address,
        running("loadtests.bench.installation.app:create_app", environment={"SKYQUEUE_PAYMENTS_URL": address}) as stack,
    ):
        tokens = stack.travellers(TRAVELLERS)
        hanging_tokens = stack.travellers(HANGING_BOOKINGS)
        measure(stack, tokens, stack.flight(1_000_000))  # warm-up
        quiet, hanging = [], []
        for number in range(1, ROUNDS + 1):
            quiet.append(measure(stack, tokens, stack.flight(1_000_000)))
            other = stack.flight(1_000_000)
            hang(stack, hanging_tokens, other)
            hanging.append(measure(stack, tokens, stack.flight(1_000_000)))
            cancel_hanging(stack, hanging_tokens)
            print(f"round {number}: quiet   {_describe(quiet[-1])}\n         hanging {_describe(hanging[-1])}")
        with stack.connect() as connection:
            violations = checker.check(connection, None)
    booking = statistics.median(h.booking_p95_ms for h in hanging) / statistics.median(q.booking_p95_ms for q in quiet)
    search = statistics.median(h.search_p95_ms for h in hanging) / statistics.median(q.search_p95_ms for q in quiet)
    print(
        f"p95 hanging / quiet: bookings on another flight {booking:.2f}, searches {search:.2f} (target <= {TARGET}); "
        f"{len(violations)} violations of invariants"
    )
    sides = {"quiet": [asdict(side) for side in quiet], "hanging": [asdict(side) for side in hanging]}
    print(json.dumps({**sides, "booking": booking, "search": search}))
    for violation in violations:
        print(violation)
    return 1 if violations else 0


def _percentiles(result: LoadResult) -> tuple[float, float]:
    cuts = statistics.quantiles(result.latencies, n=20)
    return cuts[9] * 1000, cuts[18] * 1000


def _describe(side: Side) -> str:
    return (
        f"booking p50 {side.booking_p50_ms:.1f} p95 {side.booking_p95_ms:.1f} ms ({side.bookings}), "
        f"search p50 {side.search_p50_ms:.1f} p95 {side.search_p95_ms:.1f} ms ({side.searches})"
    )


def wait_until(stack: Stack, query: str) -> None:
    """Return when this query gives true."""
    deadline = time.monotonic() + 90
    with stack.connect() as connection:
        while time.monotonic() < deadline:
            row = connection.execute(query.encode()).fetchone()
            if row is not None and row[0]:
                return
            time.sleep(0.1)
    raise RuntimeError(f"still not true: {query}")


if __name__ == "__main__":
    raise SystemExit(main())
