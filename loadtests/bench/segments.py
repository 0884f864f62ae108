"""The cost of storing a booking in two tables: bookings are stored, read by a worker and confirmed, in one table as in former releases, and in the present two.

Both sides run in one Postgres, in turns, batch by batch. CPU is the processor time of the Postgres process that does the work, because other
programs on the machine change it less than the wall-clock time. WAL is the number of bytes that Postgres writes to its log for a booking.

`python -m loadtests.bench.segments` (docs/decisions/0012-booking-segments-in-a-table.md).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import psutil

from core.after_commit import AfterCommit
from core.bookings.intake import insert, references
from core.bookings.intake.requests import BookingRequest
from core.bookings.states import BookingStatus
from core.bookings.transitions import Transition, Transitions, stages
from core.bookings.unfinished import pending
from core.clock import new_id, now
from core.db import Database, RawConnection, opened
from core.lease import LEASE_SECONDS
from core.migrations.upgrade import upgrade
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres

BATCHES: Final = (1, 16, 64)
"""Bookings in one transaction: 1 when nobody else books, up to 64 in a rush."""
TURNS: Final = 20
BOOKINGS_IN_A_TURN: Final = 256

_FORMER_TABLE: Final = """
    CREATE TABLE former_bookings (
        LIKE bookings INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
        trip_id uuid NOT NULL, leg int2 NOT NULL DEFAULT 0, flight_id uuid NOT NULL REFERENCES flights (id),
        departure_ts timestamptz, arrival_ts timestamptz
    );
    ALTER TABLE former_bookings ADD PRIMARY KEY (id), ADD FOREIGN KEY (user_id) REFERENCES users (id);
    CREATE UNIQUE INDEX ON former_bookings (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
    CREATE INDEX ON former_bookings (user_id, id);
    CREATE INDEX ON former_bookings (next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX ON former_bookings (flight_id);
    CREATE INDEX ON former_bookings (trip_id) WHERE leg > 0;
    CREATE UNIQUE INDEX ON former_bookings (reference) WHERE leg = 0
"""
_FORMER_STORE: Final = """
    INSERT INTO former_bookings (id, trip_id, user_id, flight_id, seats, payment_mode, payment_token, idempotency_key, request_hash,
                                 reference, price_total, currency, departure_ts, arrival_ts, next_at)
    SELECT w.id, w.id, w.user_id, w.flight_id, w.seats, w.mode, w.token, w.key, w.hash, w.reference,
           f.price * w.seats, f.currency, f.departure_ts, f.arrival_ts, now() + %s * interval '1 second'
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::int2[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::text[])
         AS w(id, user_id, flight_id, seats, mode, token, key, hash, reference)
    JOIN flights f ON f.id = w.flight_id
    ON CONFLICT DO NOTHING RETURNING id
"""
_FORMER_LOAD: Final = """
    SELECT b.id, b.seats, b.payment_mode, b.price_total = 0, b.flight_id, b.departure_ts, b.arrival_ts,
           CASE WHEN f.status = %s THEN %s WHEN f.departure_ts <= now() THEN %s END
    FROM former_bookings b JOIN flights f ON f.id = b.flight_id WHERE b.id = ANY(%s) AND b.status = %s ORDER BY b.trip_id, b.leg
"""
_FORMER_LOCK: Final = "SELECT id FROM former_bookings WHERE id = ANY(%s) AND status = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_FORMER_CONFIRM: Final = """
    UPDATE former_bookings SET status = %s, timeline = timeline || %s::jsonb, updated_at = now(),
        finished_at = coalesce(finished_at, now()), next_at = NULL
    WHERE id = ANY(%s) AND status = ANY(%s)
"""

Side = Callable[[Database, Sequence[BookingRequest]], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one booking."""

    microseconds: float
    cpu_microseconds: float
    wal_bytes: float


def in_one_table(db: Database, requests: Sequence[BookingRequest]) -> None:
    ids = [request.booking_id for request in requests]
    pending_only = [BookingStatus.PENDING]
    with db.transaction() as connection:
        insert.lock_terms(connection, requests)
        connection.execute(
            _FORMER_STORE,
            (
                LEASE_SECONDS,
                ids,
                [request.user_id for request in requests],
                [request.flight_ids[0] for request in requests],
                [request.seats for request in requests],
                [request.payment_mode for request in requests],
                [request.payment_token for request in requests],
                [request.idempotency_key for request in requests],
                [request.request_hash for request in requests],
                [references.draw() for _ in requests],
            ),
        ).fetchall()
    with db.snapshot() as connection:
        connection.execute(
            _FORMER_LOAD, ("CANCELLED", "flight_cancelled", "flight_departed", ids, BookingStatus.PENDING)
        ).fetchall()
    with db.transaction() as connection:
        connection.execute(_FORMER_LOCK, (ids, pending_only)).fetchall()
        connection.execute(_FORMER_CONFIRM, (BookingStatus.CONFIRMED, stages(("confirmed", now())), ids, pending_only))


def in_two_tables(db: Database, requests: Sequence[BookingRequest]) -> None:
    ids = [request.booking_id for request in requests]
    with db.transaction() as connection:
        insert.store(connection, requests, insert.lock_terms(connection, requests))
    with db.snapshot() as connection:
        pending.load_pending(connection, ids)
    with db.transaction() as connection:
        pending.lock_pending(connection, ids, [BookingStatus.PENDING])
        stage = stages(("confirmed", now()))
        confirmed = Transitions([Transition(each, BookingStatus.CONFIRMED, stage) for each in ids])
        confirmed.write(connection, BookingStatus.PENDING, AfterCommit())


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="skyqueue-bench-") as name:
        Path(name).chmod(0o711)
        postgres = EmbeddedPostgres(Path(name) / "postgres", guardian=Guardian())
        postgres.start()
        try:
            upgrade(postgres.url)
            with opened(postgres.socket_url, pool_size=1, application="skyqueue-bench") as db:
                _compare(db)
        finally:
            postgres.stop()


def _compare(db: Database) -> None:
    with db.transaction() as connection:
        connection.execute(_FORMER_TABLE)
        users, flight = _travellers(connection), _flight(connection)
    for batch in BATCHES:
        costs: dict[str, list[Cost]] = {"one table": [], "two tables": []}
        for turn in range(TURNS + 1):
            for side, work in (("one table", in_one_table), ("two tables", in_two_tables)):
                cost = _measure(db, work, users, flight, batch)
                if turn:  # the first one warms up
                    costs[side].append(cost)
        _print(batch, costs)


def _measure(db: Database, work: Side, users: Sequence[UUID], flight: UUID, batch: int) -> Cost:
    requests = [BookingRequest(users[number], (flight,), 1, booking_id=new_id()) for number in range(BOOKINGS_IN_A_TURN)]
    with db.snapshot() as connection:
        backend = psutil.Process(connection.info.backend_pid)
    wal_position, cpu, started_at = _wal_position(db), sum(backend.cpu_times()[:2]), time.perf_counter()
    for start in range(0, len(requests), batch):
        work(db, requests[start : start + batch])
    seconds, used = time.perf_counter() - started_at, sum(backend.cpu_times()[:2]) - cpu
    count = len(requests)
    return Cost(seconds * 1e6 / count, used * 1e6 / count, (_wal_position(db) - wal_position) / count)


def _print(batch: int, costs: dict[str, list[Cost]]) -> None:
    one, two = costs["one table"], costs["two tables"]
    for what, unit in (
        ("microseconds", "µs"),
        ("cpu_microseconds", "µs of Postgres' CPU"),
        ("wal_bytes", "bytes of WAL"),
    ):
        before, after = ([float(getattr(cost, what)) for cost in side] for side in (one, two))
        means = statistics.fmean(before), statistics.fmean(after)
        print(
            f"batches of {batch:2}: {statistics.median(before):7.0f} -> {statistics.median(after):7.0f} {unit} for each booking "
            f"(means {means[0]:.0f} -> {means[1]:.0f})"
        )


def _travellers(connection: RawConnection) -> list[UUID]:
    ids = [new_id() for _ in range(BOOKINGS_IN_A_TURN)]
    connection.execute(
        """
        INSERT INTO users (id, username, password_hash, role)
        SELECT id, 'bench-' || id, '-', 'traveller' FROM unnest(%s::uuid[]) AS id
        """,
        (ids,),
    )
    return ids


def _flight(connection: RawConnection) -> UUID:
    flight_id = new_id()
    connection.execute(
        """
        INSERT INTO flights (id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date,
                             total_seats, price, currency)
        VALUES (%s, 'SQ1', 'SQ1', 'Delhi', 'Mumbai', now() + interval '1 day', now() + interval '26 hours', current_date + 1,
                1000000, 7500, 'INR')
        """,
        (flight_id,),
    )
    return flight_id


def _wal_position(db: Database) -> int:
    with db.snapshot() as connection:
        row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
