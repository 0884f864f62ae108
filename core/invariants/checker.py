"""Check the invariants (`docs/reliability.md` lists them). Tests, load runs and `skyqueue audit` use this checker. Run it when no
work is in progress, or pass `at_work`.

Each check returns its violations as sentences that name the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import redis

from core.bookings.states import BookingStatus, FailureCode
from core.db import RawConnection, fetch
from core.flights.changes.models import CancellationStatus
from core.flights.models import FlightStatus
from core.invariants import given_up, inventory_drift, money, provider_ledger, queues, seat_numbers, unfinished, waitlist
from core.invariants.finding import Finding
from core.payments.provider import CapturedCharge
from core.statuses import WITH_SEATS

RECONCILED: Final = "I12 the provider's ledger agrees"
SHOWN: Final = 20
"""The most violations that are listed for each invariant."""


@dataclass(frozen=True, slots=True)
class Violation:
    """`same_as`: equal if the same violation is found again, even if its text has changed."""

    invariant: str
    what: str = field(compare=False)
    same_as: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


def check(
    connection: RawConnection, client: redis.Redis | None, accepted: Iterable[UUID] = (), *, at_work: bool = False
) -> list[Violation]:
    """All violations of the invariants; an empty list if there are none.

    `connection`: in a transaction. For the rest of it there are no time limits, because with much data a check takes longer than a request may,
    and no nested loops are planned.
    `accepted`: ids of bookings that were answered 202; each must exist exactly once. `client`: None: do not check Redis.
    `at_work`: work is in progress, so its intermediate states are allowed. Some short-lived states may still be reported: see
    `lasting.py`.
    """
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(f"SET LOCAL {limit} = 0".encode())
    # The checks read whole tables. While the statistics still say that these are nearly empty, as right after the first rush, Postgres would
    # read a table once for each row of another one: with 500 bookings that took 45 s.
    connection.execute("SET LOCAL enable_nestloop = off")
    checks: list[tuple[str, Callable[[], Iterable[str | Finding]]]] = [
        ("I1 seats counted", lambda: _counts(connection)),
        ("I2 accepted and ended", lambda: _ends(connection, list(accepted), at_work=at_work)),
        ("I3 one booking for a key", lambda: _keys(connection)),
        ("I4 money is captured once, or refunded", lambda: money.find_violations(connection, limit=SHOWN)),
        ("I5 sold out only when sold out", lambda: _sold_out(connection)),
        ("I9 nobody is on a cancelled flight", lambda: _on_cancelled_flights(connection, at_work=at_work)),
        ("I10 waiting parties are served in order", lambda: waitlist.find_violations(connection, limit=SHOWN)),
        ("I13 a seat number is one traveller's", lambda: seat_numbers.find_violations(connection, limit=SHOWN)),
    ]
    if client is not None:
        redis_client = client
        checks += [
            ("I6 Redis agrees", lambda: _redis_agrees(connection, redis_client, at_work=at_work)),
            ("I8 queues are empty", lambda: queues.find_stuck(redis_client) if at_work else queues.find_remains(redis_client)),
        ]
    return [_violation(name, found) for name, find in checks for found in find()]


def find_given_up(connection: RawConnection, client: redis.Redis) -> list[Violation]:
    """Work for a person that violates no invariant: dead letters, and messages that will become dead letters."""
    found = [*given_up.find_dead_letters(connection, limit=SHOWN), *queues.find_unreadable(client)[:SHOWN]]
    return [_violation("I11 nothing is given up", what) for what in found]


def compare_captures(connection: RawConnection, captures: Sequence[CapturedCharge]) -> list[Violation]:
    """The entries of the provider's ledger that differ from our tables."""
    return [_violation(RECONCILED, what) for what in provider_ledger.find_violations(connection, captures)]


def unreadable_ledger(why: str) -> Violation:
    """The ledgers could not be compared."""
    return _violation(RECONCILED, Finding(f"not known, because {why}", same_as="unreadable"))


def _violation(invariant: str, found: str | Finding) -> Violation:
    what, same_as = found if isinstance(found, Finding) else (found, found)
    return Violation(invariant, what, same_as)


@dataclass(frozen=True, slots=True)
class _Counts:
    """A flight, and the sums of the seats of its bookings."""

    id: UUID
    flight_number: str
    total_seats: int
    seats_held: int
    seats_sold: int
    really_held: int
    really_sold: int


def _counts(connection: RawConnection) -> list[Finding]:
    rows = fetch(
        connection,
        _Counts,
        f"""
        SELECT f.id, f.flight_number, f.total_seats, f.seats_held, f.seats_sold,
               coalesce(b.held, 0) AS really_held, coalesce(b.sold, 0) AS really_sold
        FROM flights f LEFT JOIN (
            SELECT s.flight_id, sum(b.seats) FILTER (WHERE b.status = {BookingStatus.HELD.sql}) AS held,
                   sum(b.seats) FILTER (WHERE b.status = {BookingStatus.CONFIRMED.sql}) AS sold
            FROM booking_segments s JOIN bookings b ON b.id = s.booking_id
            WHERE b.status IN {WITH_SEATS} GROUP BY s.flight_id
        ) b ON b.flight_id = f.id
        WHERE f.seats_held <> coalesce(b.held, 0) OR f.seats_sold <> coalesce(b.sold, 0)
           OR coalesce(b.held, 0) + coalesce(b.sold, 0) > f.total_seats LIMIT %s
        """,  # noqa: S608  # only constants
        (SHOWN,),
    )
    return [
        Finding(
            f"flight {row.flight_number} ({row.id}) has {row.total_seats} seats and counts {row.seats_held} held, {row.seats_sold} sold; "
            f"its bookings say {row.really_held} and {row.really_sold}",
            same_as=str(row.id),
        )
        for row in rows
    ]


def _ends(connection: RawConnection, accepted: list[UUID], *, at_work: bool) -> list[str]:
    known = connection.execute("SELECT id FROM bookings WHERE id = ANY(%s)", (accepted,)).fetchall()
    lost = set(accepted) - {row[0] for row in known}
    torn = connection.execute(
        """
        SELECT b.id FROM bookings b LEFT JOIN booking_segments s ON s.booking_id = b.id
        GROUP BY b.id HAVING count(s.position) = 0 OR max(s.position) <> count(*) - 1 LIMIT %s
        """,
        (SHOWN,),
    ).fetchall()
    return [
        *(unfinished.find_lost_bookings(connection, limit=SHOWN) if at_work else _pending(connection)),
        *(f"booking {booking_id} was accepted and is gone" for booking_id in sorted(lost)[:SHOWN]),
        *(f"booking {row[0]} has lost a flight" for row in torn),
    ]


def _pending(connection: RawConnection) -> list[str]:
    rows = connection.execute(
        f"SELECT id FROM bookings WHERE status = {BookingStatus.PENDING.sql} ORDER BY id LIMIT %s",  # noqa: S608  # only constants
        (SHOWN,),
    ).fetchall()
    return [f"booking {row[0]} is still PENDING" for row in rows]


def _keys(connection: RawConnection) -> list[str]:
    rows = connection.execute(
        """
        SELECT user_id, idempotency_key, count(*) FROM bookings
        WHERE idempotency_key IS NOT NULL GROUP BY user_id, idempotency_key HAVING count(*) > 1 LIMIT %s
        """,
        (SHOWN,),
    ).fetchall()
    return [f"user {user_id} has {count} bookings under the key {key!r}" for user_id, key, count in rows]


@dataclass(frozen=True, slots=True)
class _Refused:
    """A booking that was refused, and the seats that its flight has."""

    booking: UUID
    seats: int
    flight: UUID
    free: int


def _sold_out(connection: RawConnection) -> list[Finding]:
    """Bookings that failed as sold out although enough seats are free. Flights on which seats became free or were added later are
    left out.
    """
    rows = fetch(
        connection,
        _Refused,
        f"""
        SELECT b.id AS booking, b.seats, f.id AS flight, f.total_seats - f.seats_held - f.seats_sold AS free
        FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
        WHERE b.status = {BookingStatus.FAILED.sql} AND b.failure_code = {FailureCode.SOLD_OUT.sql}
          AND NOT EXISTS (SELECT 1 FROM booking_segments l WHERE l.booking_id = b.id AND l.position > 0)
          AND b.seats <= f.total_seats - f.seats_held - f.seats_sold AND f.version = 1
          AND NOT EXISTS (
              SELECT 1 FROM booking_segments t JOIN bookings o ON o.id = t.booking_id WHERE t.flight_id = f.id
              AND (o.status IN ({BookingStatus.CANCELLED.sql}, {BookingStatus.EXPIRED.sql}) OR o.status = {BookingStatus.FAILED.sql} AND o.failure_code IN ({FailureCode.PAYMENT_DECLINED.sql}, {FailureCode.PAYMENT_TIMEOUT.sql}))
          ) LIMIT %s
        """,  # noqa: S608  # only constants
        (SHOWN,),
    )
    return [
        Finding(
            f"booking {row.booking} of {row.seats} was sold_out while flight {row.flight} has {row.free} free",
            same_as=str(row.booking),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Left:
    """A booking of a cancelled flight that has not ended."""

    flight_number: str
    flight: UUID
    booking: UUID
    status: str


def _on_cancelled_flights(connection: RawConnection, *, at_work: bool) -> list[str]:
    """`at_work`: a job that ends the bookings of a flight may be running."""
    rows = fetch(
        connection,
        _Left,
        f"""
        SELECT f.flight_number, f.id AS flight, b.id AS booking, b.status FROM flights f
        JOIN booking_segments s ON s.flight_id = f.id
        JOIN bookings b ON b.id = s.booking_id AND b.status IN ({BookingStatus.PENDING.sql}, {BookingStatus.HELD.sql}, {BookingStatus.CONFIRMED.sql})
        WHERE f.status = {FlightStatus.CANCELLED.sql}
          AND NOT (%s AND EXISTS (SELECT 1 FROM flight_cancellations c WHERE c.flight_id = f.id AND c.status <> {CancellationStatus.COMPLETED.sql}))
        ORDER BY b.id LIMIT %s
        """,  # noqa: S608  # only constants
        (at_work, SHOWN),
    )
    return [
        *(
            f"flight {row.flight_number} ({row.flight}) is cancelled, and booking {row.booking} on it is {row.status}"
            for row in rows
        ),
        *(unfinished.find_stuck_cancellations(connection, limit=SHOWN) if at_work else _open_cancellations(connection)),
    ]


def _open_cancellations(connection: RawConnection) -> list[str]:
    rows = connection.execute(
        f"SELECT id FROM flight_cancellations WHERE status <> {CancellationStatus.COMPLETED.sql} LIMIT %s",  # noqa: S608  # only constants
        (SHOWN,),
    ).fetchall()
    return [f"the cancellation {row[0]} of a flight has not ended" for row in rows]


def _redis_agrees(connection: RawConnection, client: redis.Redis, *, at_work: bool) -> list[str]:
    find = inventory_drift.find_standing_drift if at_work else inventory_drift.find_drift
    drifts = find(connection, client, inventory_drift.list_loaded(client))
    # During work a drift is only reported if it is found again, so none is left out here.
    shown = list(drifts.items()) if at_work else list(drifts.items())[:SHOWN]
    return [f"Redis calls {drift:+d} seats free on flight {flight_id}" for flight_id, drift in shown]
