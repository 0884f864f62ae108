"""Goals 1, 2, 3, 6 and 13: bookings per second and their cost, on the same servers, with both sides in turns."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

from core.invariants import checker
from loadtests.bench.installation.stack import Stack
from loadtests.goals.bench import Bench, Measurement
from loadtests.goals.goal import Figure, Row, RunLength, median_ratio, median_with_range

CLIENTS = (64, 256)
SWEEP = (1, 4, 16, 64, 256, 1024)
SPREAD_FLIGHTS = 10_000
P99_MS = 250.0
"""The limit of the time from accepted to final, at the rate of the goal."""
CPU_TARGETS_US = {64: 320.0, 256: 250.0}


def in_turns(rounds: int, sides: dict[str, Callable[[], Measurement]]) -> dict[str, list[Measurement]]:
    """Each side once in every round, one after the other."""
    measured: dict[str, list[Measurement]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            measured[name].append(side())
    return measured


def rates(measurements: list[Measurement]) -> list[float]:
    return [measurement.per_second for measurement in measurements]


def violations(stack: Stack) -> list[str]:
    """The violated invariants, checked when no booking is in progress."""
    with stack.connect() as connection, connection.transaction(), stack.redis() as client:
        found = checker.check(connection, client)
    return [str(each) for each in found]


def row_1(bench: Bench, run_length: RunLength) -> Row:
    """The product compared with simple designs, with 64 and with 256 clients."""
    row = Row(1, "confirmed bookings/s on one flight, against other designs in the same application")
    with _stock_worker(bench.stack):
        for clients in CLIENTS:
            seconds = run_length.seconds
            sides: dict[str, Callable[[], Measurement]] = {
                "product": partial(bench.book, clients, seconds),
                "naive": partial(bench.naive, clients, seconds),
                "task": partial(bench.task, clients, seconds / 2),
                "seat rows": partial(bench.skip_locked, clients, seconds),
            }
            measured = in_turns(run_length.rounds, sides)
            product = rates(measured["product"])
            for name, what, target in (
                ("naive", "SELECT FOR UPDATE", 15),
                ("task", "one message for each booking", 15),
                ("seat rows", "seat rows, SKIP LOCKED", 5),
            ):
                other = rates(measured[name])
                sides_text = f"{median_with_range(product)} / {median_with_range(other)} a second"
                row.figures.append(Figure(f"{what}, {clients} clients", median_ratio(product, other), target, sides=sides_text))
            row.figures.append(_p99(measured["product"], clients))
            row.data[str(clients)] = _data(measured)
    return row


def row_2(bench: Bench, run_length: RunLength) -> Row:
    """The product compared with a handler that does nothing."""
    row = Row(2, "confirmed bookings/s / no-op POST with the same body and authentication")
    for clients, target in zip(CLIENTS, (0.75, 0.90), strict=True):
        measured = in_turns(
            run_length.rounds,
            {
                "product": partial(bench.book, clients, run_length.seconds),
                "noop": partial(bench.noop, clients, run_length.seconds),
                "bare ASGI": partial(bench.noop, clients, run_length.seconds / 2, "/bench/bare"),
            },
        )
        product, other = rates(measured["product"]), rates(measured["noop"])
        row.figures.append(
            Figure(
                f"{clients} clients",
                median_ratio(product, other),
                target,
                sides=f"{median_with_range(product)} / {median_with_range(other)} a second",
            )
        )
        row.notes.append(f"bare ASGI, {clients} clients: {median_with_range(rates(measured['bare ASGI']))} a second")
        row.notes += _batches(measured["product"], clients)
        row.data[str(clients)] = _data(measured)
    return row


def row_3(bench: Bench, run_length: RunLength) -> Row:
    """Bookings on one flight compared with bookings on many flights."""
    row = Row(3, f"bookings/s on one flight / spread over {SPREAD_FLIGHTS:,} flights")
    with bench.stack.connect() as connection:
        made = connection.execute(
            """
            INSERT INTO flights (id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date,
                                 total_seats, price, currency)
            SELECT gen_random_uuid(), 'SP-' || n, 'SP' || n, 'Delhi', 'Mumbai', now() + interval '3 days', now() + interval '4 days',
                   current_date + 3, 1000, 7500, 'INR' FROM generate_series(1, %s) AS n RETURNING id
            """,
            (SPREAD_FLIGHTS,),
        ).fetchall()
    flights: list[Any] = [each[0] for each in made]

    def spread_out() -> Measurement:
        # Each request has the next traveller, so that nobody books a flight twice.
        flights.append(flights.pop(0))
        return bench.book(64, run_length.seconds, flights)

    measured = in_turns(
        run_length.rounds,
        {"one": lambda: bench.book(64, run_length.seconds), "spread": spread_out},
    )
    one, spread = rates(measured["one"]), rates(measured["spread"])
    row.figures.append(
        Figure(
            "64 clients",
            median_ratio(one, spread),
            0.95,
            sides=f"{median_with_range(one)} / {median_with_range(spread)} a second",
        )
    )
    row.data = _data(measured)
    return row


def row_6(bench: Bench, run_length: RunLength) -> Row:
    """The cost of durability: with and without waiting for the disks of Postgres and Redis."""
    row = Row(6, "bookings/s with synchronous_commit=on and AOF everysec / both off")
    stack = bench.stack

    def switched(on: bool) -> Measurement:
        with stack.connect() as connection, stack.redis() as client:
            connection.execute(f"ALTER SYSTEM SET synchronous_commit = {'on' if on else 'off'}".encode())
            connection.execute("SELECT pg_reload_conf()")
            client.config_set("appendonly", "yes" if on else "no")
        return bench.book(64, run_length.seconds)

    measured = in_turns(run_length.rounds, {"on": lambda: switched(True), "off": lambda: switched(False)})
    switched(True)
    on, off = rates(measured["on"]), rates(measured["off"])
    row.figures.append(
        Figure("64 clients", median_ratio(on, off), 0.85, sides=f"{median_with_range(on)} / {median_with_range(off)} a second")
    )
    row.data = _data(measured)
    return row


def row_13(bench: Bench, run_length: RunLength) -> Row:
    """Processor time per booking, and rate and latency by the number of clients."""
    row = Row(13, "server CPU for each booking")
    for clients, target in CPU_TARGETS_US.items():
        measurements = [bench.book(clients, run_length.seconds) for _ in range(run_length.rounds)]
        parts = {
            name: statistics.median(measurement.cpu_us[name] for measurement in measurements) for name in measurements[0].cpu_us
        }
        sides = ", ".join(f"{name} {used:,.0f}" for name, used in parts.items())
        row.figures.append(Figure(f"{clients} clients", parts["sum"], target, at_least=False, unit=" us", sides=sides))
        row.notes += _batches(measurements, clients)
        row.data[str(clients)] = [asdict(measurement) for measurement in measurements]
    sweep = [bench.book(clients, run_length.seconds) for clients in SWEEP]
    row.data["clients"] = [asdict(measurement) for measurement in sweep]
    row.notes += [
        f"{measurement.clients:>5} clients: {measurement.per_second:>6,.0f}/s, final p50 {measurement.final_p50_ms:.0f} p99 {measurement.final_p99_ms:.0f} ms,"
        f" {measurement.cpu_us['sum']:,.0f} us"
        for measurement in sweep
    ]
    return row


def _p99(measurements: list[Measurement], clients: int) -> Figure:
    p99 = statistics.median(measurement.final_p99_ms or 0 for measurement in measurements)
    return Figure(f"p99 from accepted to final, {clients} clients", p99, P99_MS, at_least=False, unit=" ms")


def _batches(measurements: list[Measurement], clients: int) -> list[str]:
    intake, worker = (
        statistics.median(measurement.batches[side] for measurement in measurements if measurement.batches) for side in (0, 1)
    )
    return [f"mean batch, {clients} clients: intake {intake:.0f}, worker {worker:.0f}"]


def _data(measured: dict[str, list[Measurement]]) -> dict[str, Any]:
    return {name: [asdict(measurement) for measurement in measurements] for name, measurements in measured.items()}


@contextmanager
def _stock_worker(stack: Stack) -> Iterator[None]:
    process = stack.start_program("loadtests.bench.installation.baseline_worker")
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
