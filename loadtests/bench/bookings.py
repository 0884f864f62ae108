"""Confirmed bookings per second, compared with a POST that does nothing. Both sides are measured in turns, in one run."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import psycopg
import uvloop

from core.invariants import checker
from loadtests.bench.installation.client import LoadResult, generate_load, request_bytes
from loadtests.bench.installation.stack import Stack, running

CLIENTS = 64
TRAVELLERS = 20_000
"""More than the bookings of one round. Each request is another traveller's, as in a rush, so nobody books a flight twice."""
SECONDS = 4.0
ROUNDS = 5
SEATS = 1_000_000
TARGET = 0.35


@dataclass(frozen=True, slots=True)
class BookingRound:
    """One round of bookings on one flight, from the first request to the last confirmation."""

    per_second: float
    confirmed: int
    p99_ms: float
    """The time from accepted to final, by the clock of the database."""


def measure_bookings(stack: Stack, tokens: list[str], flight: UUID) -> BookingRound:
    """Book for `SECONDS`, wait until the last booking is confirmed, and count."""
    requests = [request_bytes("POST", "/api/v1/booking", token, _body(flight)) for token in tokens]
    started_at = time.perf_counter()
    result = uvloop.run(generate_load(stack.port, CLIENTS, SECONDS, lambda number: requests[number % len(requests)]))
    _expect(result, 202)
    with stack.connect() as connection:
        while _count(connection, flight, "PENDING"):
            time.sleep(0.01)
        seconds = time.perf_counter() - started_at
        confirmed = _count(connection, flight, "CONFIRMED")
        if confirmed != result.responses:
            raise RuntimeError(f"{result.responses} were accepted and {confirmed} are confirmed")
        row = connection.execute(
            """
            SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - created_at)) * 1000
            FROM bookings WHERE id IN (SELECT booking_id FROM booking_segments WHERE flight_id = %s)
            """,
            (flight,),
        ).fetchone()
    return BookingRound(confirmed / seconds, confirmed, float(str(row[0])) if row else 0.0)


def measure_noop(stack: Stack, tokens: list[str], flight: UUID) -> float:
    """Requests per second of the handler that does nothing."""
    requests = [request_bytes("POST", "/bench/noop", token, _body(flight)) for token in tokens]
    result = uvloop.run(generate_load(stack.port, CLIENTS, SECONDS, lambda number: requests[number % len(requests)]))
    _expect(result, 202)
    return result.per_second


def main() -> int:
    """Print both sides, round by round, and the medians. The exit code is 1 when an invariant is violated."""
    with running("loadtests.bench.installation.app:create_app") as stack:
        tokens = stack.travellers(TRAVELLERS)
        measure_bookings(stack, tokens, stack.flight(SEATS))  # warm-up
        noop, rounds = [], []
        for number in range(1, ROUNDS + 1):
            noop.append(measure_noop(stack, tokens, stack.flight(SEATS)))
            rounds.append(measure_bookings(stack, tokens, stack.flight(SEATS)))
            print(
                f"round {number}: no-op {noop[-1]:,.0f}/s   confirmed bookings {rounds[-1].per_second:,.0f}/s   p99 {rounds[-1].p99_ms:.0f} ms"
            )
        with stack.connect() as connection, stack.redis() as client:
            violations = checker.check(connection, client)
        ratio = statistics.median(each.per_second / other for each, other in zip(rounds, noop, strict=True))
        print(
            f"medians: no-op {statistics.median(noop):,.0f}/s, bookings {statistics.median(s.per_second for s in rounds):,.0f}/s"
        )
        print(f"ratio {ratio:.2f} (target {TARGET}), {CLIENTS} clients, one flight; {len(violations)} violations of invariants")
        print(json.dumps({"noop": noop, "bookings": [asdict(each) for each in rounds], "ratio": ratio}))
        for violation in violations:
            print(violation)
    return 1 if violations else 0


def _body(flight: UUID) -> bytes:
    return json.dumps({"flight_id": str(flight), "seats": 1}).encode()


def _expect(result: LoadResult, status: int) -> None:
    if set(result.statuses) != {status}:
        raise RuntimeError(f"expected {status} only, got {result.statuses}")


def _count(connection: psycopg.Connection[Any], flight: UUID, status: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM booking_segments s JOIN bookings b ON b.id = s.booking_id WHERE s.flight_id = %s AND b.status = %s",
        (flight, status),
    ).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    raise SystemExit(main())
