"""Paid bookings, payments of holds, and cancellations on one flight: how many a second, and the processor time that each costs the servers."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import uvloop

from core.invariants import checker
from launcher.embedded.guardian import Guardian
from loadtests.bench.installation.http_client import HttpClient
from loadtests.bench.installation.stack import Stack, running
from loadtests.bench.slow_provider import provider, wait_until
from loadtests.goals.processor_time import measure_processor_time

CLIENTS = (24, 96)
SECONDS = 4.0
TRAVELLERS = 5_000
SEATS = 1_000_000
WAIT = "Prefer: wait=20"
PAID = {"payment": {"token": "tok_ok"}}
HELD = {"payment": {"hold": True}}
OPEN = """
    SELECT NOT EXISTS (SELECT FROM payments WHERE next_at IS NOT NULL) AND NOT EXISTS (SELECT FROM refunds WHERE next_at IS NOT NULL)
"""


async def _book(client: HttpClient, token: str, flight: UUID, payment: dict[str, Any], status: str) -> str:
    """A booking with this payment that has reached this status. Returns its address."""
    body = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}
    response = await client.request("POST", "/api/v1/booking", token, body | payment, WAIT)
    if response.status != 202 or response.body["status"] != status:
        raise RuntimeError(f"a booking was answered with {response.status} {response.body}")
    return f"/api/v1/bookings/{response.body['booking_id']}"


async def _cancel(client: HttpClient, token: str, booking: str) -> None:
    response = await client.request("DELETE", booking, token)
    if response.status != 200:
        raise RuntimeError(f"a cancellation was answered with {response.status} {response.body}")


async def _buy(client: HttpClient, token: str, flight: UUID) -> None:
    await _book(client, token, flight, {}, "CONFIRMED")


async def _pay_at_once(client: HttpClient, token: str, flight: UUID) -> None:
    await _book(client, token, flight, PAID, "CONFIRMED")


async def _hold_and_pay(client: HttpClient, token: str, flight: UUID) -> None:
    booking = await _book(client, token, flight, HELD, "HELD")
    response = await client.request("POST", f"{booking}/payments", token, {"token": "tok_ok"}, WAIT)
    if response.status != 202 or response.body["status"] != "CONFIRMED":
        raise RuntimeError(f"a payment was answered with {response.status} {response.body}")


async def _hold_and_cancel(client: HttpClient, token: str, flight: UUID) -> None:
    await _cancel(client, token, await _book(client, token, flight, HELD, "HELD"))


async def _pay_and_cancel(client: HttpClient, token: str, flight: UUID) -> None:
    await _cancel(client, token, await _book(client, token, flight, PAID, "CONFIRMED"))


Act: TypeAlias = Callable[[HttpClient, str, UUID], Awaitable[None]]
ACTS: dict[str, Act] = {
    "bought": _buy,
    "paid at once": _pay_at_once,
    "held, paid": _hold_and_pay,
    "held, cancelled": _hold_and_cancel,
    "paid, cancelled": _pay_and_cancel,
}


def measure(stack: Stack, tokens: list[str], act: Act, clients: int, seconds: float) -> str:
    """Clients that repeat this act on a new flight. Returns the rate until the last charge and refund is final, times and processor time."""
    durations: list[float] = []
    flight = stack.flight(SEATS)
    with measure_processor_time(stack) as processor_time:
        started_at = time.perf_counter()
        uvloop.run(_generate_load(stack, tokens, act, clients, seconds, flight, durations))
        wait_until(stack, OPEN)
        took = time.perf_counter() - started_at
    durations.sort()
    p50, p99 = (1000 * durations[int(part * len(durations))] for part in (0.5, 0.99))
    used = ", ".join(f"{name} {each / 1000:.2f}" for name, each in processor_time.microseconds(len(durations)).items())
    return f"{len(durations) / took:6.0f} a second, p50 {p50:4.0f} ms, p99 {p99:5.0f} ms; ms of processor time each: {used}"


async def _generate_load(
    stack: Stack, tokens: list[str], act: Act, clients: int, seconds: float, flight: UUID, durations: list[float]
) -> None:
    stop_at = time.perf_counter() + seconds
    travellers = cycle(tokens)  # in turn, because one whose hold was not paid may not hold the same flight again

    async def repeat() -> None:
        client = await HttpClient.connect(stack.port)
        with closing(client):
            while (started_at := time.perf_counter()) < stop_at:
                await act(client, next(travellers), flight)
                durations.append(time.perf_counter() - started_at)

    await asyncio.gather(*(repeat() for _ in range(clients)))


def main() -> int:
    """Print the figures of each act, for each number of clients. The exit code is 1 when an invariant is violated."""
    parser = argparse.ArgumentParser(prog="loadtests.bench.payments")
    parser.add_argument("--clients", type=int, nargs="+", default=list(CLIENTS))
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--acts", nargs="+", choices=list(ACTS), default=list(ACTS))
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="skyqueue-bench-") as name,
        closing(Guardian()) as guardian,
        provider(Path(name), guardian) as address,
        running("loadtests.bench.installation.app:create_app", environment={"SKYQUEUE_PAYMENTS_URL": address}) as stack,
    ):
        tokens = stack.travellers(TRAVELLERS)
        for act in options.acts:
            measure(stack, tokens, ACTS[act], 24, 1.0)  # warm-up
        for clients in options.clients:
            for act in options.acts:
                print(f"{clients:3} clients, {act:15}: {measure(stack, tokens, ACTS[act], clients, options.seconds)}", flush=True)
        with stack.connect() as connection:
            violations = checker.check(connection, None)
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
