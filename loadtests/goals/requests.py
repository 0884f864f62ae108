"""Goals 7, 8 and 9: the time of one booking without other load, the cost of polls and waiting clients, and the cost of refused requests."""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import uvloop

from core.clock import new_id
from loadtests.bench.installation.client import generate_load, request_bytes
from loadtests.goals.bench import SEATS, Bench, send
from loadtests.goals.goal import Figure, Row, RunLength, median_ratio, median_with_range
from loadtests.goals.throughput import rates

WAITERS = 5_000
CONNECT_SECONDS = 60.0
OVERLOAD = 3


def row_7(bench: Bench, run_length: RunLength) -> Row:
    """A single client that waits for each of its bookings, compared with the sum of the steps that are necessary, each measured alone."""
    row = Row(7, "idle: POST to final by long poll")
    totals, steps = [], []
    for _ in range(run_length.rounds):
        totals.append(_median_ms(bench, "/api/v1/booking", run_length.seconds, "Prefer: wait=10"))
        steps.append(_median_ms(bench, "/bench/noop", run_length.seconds / 2) + 3 * _redis_ms(bench) + 2 * _commit_ms(bench))
    p50, sum_of_steps = statistics.median(totals), statistics.median(steps)
    row.figures.append(Figure("p50", p50, 10, at_least=False, unit=" ms"))
    ratio = median_ratio(totals, steps)
    row.figures.append(
        Figure(
            "/ an HTTP request, three commands of Redis, two commits",
            ratio,
            3,
            at_least=False,
            sides=f"{p50:.2f} / {sum_of_steps:.2f} ms",
        )
    )
    row.data = {"totals": totals, "steps": steps}
    return row


def row_8(bench: Bench, run_length: RunLength) -> Row:
    """Polls of finished jobs, and bookings while thousands wait."""
    row = Row(8, "polls and waiting clients")
    paths = _finished_jobs(bench)
    polls = [request_bytes("GET", path, token, b"") for path, token in paths]
    authenticated = [request_bytes("GET", "/bench/authenticated", token, b"") for _, token in paths]
    cached, nothing = [], []
    for _ in range(run_length.rounds):
        cached.append(_rate(bench, polls, run_length.seconds, 200))
        nothing.append(_rate(bench, authenticated, run_length.seconds, 200))
    sides = f"{median_with_range(cached)} / {median_with_range(nothing)} a second"
    row.figures.append(Figure("status of a finished job / no-op GET", median_ratio(cached, nothing), 0.90, sides=sides))
    with_waiters, alone = [], []
    for _ in range(run_length.rounds):
        alone.append(bench.book(64, run_length.seconds))
        with _waiting_clients(bench, WAITERS):
            with_waiters.append(bench.book(64, run_length.seconds))
    ratio = median_ratio(rates(with_waiters), rates(alone))
    sides = f"{median_with_range(rates(with_waiters))} / {median_with_range(rates(alone))} a second"
    row.figures.append(Figure(f"bookings with {WAITERS:,} open long polls / with none", ratio, 0.90, sides=sides))
    row.data = {"polls": cached, "noop": nothing, "with_waiters": rates(with_waiters), "alone": rates(alone)}
    return row


def row_9(bench: Bench, run_length: RunLength) -> Row:
    """Refused requests cost little, and three times as many clients as the peak rate needs do not lower it."""
    row = Row(9, "sold out, and overload")
    flight = bench.stack.flight(1)
    body = json.dumps({"flight_id": str(flight), "seats": 1}).encode()
    sold_out = [request_bytes("POST", "/api/v1/booking", token, body) for token in bench.tokens]
    uvloop.run(generate_load(bench.stack.port, 1, 1.0, lambda number: sold_out[-1 - number]))  # takes the last seat
    bench.await_quiet()
    refused, nothing, overload, peak = [], [], [], []
    for _ in range(run_length.rounds):
        refused.append(_refused(bench, sold_out, run_length.seconds))
        nothing.append(bench.noop(64, run_length.seconds).per_second)
        peak.append(bench.book(256, run_length.seconds))
        overload.append(bench.book(OVERLOAD * 256, run_length.seconds))
    row.figures.append(
        Figure(
            "sold-out POST / no-op POST",
            median_ratio(refused, nothing),
            0.90,
            sides=f"{median_with_range(refused)} / {median_with_range(nothing)} a second",
        )
    )
    ratio = median_ratio(rates(overload), rates(peak))
    sides = f"{median_with_range(rates(overload))} / {median_with_range(rates(peak))} a second"
    row.figures.append(Figure(f"goodput of {OVERLOAD * 256} clients / of 256", ratio, 0.95, sides=sides))
    row.data = {"sold_out": refused, "noop": nothing, "over": rates(overload), "peak": rates(peak)}
    return row


def _median_ms(bench: Bench, path: str, seconds: float, *headers: str) -> float:
    body = json.dumps({"flight_id": str(bench.stack.flight(SEATS)), "seats": 1}).encode()
    requests = [request_bytes("POST", path, token, body, headers=headers) for token in bench.tokens[:5000]]
    return (
        statistics.median(send(bench.stack, 1, seconds, lambda number: requests[number % len(requests)], expect=202).latencies)
        * 1000
    )


def _redis_ms(bench: Bench) -> float:
    with bench.stack.redis() as client:
        return _timed(client.ping)


def _commit_ms(bench: Bench) -> float:
    with bench.stack.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_commits (n int)")
        return _timed(lambda: connection.execute("INSERT INTO bench_commits VALUES (1)"))


def _timed(work: Callable[[], Any], times: int = 100) -> float:
    durations = []
    for _ in range(times):
        started_at = time.perf_counter()
        work()
        durations.append(time.perf_counter() - started_at)
    return statistics.median(durations) * 1000


def _rate(bench: Bench, requests: list[bytes], seconds: float, status: int) -> float:
    return send(bench.stack, 64, seconds, lambda number: requests[number % len(requests)], expect=status).per_second


def _refused(bench: Bench, requests: list[bytes], seconds: float) -> float:
    """Responses per second. A few of the bookings may still be accepted and then fail: the seat counts that the API caches expire."""
    result = uvloop.run(generate_load(bench.stack.port, 64, seconds, lambda number: requests[number % len(requests)]))
    bench.await_quiet()
    if not set(result.statuses) <= {202, 409} or result.statuses.get(202, 0) > 0.05 * result.responses:
        raise RuntimeError(f"nearly all requests should be refused: {result.statuses}")
    return result.per_second


def _finished_jobs(bench: Bench, count: int = 5_000) -> list[tuple[str, str]]:
    """Addresses of completed jobs, each with the access token of its traveller."""
    body = json.dumps({"flight_id": str(bench.stack.flight(SEATS)), "seats": 1}).encode()
    tokens = bench.tokens[:count]
    requests = iter(zip(tokens, [request_bytes("POST", "/api/v1/booking", token, body) for token in tokens], strict=True))
    found: list[tuple[str, str]] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.stack.port)
        for token, request in requests:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            found.append((json.loads(await reader.readexactly(length))["status_url"], token))
        writer.close()

    async def all_clients() -> None:
        await asyncio.gather(*(client() for _ in range(64)))

    uvloop.run(all_clients())
    bench.await_quiet()
    return found


@contextmanager
def _waiting_clients(bench: Bench, count: int) -> Iterator[None]:
    """Run `count` clients, in a process of their own, that wait for bookings which no worker handles while the block runs."""
    token = bench.tokens[0]
    with bench.stack.connect() as connection:
        ids = [new_id() for _ in range(count)]
        flight = bench.stack.flight(SEATS)
        connection.execute(
            """
            WITH made AS (
                INSERT INTO bookings (id, user_id, seats, reference, price_total, currency, next_at)
                SELECT id, %s, 1, 'W' || substr(md5(id::text), 1, 12), 7500, 'INR', now() + interval '1 day' FROM unnest(%s::uuid[]) AS id RETURNING id
            ) INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total) SELECT id, 0, id, %s, 7500 FROM made
            """,
            (_owner(token), ids, flight),
        )
    program = bench.stack.start_program("loadtests.goals.long_poll_clients")
    try:
        assert program.stdin is not None
        program.stdin.write(
            json.dumps({"port": bench.stack.port, "token": token, "ids": [str(each) for each in ids]}).encode() + b"\n"
        )
        program.stdin.flush()
        deadline = time.monotonic() + CONNECT_SECONDS
        while len(psutil.Process(bench.stack.api).net_connections()) < count:
            if time.monotonic() > deadline or program.poll() is not None:
                raise RuntimeError(f"fewer than {count} clients are connected after {CONNECT_SECONDS:.0f} s")
            time.sleep(0.2)
        time.sleep(2)  # until all have read Postgres for the first time
        yield
    finally:
        program.terminate()
        program.wait()
        with bench.stack.connect() as connection:
            connection.execute("DELETE FROM booking_segments WHERE booking_id = ANY(%s)", (ids,))
            connection.execute("DELETE FROM bookings WHERE id = ANY(%s)", (ids,))


def _owner(token: str) -> str:
    """The id of the user that an access token belongs to."""
    claims = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])
