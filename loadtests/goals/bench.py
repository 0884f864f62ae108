"""Measure bookings: many clients book one flight or several, each request for another traveller. The result has rates and processor times."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import uvloop

from loadtests.bench.installation import baselines
from loadtests.bench.installation.client import LoadResult, generate_load, request_bytes
from loadtests.bench.installation.stack import Stack
from loadtests.goals.processor_time import ProcessorTime, measure_processor_time

SEATS = 1_000_000
SEAT_ROWS = 60_000
TRAVELLERS = 20_000
"""More than the bookings of one measurement, so that nobody books a flight twice."""
QUIET_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """`per_second`: operations, from the first request to the last that is final. Times in milliseconds: of the responses, and from accepted to
    final by the clock of Postgres. `batches`: the mean batch sizes of the intake and of the worker.
    """

    clients: int
    per_second: float
    operations: int
    response_p50_ms: float
    response_p99_ms: float
    final_p50_ms: float | None = None
    final_p99_ms: float | None = None
    batches: tuple[float, float] | None = None
    cpu_us: dict[str, float] = field(default_factory=dict)


class Bench:
    """The travellers of one stack, and the measurements that are made with them."""

    def __init__(self, stack: Stack, travellers: int = TRAVELLERS) -> None:
        self.stack = stack
        self.tokens = stack.travellers(travellers)
        self._next = 0
        with stack.connect() as connection:
            baselines.prepare(connection)

    def noop(self, clients: int, seconds: float, path: str = "/bench/noop") -> Measurement:
        """The same requests to a handler that does nothing."""
        return self._measure(path, [self.stack.flight(SEATS)], clients, seconds, with_worker=False)

    def book(self, clients: int, seconds: float, flights: Sequence[UUID] = ()) -> Measurement:
        """Bookings through the real API. `flights`: they are booked in turn; without any, one new flight."""
        return self._measure("/api/v1/booking", flights or [self.stack.flight(SEATS)], clients, seconds, with_worker=True)

    def task(self, clients: int, seconds: float) -> Measurement:
        """One message and one commit for each booking."""
        return self._measure("/bench/task", [self.stack.flight(SEATS)], clients, seconds, with_worker=True)

    def naive(self, clients: int, seconds: float) -> Measurement:
        return self._measure("/bench/naive", [self._bench_flight(1)], clients, seconds, with_worker=False)

    def skip_locked(self, clients: int, seconds: float) -> Measurement:
        return self._measure("/bench/skip-locked", [self._bench_flight(SEAT_ROWS)], clients, seconds, with_worker=False)

    def _tokens_in_turn(self) -> list[str]:
        """The access tokens, beginning where the last measurement ended, so that a traveller books again only after all others."""
        return [*self.tokens[self._next :], *self.tokens[: self._next]]

    def _bench_flight(self, seat_rows: int) -> UUID:
        flight = self.stack.flight(SEATS)
        with self.stack.connect() as connection:
            baselines.prepare_flight(connection, flight, seat_rows)
            connection.execute("ANALYZE bench_seats")
        return flight

    def _measure(self, path: str, flights: Sequence[UUID], clients: int, seconds: float, *, with_worker: bool) -> Measurement:
        bodies = [json.dumps({"flight_id": str(flight), "seats": 1}).encode() for flight in flights]
        requests = [request_bytes("POST", path, token, bodies[n % len(bodies)]) for n, token in enumerate(self._tokens_in_turn())]
        since = self._newest_booking()
        with measure_processor_time(self.stack) as processor_time:
            started_at = time.perf_counter()
            result = send(self.stack, clients, seconds, lambda number: requests[number % len(requests)], expect=202)
            if with_worker:
                self.await_quiet()
            seconds_taken = time.perf_counter() - started_at
        self._next = (self._next + result.responses) % len(self.tokens)
        return self._summarize(result, seconds_taken, clients, processor_time, since if with_worker else None)

    def _summarize(
        self, result: LoadResult, seconds_taken: float, clients: int, processor_time: ProcessorTime, since: UUID | None
    ) -> Measurement:
        ordered = sorted(result.latencies)
        p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
        if since is None:
            return Measurement(
                clients, result.per_second, result.responses, p50, p99, cpu_us=processor_time.microseconds(result.responses)
            )
        with self.stack.connect() as connection:
            row = connection.execute(
                """
                SELECT count(*) FILTER (WHERE status = 'CONFIRMED'), count(DISTINCT created_at), count(DISTINCT finished_at),
                    percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.99) WITHIN GROUP (ORDER BY ms)
                FROM (SELECT *, (extract(epoch FROM finished_at - created_at) * 1000)::float8 AS ms FROM bookings WHERE id > %s) AS made
                """,
                (since,),
            ).fetchone()
        assert row is not None
        confirmed, commits, ends, final_p50, final_p99 = (float(str(each or 0)) for each in row)
        if confirmed != result.responses:
            raise RuntimeError(f"{result.responses} were accepted and {confirmed:.0f} are confirmed")
        return Measurement(
            clients, confirmed / seconds_taken, int(confirmed), p50, p99, final_p50, final_p99,
            (confirmed / max(1, commits), confirmed / max(1, ends)), processor_time.microseconds(result.responses),
        )  # fmt: skip

    def _newest_booking(self) -> UUID:
        with self.stack.connect() as connection:
            row = connection.execute(
                "SELECT coalesce(max(id::text)::uuid, '00000000-0000-0000-0000-000000000000') FROM (SELECT id FROM bookings ORDER BY id DESC LIMIT 1) AS newest"
            ).fetchone()
        assert isinstance(row, tuple)
        return UUID(str(row[0]))

    def await_quiet(self) -> None:
        """Return when no booking is PENDING, except those whose `next_at` is far in the future."""
        deadline = time.monotonic() + QUIET_SECONDS
        with self.stack.connect() as connection:
            while time.monotonic() < deadline:
                row = connection.execute(
                    "SELECT count(*) FROM bookings WHERE next_at < now() + interval '2 hours' AND status = 'PENDING'"
                ).fetchone()
                if row == (0,):
                    return
                time.sleep(0.02)
        raise RuntimeError(f"bookings are PENDING after {QUIET_SECONDS:.0f} s")


def send(
    stack: Stack, clients: int, seconds: float, request_of: Callable[[int], bytes], *, expect: int, keep_bodies: bool = False
) -> LoadResult:
    """Send requests by `clients` clients, all of which have to be answered with the status `expect`."""
    result = uvloop.run(generate_load(stack.port, clients, seconds, request_of, keep_bodies=keep_bodies))
    if set(result.statuses) != {expect}:
        raise RuntimeError(f"expected {expect} only, got {result.statuses}")
    return result
