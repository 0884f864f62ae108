"""What an import changes on flights that exist, and how many bookings travel on them.

A dry run lists every change. A real run lists those of flights that have bookings; and those of flights that leave a route or a day,
or call a place by another name, because search has to be told of the old one even when the worker that knew it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from core.db import RawConnection
from core.flights.announcements.route_versions import RouteDay

# Everything that a client reads is text or a whole number, in the shape that it has elsewhere in the API.
_RECORD: Final = """
    WITH noted AS (
        INSERT INTO import_changes (import_id, line, flight_id, flight_number, departure_ts, source_key, destination_key,
                                    departure_date, bookings, seats, before, after)
        SELECT %s, s.line, f.id, f.flight_number, f.departure_ts, f.source_key, f.destination_key, f.departure_date,
               coalesce(b.bookings, 0), coalesce(b.seats, 0), coalesce(d.before, '{}'), coalesce(d.after, '{}')
        FROM import_stage s
        JOIN flights f ON f.flight_number = s.flight_number AND f.departure_ts = s.departure_ts
        LEFT JOIN LATERAL (
            SELECT count(*) AS bookings, sum(b.seats) AS seats
            FROM booking_segments g JOIN bookings b ON b.id = g.booking_id
            WHERE g.flight_id = f.id AND b.status IN ('HELD', 'CONFIRMED')
        ) b ON f.seats_held + f.seats_sold > 0
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(field, was) AS before, jsonb_object_agg(field, becomes) AS after
            FROM (VALUES
                ('source', to_jsonb(f.source), to_jsonb(s.source)),
                ('destination', to_jsonb(f.destination), to_jsonb(s.destination)),
                ('arrival_ts', to_jsonb(to_char(f.arrival_ts, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                               to_jsonb(to_char(s.arrival_ts, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
                ('total_seats', to_jsonb(f.total_seats), to_jsonb(s.total_seats)),
                ('price', to_jsonb(f.price::text), to_jsonb(s.price::text)),
                ('currency', to_jsonb(f.currency), to_jsonb(coalesce(s.currency, f.currency)))
            ) AS fields (field, was, becomes)
            WHERE was IS DISTINCT FROM becomes
        ) d
        WHERE f.id = ANY(%s)
        RETURNING bookings
    )
    SELECT coalesce(sum(bookings), 0) FROM noted
"""
_LIST: Final = """
    SELECT line, flight_id, flight_number, departure_ts, before, after, bookings, seats FROM import_changes
    WHERE import_id = %(import_id)s AND line > %(after)s AND (bookings > 0 OR NOT %(booked)s) ORDER BY line LIMIT %(limit)s
"""


class FieldChange(msgspec.Struct, frozen=True):
    """`field` is a column of the file."""

    field: str
    before: str | int
    after: str | int


class FlightChange(msgspec.Struct, frozen=True, kw_only=True):
    """What one line of the file changes on one flight. `bookings` have `seats` on it, held or sold; a departure never changes,
    because it is part of what a flight is known by.
    """

    line: int
    flight_id: UUID
    flight_number: str
    departure_ts: datetime
    changes: list[FieldChange]
    bookings: int
    seats: int


def record(connection: RawConnection, import_id: UUID, flight_ids: Sequence[UUID]) -> int:
    """Note what the staged rows would change on these flights, before they do. Returns the number of bookings on them."""
    if not flight_ids:
        return 0
    row = connection.execute(_RECORD, (import_id, list(flight_ids))).fetchone()
    return int(row[0]) if row else 0


def list_changes(
    connection: RawConnection, import_id: UUID, *, after: int, limit: int, booked: bool
) -> tuple[list[FlightChange], int | None]:
    """Changes in the order of the file, from the line behind `after`, and the cursor of the next page; `booked`: only of flights
    with bookings.
    """
    found = connection.execute(_LIST, {"import_id": import_id, "after": after, "booked": booked, "limit": limit + 1}).fetchall()
    page = [_change(row) for row in found[:limit]]
    return page, page[-1].line if len(found) > limit else None


def routes_left(connection: RawConnection, import_id: UUID) -> Iterator[RouteDay]:
    """The routes and days that changed flights had before."""
    for row in connection.execute(
        "SELECT DISTINCT source_key, destination_key, departure_date FROM import_changes WHERE import_id = %s", (import_id,)
    ):
        yield RouteDay(*row)


def places_lost(connection: RawConnection, import_id: UUID) -> bool:
    """Whether a changed flight goes from or to another place now, or calls it by another name."""
    row = connection.execute(
        """
        SELECT FROM import_changes c LEFT JOIN flights f ON f.id = c.flight_id
        WHERE c.import_id = %s
          AND (c.before ?| ARRAY['source', 'destination']
               OR (c.source_key, c.destination_key) IS DISTINCT FROM (f.source_key, f.destination_key))
        LIMIT 1
        """,
        (import_id,),
    ).fetchone()
    return row is not None


def _change(row: tuple[Any, ...]) -> FlightChange:
    line, flight_id, number, departure, before, after, bookings, seats = row
    return FlightChange(
        line=line,
        flight_id=flight_id,
        flight_number=number,
        departure_ts=departure,
        changes=[FieldChange(field, was, after[field]) for field, was in sorted(before.items())],
        bookings=bookings,
        seats=seats,
    )
