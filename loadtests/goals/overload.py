"""Row 15, which belongs to no goal: the effect of a rush on one flight, of an import, and of an overload on bookings of another flight."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

import uvloop

from loadtests.bench.imports import ImportClient
from loadtests.bench.installation.client import LoadResult, generate_load, request_bytes
from loadtests.bench.installation.schedule import schedule
from loadtests.goals.bench import SEATS, Bench
from loadtests.goals.goal import Figure, Row, RunLength

RUSH_CLIENTS: Final = 32
IMPORT_ROWS: Final = 50_000
MAX_RATIO: Final = 2.0
"""The p99 of bookings on another flight may grow by this factor, because the rush uses the same processors."""


def row_15(bench: Bench, run_length: RunLength) -> Row:
    row = Row(15, "a booking on another flight during a rush, an import, and after an overload (p99 / p99 before)")
    quiet, rush, during, after = [], [], [], []
    for _ in range(run_length.rounds):
        quiet.append(_single_client(bench, run_length.seconds, nullcontext))
        rush.append(_during_rush(bench, run_length.seconds))
        during.append(_single_client(bench, run_length.seconds, lambda: _importing(bench)))
        bench.book(768, run_length.seconds)
        after.append(_single_client(bench, 1.0, nullcontext))
    for what, side in (
        ("during a rush on another flight", rush),
        ("during an import", during),
        ("at once after an overload", after),
    ):
        ratios = sorted(_p99(one) / _p99(other) for one, other in zip(side, quiet, strict=True))
        sides = f"{_median_p99(side):.1f} / {_median_p99(quiet):.1f} ms"
        row.figures.append(Figure(what, ratios[len(ratios) // 2], MAX_RATIO, at_least=False, sides=sides))
    row.data = {
        name: [_p99(each) for each in side]
        for name, side in (("quiet", quiet), ("rush", rush), ("import", during), ("after", after))
    }
    return row


def _single_client(bench: Bench, seconds: float, during: Callable[[], AbstractContextManager[None]]) -> LoadResult:
    """One client that waits for each of its bookings."""
    with during():
        return uvloop.run(_book_one_by_one(bench, seconds))


async def _book_one_by_one(bench: Bench, seconds: float) -> LoadResult:
    body = json.dumps({"flight_id": str(bench.stack.flight(SEATS)), "seats": 1}).encode()
    tokens = bench.tokens[-5000:]
    requests = [request_bytes("POST", "/api/v1/booking", token, body, headers=("Prefer: wait=20",)) for token in tokens]
    return await generate_load(bench.stack.port, 1, seconds, lambda number: requests[number % len(requests)])


def _during_rush(bench: Bench, seconds: float) -> LoadResult:
    body = json.dumps({"flight_id": str(bench.stack.flight(SEATS)), "seats": 1}).encode()
    requests = [request_bytes("POST", "/api/v1/booking", token, body) for token in bench.tokens[:-5000]]

    async def both() -> LoadResult:
        rush = asyncio.create_task(
            generate_load(bench.stack.port, RUSH_CLIENTS, seconds, lambda number: requests[number % len(requests)])
        )
        single = await _book_one_by_one(bench, seconds)
        await rush
        return single

    found = uvloop.run(both())
    bench.await_quiet()
    return found


@contextmanager
def _importing(bench: Bench) -> Iterator[None]:
    """A worker imports a file of flights while the block runs."""
    import_client = ImportClient(bench.stack)
    job = import_client.upload(schedule(IMPORT_ROWS))
    yield
    import_client.wait(job)
    with bench.stack.connect() as connection:
        connection.execute("DELETE FROM flights f WHERE NOT EXISTS (SELECT FROM booking_segments s WHERE s.flight_id = f.id)")
    import_client.client.close()


def _p99(result: LoadResult) -> float:
    return sorted(result.latencies)[int(0.99 * len(result.latencies))] * 1000


def _median_p99(results: list[LoadResult]) -> float:
    return sorted(map(_p99, results))[len(results) // 2]
