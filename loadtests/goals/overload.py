"""Row 15, which belongs to no goal: the effect of a rush on one flight, of an import, and of an overload on bookings of another flight."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

import uvloop

from loadtests.bench.imports import ImportClient
from loadtests.bench.installation.client import Tally, hammer, request_bytes
from loadtests.bench.installation.schedule import schedule
from loadtests.goals.goal import Effort, Figure, Row
from loadtests.goals.rush import SEATS, Bench

RUSHING: Final = 32
IMPORT_ROWS: Final = 50_000
MOST: Final = 2.0
"""The p99 of bookings on another flight may grow by this factor, because the rush uses the same processors."""


def row_15(bench: Bench, effort: Effort) -> Row:
    row = Row(15, "a booking on another flight beside a rush, an import, and after an overload (p99 / p99 before)")
    quiet, rush, beside, after = [], [], [], []
    for _ in range(effort.rounds):
        quiet.append(_trickle(bench, effort.seconds, nullcontext))
        rush.append(_rushed(bench, effort.seconds))
        beside.append(_trickle(bench, effort.seconds, lambda: _importing(bench)))
        bench.book(768, effort.seconds)
        after.append(_trickle(bench, 1.0, nullcontext))
    for what, side in (
        ("beside a rush on another flight", rush),
        ("beside an import", beside),
        ("at once after an overload", after),
    ):
        ratios = sorted(_p99(one) / _p99(other) for one, other in zip(side, quiet, strict=True))
        sides = f"{_middle(side):.1f} / {_middle(quiet):.1f} ms"
        row.figures.append(Figure(what, ratios[len(ratios) // 2], MOST, at_least=False, sides=sides))
    row.data = {
        name: [_p99(each) for each in side]
        for name, side in (("quiet", quiet), ("rush", rush), ("import", beside), ("after", after))
    }
    return row


def _trickle(bench: Bench, seconds: float, beside: Callable[[], AbstractContextManager[None]]) -> Tally:
    """One client that waits for each of its bookings."""
    with beside():
        return uvloop.run(_one(bench, seconds))


async def _one(bench: Bench, seconds: float) -> Tally:
    body = json.dumps({"flight_id": str(bench.stack.flight(SEATS)), "seats": 1}).encode()
    tokens = bench.tokens[-5000:]
    made = [request_bytes("POST", "/api/v1/booking", token, body, headers=("Prefer: wait=20",)) for token in tokens]
    return await hammer(bench.stack.port, 1, seconds, lambda number: made[number % len(made)])


def _rushed(bench: Bench, seconds: float) -> Tally:
    body = json.dumps({"flight_id": str(bench.stack.flight(SEATS)), "seats": 1}).encode()
    made = [request_bytes("POST", "/api/v1/booking", token, body) for token in bench.tokens[:-5000]]

    async def both() -> Tally:
        rush = asyncio.create_task(hammer(bench.stack.port, RUSHING, seconds, lambda number: made[number % len(made)]))
        trickle = await _one(bench, seconds)
        await rush
        return trickle

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


def _p99(tally: Tally) -> float:
    return sorted(tally.latencies)[int(0.99 * len(tally.latencies))] * 1000


def _middle(tallies: list[Tally]) -> float:
    return sorted(map(_p99, tallies))[len(tallies) // 2]
