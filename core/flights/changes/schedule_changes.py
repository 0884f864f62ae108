"""Schedule changes: when a flight is moved, store that for each of its bookings, in the transaction that moves the flight.

For bookings that have no seats at that time, the change is stored when they get seats (`record_missed`). A booking with an open change can be
cancelled free of charge until its traveller keeps the new times.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from core.db import RawConnection
from core.events import outbox
from core.events.domain_events import Event, schedule_changed
from core.mail import mail_requests
from core.statuses import WITH_SEATS


class Times(NamedTuple):
    departure_ts: datetime
    arrival_ts: datetime


class MovedFlight(NamedTuple):
    """A flight and its times before and after. The caller has locked its row: seats are held and sold under that lock, so no booking is
    missed.
    """

    flight_id: UUID
    old: Times
    new: Times


# When a flight is moved again, the open change keeps its old times, because the traveller compares the new times with those that were booked,
# or kept last.
_RECORD: Final = f"""
    INSERT INTO schedule_changes (id, booking_id, position, old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts)
    SELECT gen_random_uuid(), s.booking_id, s.position, m.old_departure_ts, m.old_arrival_ts, m.new_departure_ts, m.new_arrival_ts
    FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
         AS m(flight_id, old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts)
    JOIN booking_segments s ON s.flight_id = m.flight_id
    JOIN bookings b ON b.id = s.booking_id AND b.status IN {WITH_SEATS}
    ON CONFLICT (booking_id, position) WHERE action IS NULL
    DO UPDATE SET new_departure_ts = excluded.new_departure_ts, new_arrival_ts = excluded.new_arrival_ts
    RETURNING booking_id
"""  # noqa: S608  # only constants
_RECORD_MISSED: Final = """
    INSERT INTO schedule_changes (id, booking_id, position, old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts)
    SELECT gen_random_uuid(), s.booking_id, s.position, s.departure_ts, s.arrival_ts, f.departure_ts, f.arrival_ts
    FROM booking_segments s JOIN flights f ON f.id = s.flight_id
    WHERE s.booking_id = ANY(%s) AND (s.departure_ts, s.arrival_ts) <> (f.departure_ts, f.arrival_ts)
    ON CONFLICT (booking_id, position) WHERE action IS NULL
    DO UPDATE SET new_departure_ts = excluded.new_departure_ts, new_arrival_ts = excluded.new_arrival_ts
    RETURNING booking_id
"""
# The flight was moved back to its old times, so there is nothing left to decide.
_WITHDRAW: Final = """
    DELETE FROM schedule_changes c USING booking_segments s
    WHERE s.flight_id = ANY(%s) AND c.booking_id = s.booking_id AND c.position = s.position AND c.action IS NULL
      AND c.new_departure_ts = c.old_departure_ts AND c.new_arrival_ts = c.old_arrival_ts
"""


def record(connection: RawConnection, flights: Sequence[MovedFlight]) -> list[Event]:
    """Store a change for every booking that has seats on these flights. Flights whose times are the same are left out.

    Returns the events to publish after the commit, one for each of these bookings.
    """
    moved = [flight for flight in flights if flight.old != flight.new]
    if not moved:
        return []
    rows = connection.execute(
        _RECORD,
        (
            [flight.flight_id for flight in moved],
            [flight.old.departure_ts for flight in moved],
            [flight.old.arrival_ts for flight in moved],
            [flight.new.departure_ts for flight in moved],
            [flight.new.arrival_ts for flight in moved],
        ),
    ).fetchall()
    if not rows:
        return []
    mail_requests.add_for_flights(connection, [flight.flight_id for flight in moved])
    connection.execute(_WITHDRAW, ([flight.flight_id for flight in moved],))
    return _write_events(connection, rows)


def record_missed(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[Event]:
    """Store a change for those of these bookings whose flight was moved before they got their seats, in this transaction. Returns the
    events to publish after the commit.
    """
    rows = connection.execute(_RECORD_MISSED, (list(booking_ids),)).fetchall()
    return _write_events(connection, rows) if rows else []


def _write_events(connection: RawConnection, rows: Sequence[tuple[UUID]]) -> list[Event]:
    events = [schedule_changed(each) for each in sorted({booking_id for (booking_id,) in rows})]
    outbox.write(connection, events)
    return events


def find_open(connection: RawConnection, booking_id: UUID) -> datetime | None:
    """The new departure of the first flight of a booking that has an open change and has not departed; None: there is none."""
    row = connection.execute(
        """
        SELECT c.new_departure_ts FROM schedule_changes c
        JOIN booking_segments s ON s.booking_id = c.booking_id AND s.position = c.position JOIN flights f ON f.id = s.flight_id
        WHERE c.booking_id = %s AND c.action IS NULL AND f.departure_ts > now() ORDER BY c.position LIMIT 1
        """,
        (booking_id,),
    ).fetchone()
    return row[0] if row else None


def resolve(connection: RawConnection, booking_ids: Sequence[UUID], action: str) -> int:
    """Close the open changes of these bookings. `action`: `kept` or `cancelled`. Lock bookings and flights first. Returns how many were open."""
    return connection.execute(
        "UPDATE schedule_changes SET action = %s, resolved_at = now() WHERE booking_id = ANY(%s) AND action IS NULL",
        (action, list(booking_ids)),
    ).rowcount


def was_kept(connection: RawConnection, booking_id: UUID) -> bool:
    """Whether the traveller has kept the new times of a change before."""
    row = connection.execute(
        "SELECT FROM schedule_changes WHERE booking_id = %s AND action = 'kept' LIMIT 1", (booking_id,)
    ).fetchone()
    return row is not None
