"""Confirmed bookings with seat numbers per second, compared with bookings without them. Both sides are measured in turns, in one run."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Final
from uuid import UUID

import uvloop

from core.invariants import checker
from core.seats.cabins.catalogue import CABINS
from loadtests.bench.installation.client import generate_load, request_bytes
from loadtests.bench.installation.stack import Stack, running

CLIENTS: Final = 64
SECONDS: Final = 4.0
ROUNDS: Final = 5
CABIN: Final = CABINS["B77W-354"]
FLIGHTS: Final = 60
"""The flights of each round and side: more seats than are booked in `SECONDS`."""
TRAVELLERS: Final = 20_000
TARGET: Final = 0.85


def flights_with_cabins(stack: Stack) -> list[UUID]:
    """New flights with a cabin. Both sides use such flights; the only difference is whether the requests have seat numbers."""
    flights = [stack.flight(CABIN.size) for _ in range(FLIGHTS)]
    with stack.connect() as connection:
        connection.execute("UPDATE flights SET cabin = %s WHERE id = ANY(%s)", (CABIN.name, flights))
    return flights


def measure_bookings(stack: Stack, tokens: list[str], *, numbered: bool) -> float:
    """Bookings per second, from the first request to the last confirmation. Every seat is requested once."""
    flights = flights_with_cabins(stack)
    bodies = [
        {"flight_id": str(flight), "seats": 1, **({"seat_numbers": [[seat]]} if numbered else {})}
        for seat in sorted(CABIN.seats)
        for flight in flights
    ]
    requests = [
        request_bytes("POST", "/api/v1/booking", tokens[number % len(tokens)], json.dumps(body).encode())
        for number, body in enumerate(bodies)
    ]
    started_at = time.perf_counter()
    result = uvloop.run(generate_load(stack.port, CLIENTS, SECONDS, lambda number: requests[number]))
    if set(result.statuses) != {202}:
        raise RuntimeError(f"expected 202 only, got {result.statuses}")
    with stack.connect() as connection:
        while _count(stack, flights, "PENDING"):
            time.sleep(0.01)
        seconds = time.perf_counter() - started_at
        row = connection.execute("SELECT count(*) FROM seat_numbers WHERE flight_id = ANY(%s)", (flights,)).fetchone()
    confirmed = _count(stack, flights, "CONFIRMED")
    expected = result.responses if numbered else 0
    if confirmed != result.responses or row != (expected,):
        raise RuntimeError(f"{result.responses} were accepted, {confirmed} are confirmed, {row} seats are picked")
    return confirmed / seconds


def main() -> int:
    """Print both sides, round by round, and the medians. The exit code is 1 when an invariant is violated."""
    with running("loadtests.bench.installation.app:create_app") as stack:
        tokens = stack.travellers(TRAVELLERS)
        measure_bookings(stack, tokens, numbered=True)  # warm-up
        by_count, by_number = [], []
        for number in range(1, ROUNDS + 1):
            by_count.append(measure_bookings(stack, tokens, numbered=False))
            by_number.append(measure_bookings(stack, tokens, numbered=True))
            print(f"round {number}: by count {by_count[-1]:,.0f}/s   an exact seat {by_number[-1]:,.0f}/s", flush=True)
        with stack.connect() as connection, connection.transaction(), stack.redis() as client:
            violations = checker.check(connection, client)
    ratio = statistics.median(number / count for number, count in zip(by_number, by_count, strict=True))
    print(f"medians: by count {statistics.median(by_count):,.0f}/s, an exact seat {statistics.median(by_number):,.0f}/s")
    print(
        f"ratio {ratio:.2f} (target {TARGET}), {CLIENTS} clients, {FLIGHTS} flights; {len(violations)} violations of invariants"
    )
    for violation in violations:
        print(violation)
    return 1 if violations else 0


def _count(stack: Stack, flights: list[UUID], status: str) -> int:
    with stack.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM booking_segments s JOIN bookings b ON b.id = s.booking_id"
            " WHERE s.flight_id = ANY(%s) AND b.status = %s",
            (flights, status),
        ).fetchone()
    return int(str(row[0])) if row else 0


if __name__ == "__main__":
    sys.exit(main())
