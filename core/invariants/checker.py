"""The promises, checked: one checker for tests, load runs and `skyqueue audit`. Run it when nothing is in flight.

Each check returns what is violated, in words that name the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import redis

from core import keys
from core.db import RawConnection
from core.invariants import inventory_drift, money, waitlist
from core.messaging.messages import Queue

SHOWN: Final = 20
"""Violations listed for each invariant; one is already a scandal."""


@dataclass(frozen=True, slots=True)
class Violation:
    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


def check(connection: RawConnection, client: redis.Redis | None, accepted: Iterable[UUID] = ()) -> list[Violation]:
    """Every violation of the invariants; an empty list is the promise kept.

    `connection`: in a transaction, whose time limits are lifted: on much data a check takes longer than any request may.
    `accepted`: ids that some client was told 202 for, to be found exactly once. `client`: None leaves Redis out.
    """
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(f"SET LOCAL {limit} = 0".encode())
    checks: list[tuple[str, Callable[[], Iterable[str]]]] = [
        ("I1 seats counted", lambda: _counts(connection)),
        ("I2 accepted and ended", lambda: _ends(connection, list(accepted))),
        ("I3 one booking for a key", lambda: _keys(connection)),
        ("I4 money taken once, or on its way back", lambda: money.find_violations(connection, limit=SHOWN)),
        ("I5 sold out only when sold out", lambda: _sold_out(connection)),
        ("I9 nobody is on a cancelled flight", lambda: _called_off(connection)),
        ("I10 who waits is served in turn", lambda: waitlist.find_violations(connection, limit=SHOWN)),
    ]
    if client is not None:
        redis_client = client
        checks += [
            ("I6 Redis agrees", lambda: _redis_agrees(connection, redis_client)),
            ("I8 queues are empty", lambda: _queues_empty(redis_client)),
        ]
    return [Violation(name, what) for name, find in checks for what in find()]


def _counts(connection: RawConnection) -> list[str]:
    rows = connection.execute(
        """
        SELECT f.id, f.flight_number, f.total_seats, f.seats_held, f.seats_sold, coalesce(b.held, 0), coalesce(b.sold, 0)
        FROM flights f LEFT JOIN (
            SELECT s.flight_id, sum(b.seats) FILTER (WHERE b.status = 'HELD') AS held,
                   sum(b.seats) FILTER (WHERE b.status = 'CONFIRMED') AS sold
            FROM booking_segments s JOIN bookings b ON b.id = s.booking_id
            WHERE b.status IN ('HELD', 'CONFIRMED') GROUP BY s.flight_id
        ) b ON b.flight_id = f.id
        WHERE f.seats_held <> coalesce(b.held, 0) OR f.seats_sold <> coalesce(b.sold, 0)
           OR coalesce(b.held, 0) + coalesce(b.sold, 0) > f.total_seats LIMIT %s
        """,
        (SHOWN,),
    ).fetchall()
    return [
        f"flight {number} ({flight_id}) has {total} seats and counts {held} held, {sold} sold; its bookings say {really_held} and {really_sold}"
        for flight_id, number, total, held, sold, really_held, really_sold in rows
    ]


def _ends(connection: RawConnection, accepted: list[UUID]) -> list[str]:
    unfinished = connection.execute("SELECT id FROM bookings WHERE status = 'PENDING' ORDER BY id LIMIT %s", (SHOWN,)).fetchall()
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
        *(f"booking {row[0]} is still PENDING" for row in unfinished),
        *(f"booking {booking_id} was accepted and is gone" for booking_id in sorted(lost)[:SHOWN]),
        *(f"booking {row[0]} has lost a flight" for row in torn),
    ]


def _keys(connection: RawConnection) -> list[str]:
    rows = connection.execute(
        """
        SELECT user_id, idempotency_key, count(*) FROM bookings
        WHERE idempotency_key IS NOT NULL GROUP BY user_id, idempotency_key HAVING count(*) > 1 LIMIT %s
        """,
        (SHOWN,),
    ).fetchall()
    return [f"user {user_id} has {count} bookings under the key {key!r}" for user_id, key, count in rows]


def _sold_out(connection: RawConnection) -> list[str]:
    """Refusals while seats are left. Flights on which seats came back, or were added, later prove nothing and are left out."""
    rows = connection.execute(
        """
        SELECT b.id, b.seats, f.id, f.total_seats - f.seats_held - f.seats_sold
        FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id
        WHERE b.status = 'FAILED' AND b.failure_code = 'sold_out'
          AND NOT EXISTS (SELECT 1 FROM booking_segments l WHERE l.booking_id = b.id AND l.position > 0)
          AND b.seats <= f.total_seats - f.seats_held - f.seats_sold AND f.version = 1
          AND NOT EXISTS (
              SELECT 1 FROM booking_segments t JOIN bookings o ON o.id = t.booking_id WHERE t.flight_id = f.id
              AND (o.status IN ('CANCELLED', 'EXPIRED') OR o.status = 'FAILED' AND o.failure_code IN ('payment_declined', 'payment_timeout'))
          ) LIMIT %s
        """,
        (SHOWN,),
    ).fetchall()
    return [
        f"booking {booking} of {seats} was sold_out while flight {flight} has {free} free"
        for booking, seats, flight, free in rows
    ]


def _called_off(connection: RawConnection) -> list[str]:
    rows = connection.execute(
        """
        SELECT f.flight_number, f.id, b.id, b.status FROM flights f
        JOIN booking_segments s ON s.flight_id = f.id
        JOIN bookings b ON b.id = s.booking_id AND b.status IN ('PENDING', 'HELD', 'CONFIRMED')
        WHERE f.status = 'CANCELLED' LIMIT %s
        """,
        (SHOWN,),
    ).fetchall()
    unfinished = connection.execute(
        "SELECT id FROM flight_cancellations WHERE status <> 'COMPLETED' LIMIT %s", (SHOWN,)
    ).fetchall()
    return [
        *(
            f"flight {number} ({flight_id}) is cancelled, and booking {booking} on it is {status}"
            for number, flight_id, booking, status in rows
        ),
        *(f"the cancellation {row[0]} of a flight has not ended" for row in unfinished),
    ]


def _redis_agrees(connection: RawConnection, client: redis.Redis) -> list[str]:
    drifts = inventory_drift.find_drift(connection, client, inventory_drift.list_loaded(client))
    return [f"Redis calls {drift:+d} seats free on flight {flight_id}" for flight_id, drift in list(drifts.items())[:SHOWN]]


def _queues_empty(client: redis.Redis) -> list[str]:
    found = []
    for queue in Queue:
        name = f"{keys.QUEUE_NAMESPACE}:{queue}"
        if waiting := client.llen(name):
            found.append(f"{waiting} messages wait in {queue}")
        if kept := client.hlen(f"{name}.msgs"):
            found.append(f"{kept} messages of {queue} are not acknowledged")
        if refused := client.zcard(f"{name}.XQ"):
            found.append(f"{refused} messages of {queue} were rejected")
    # An id without its message: nobody will ever acknowledge it.
    for acks in client.scan_iter(match=f"{keys.QUEUE_NAMESPACE}:__acks__.*", count=1000):
        found.append(f"{client.scard(acks)} ids are kept in {acks.decode()}")
    return found
