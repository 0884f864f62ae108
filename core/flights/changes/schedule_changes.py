"""A flight with bookings is moved: note it on each of them, in the transaction that moves the flight.

A booking that has no seats yet, or no longer, is told when it gets them. Until its traveller keeps the new times, a booking with an
open change is cancelled free of charge.
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
    """A flight whose row the caller has locked; seats are held and sold under that lock, so no booking slips past."""

    flight_id: UUID
    old: Times
    new: Times


# A second move of a flight only moves the new times on: the traveller compares them with what was booked, or last kept.
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
_COMPARE: Final = """
    INSERT INTO schedule_changes (id, booking_id, position, old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts)
    SELECT gen_random_uuid(), s.booking_id, s.position, s.departure_ts, s.arrival_ts, f.departure_ts, f.arrival_ts
    FROM booking_segments s JOIN flights f ON f.id = s.flight_id
    WHERE s.booking_id = ANY(%s) AND (s.departure_ts, s.arrival_ts) <> (f.departure_ts, f.arrival_ts)
    ON CONFLICT (booking_id, position) WHERE action IS NULL
    DO UPDATE SET new_departure_ts = excluded.new_departure_ts, new_arrival_ts = excluded.new_arrival_ts
    RETURNING booking_id
"""
# Moved back to where it was: there is nothing left to decide.
_WITHDRAW: Final = """
    DELETE FROM schedule_changes c USING booking_segments s
    WHERE s.flight_id = ANY(%s) AND c.booking_id = s.booking_id AND c.position = s.position AND c.action IS NULL
      AND c.new_departure_ts = c.old_departure_ts AND c.new_arrival_ts = c.old_arrival_ts
"""


def record(connection: RawConnection, flights: Sequence[MovedFlight]) -> list[Event]:
    """Note the new times on every booking that has seats on these flights. Flights whose times are the same are left out.

    Returns what is to be told once it is committed, one event for each of these bookings.
    """
    moved = [flight for flight in flights if flight.old != flight.new]
    if not moved:
        return []
    told = connection.execute(
        _RECORD,
        (
            [flight.flight_id for flight in moved],
            [flight.old.departure_ts for flight in moved],
            [flight.old.arrival_ts for flight in moved],
            [flight.new.departure_ts for flight in moved],
            [flight.new.arrival_ts for flight in moved],
        ),
    ).fetchall()
    if not told:
        return []
    mail_requests.add_for_flights(connection, [flight.flight_id for flight in moved])
    connection.execute(_WITHDRAW, ([flight.flight_id for flight in moved],))
    return _tell(connection, told)


def compare(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[Event]:
    """Note the change on those of these bookings, which got their seats in this transaction, whose flight was moved before. Returns
    the same as `record`.
    """
    told = connection.execute(_COMPARE, (list(booking_ids),)).fetchall()
    return _tell(connection, told) if told else []


def _tell(connection: RawConnection, told: Sequence[tuple[UUID]]) -> list[Event]:
    events = [schedule_changed(each) for each in sorted({booking_id for (booking_id,) in told})]
    outbox.write(connection, events)
    return events


def find_open(connection: RawConnection, booking_id: UUID) -> datetime | None:
    """The new departure of the first flight of a booking that was moved, is still to leave, and waits for an answer."""
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
    """Close the open changes of these bookings: `kept` or `cancelled`. Lock bookings and flights first. Returns how many were open."""
    return connection.execute(
        "UPDATE schedule_changes SET action = %s, resolved_at = now() WHERE booking_id = ANY(%s) AND action IS NULL",
        (action, list(booking_ids)),
    ).rowcount


def was_kept(connection: RawConnection, booking_id: UUID) -> bool:
    """Whether the traveller kept the times of an earlier change."""
    row = connection.execute(
        "SELECT FROM schedule_changes WHERE booking_id = %s AND action = 'kept' LIMIT 1", (booking_id,)
    ).fetchone()
    return row is not None
