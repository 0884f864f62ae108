"""Goal 14 (a soak test): sale, payment, cancellation and expiry at half of the peak rate for a long time, and whether speed and sizes change meanwhile."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import uvloop

from launcher.embedded.guardian import Guardian
from loadtests.bench.installation.http_client import HttpClient
from loadtests.bench.installation.stack import Stack, running
from loadtests.bench.slow_provider import provider
from loadtests.goals.bench import SEATS, Bench
from loadtests.goals.goal import Figure, Row, RunLength
from loadtests.goals.processor_time import resident_mb
from loadtests.goals.throughput import violations

CLIENTS = 24
WINDOWS = 9
DRIFT_PERCENT = 5.0
WAIT = "Prefer: wait=20"


@dataclass(frozen=True, slots=True)
class Window:
    """The figures of one part of the run. `table_bytes`: the total size so far, divided by the number of bookings. `aof_bytes`: by how much
    the file of Redis has grown in this part, for each booking of it.
    """

    per_second: float
    p99_ms: float
    api_mb: float
    worker_mb: float
    valkey_mb: float
    dead_tuples: int
    table_bytes: float
    aof_bytes: float


@dataclass(frozen=True, slots=True)
class Sizes:
    """What there is now. `table_bytes`: of bookings and their segments, with indexes. `aof_bytes`: of the file of Redis."""

    bookings: int
    dead_tuples: int
    table_bytes: int
    aof_bytes: int


def row_14(run_length: RunLength) -> Row:
    row = Row(14, f"{run_length.minutes:g} minutes of sale, payment, cancellation and expiry at half of the peak")
    with (
        tempfile.TemporaryDirectory(prefix="skyqueue-bench-") as name,
        closing(Guardian()) as guardian,
        provider(Path(name), guardian) as payments,
        running(
            "loadtests.bench.installation.app:create_app",
            environment={"SKYQUEUE_PAYMENTS_URL": payments, "SKYQUEUE_HOLD_MINUTES": "1"},
        ) as stack,
    ):
        bench = Bench(stack)
        peak = bench.book(64, run_length.seconds).per_second
        rate = peak / 2
        with stack.redis() as client:
            # Redis would rewrite its file now and then, after which it is smaller, and the growth could not be seen.
            client.config_set("auto-aof-rewrite-percentage", 0)
        windows: list[Window] = []
        sizes = _read_sizes(stack)
        for _ in range(WINDOWS):
            durations, took = uvloop.run(_load(bench, rate, run_length.minutes * 60 / WINDOWS, stack.flight(SEATS)))
            former, sizes = sizes, _read_sizes(stack)
            windows.append(_window(stack, durations, took, former, sizes))
        bench.await_quiet()
        time.sleep(2)
        row.violations = [each for each in violations(stack) if not each.startswith("I8")]
    third = WINDOWS // 3
    for what, values in (
        ("rate", [each.per_second for each in windows]),
        ("p99", [each.p99_ms for each in windows]),
        ("memory of the API", [each.api_mb for each in windows]),
        ("memory of the worker", [each.worker_mb for each in windows]),
        ("table bytes for each booking", [each.table_bytes for each in windows]),
        ("growth of the AOF for each booking", [each.aof_bytes for each in windows]),
    ):
        before, last = statistics.median(values[third : 2 * third]), statistics.median(values[2 * third :])
        drift = 100 * (1 - last / before) if what == "rate" else 100 * (last / before - 1)
        row.figures.append(
            Figure(f"drift of the {what}", drift, DRIFT_PERCENT, at_least=False, unit=" %", sides=f"{before:,.1f} -> {last:,.1f}")
        )
    row.notes.append(f"dead tuples: {', '.join(str(each.dead_tuples) for each in windows)}; paced at {rate:,.0f} a second")
    row.data = {"peak": peak, "windows": [asdict(each) for each in windows]}
    return row


async def _load(bench: Bench, rate: float, seconds: float, flight: UUID) -> tuple[list[float], float]:
    """All clients for so long. Returns the durations of the bookings and of the whole, in seconds."""
    durations: list[float] = []
    started_at = time.perf_counter()
    await asyncio.gather(*(_client(bench, rate / CLIENTS, started_at + seconds, flight, durations) for _ in range(CLIENTS)))
    return durations, time.perf_counter() - started_at


async def _client(bench: Bench, rate: float, stop_at: float, flight: UUID, durations: list[float]) -> None:
    """One booking after the other, from its creation to its end, at this rate."""
    client = await HttpClient.connect(bench.stack.port)
    due = time.perf_counter()
    try:
        while (now := time.perf_counter()) < stop_at:
            if now < due:
                await asyncio.sleep(due - now)
            due += random.expovariate(rate)
            started_at = time.perf_counter()
            await _one_booking(client, random.choice(bench.tokens), flight)
            durations.append(time.perf_counter() - started_at)
    finally:
        client.close()


async def _one_booking(client: HttpClient, token: str, flight: UUID) -> None:
    """One booking. Seven of ten are bought at once; the others are held, and then paid, cancelled, or left to expire."""
    body: dict[str, object] = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}
    kind = random.random()
    if kind < 0.7:
        await client.request("POST", "/api/v1/booking", token, body, WAIT)
        return
    held = await client.request("POST", "/api/v1/booking", token, body | {"payment": {"hold": True}}, WAIT)
    if held.status != 202 or held.body["status"] != "HELD":
        return
    booking = held.body["booking_id"]
    if kind < 0.8:
        await client.request("POST", f"/api/v1/bookings/{booking}/payments", token, {"token": "tok_ok"})
    elif kind < 0.9:
        await client.request("DELETE", f"/api/v1/bookings/{booking}", token)


def _window(stack: Stack, durations: list[float], took: float, before: Sizes, after: Sizes) -> Window:
    memory = resident_mb(stack)
    return Window(
        per_second=len(durations) / took,
        p99_ms=sorted(durations)[int(0.99 * len(durations))] * 1000,
        api_mb=memory["api"],
        worker_mb=memory["worker"],
        valkey_mb=memory["valkey"],
        dead_tuples=after.dead_tuples,
        table_bytes=after.table_bytes / after.bookings,
        aof_bytes=(after.aof_bytes - before.aof_bytes) / (after.bookings - before.bookings),
    )


def _read_sizes(stack: Stack) -> Sizes:
    with stack.connect() as connection, stack.redis() as client:
        row = connection.execute(
            """
            SELECT (SELECT count(*) FROM bookings),
                   (SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname IN ('bookings', 'booking_segments', 'flights', 'payments')),
                   pg_total_relation_size('bookings') + pg_total_relation_size('booking_segments')
            """
        ).fetchone()
        aof = int(client.info("persistence").get("aof_current_size", 0))
    assert row is not None
    bookings, dead_tuples, table_bytes = (int(str(each)) for each in row)
    return Sizes(bookings, dead_tuples, table_bytes, aof)
