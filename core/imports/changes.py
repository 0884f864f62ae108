"""The list of changes that an import makes to existing flights, with the number of bookings on each.

A dry run lists every change. A real run lists changes of flights that have bookings. It also lists changes of route, day or place
name: at the end of the import the caches of the old route and day must be invalidated, maybe by another worker than the one that
changed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core import money
from core.db import RawConnection, fetch
from core.flights.announcements.route_versions import RouteDay
from core.flights.staging import NO_CABIN
from core.imports.models import ChangeEffect
from core.statuses import WITH_SEATS

# Values in `before` and `after` have the same JSON form as the fields of a flight in the API.
_RECORD: Final = f"""
    WITH noted AS (
        INSERT INTO import_changes (import_id, line, flight_id, flight_number, departure_ts, source_key, destination_key,
                                    departure_date, bookings, seats, before, after, effect)
        SELECT %(import_id)s, s.line, f.id, f.flight_number, f.departure_ts, f.source_key, f.destination_key, f.departure_date,
               coalesce(b.bookings, 0), coalesce(b.seats, 0), coalesce(d.before, '{{}}'), coalesce(d.after, '{{}}'), %(effect)s
        FROM unnest(%(lines)s::int[], %(flights)s::uuid[]) AS p(line, flight_id)
        JOIN import_stage s ON s.line = p.line JOIN flights f ON f.id = p.flight_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS bookings, sum(b.seats) AS seats
            FROM booking_segments g JOIN bookings b ON b.id = g.booking_id
            WHERE g.flight_id = f.id AND b.status IN {WITH_SEATS}
        ) b ON f.seats_held + f.seats_sold > 0
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(field, was) AS before, jsonb_object_agg(field, becomes) AS after
            FROM (VALUES
                ('source', to_jsonb(f.source), to_jsonb(s.source)),
                ('destination', to_jsonb(f.destination), to_jsonb(s.destination)),
                ('departure_ts', to_jsonb(to_char(f.departure_ts, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                                 to_jsonb(to_char(s.departure_ts, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
                ('arrival_ts', to_jsonb(to_char(f.arrival_ts, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                               to_jsonb(to_char(s.arrival_ts, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
                ('total_seats', to_jsonb(f.total_seats), to_jsonb(s.total_seats)),
                ('price', to_jsonb({money.in_units_sql("f.price", "f.currency")}::text),
                          to_jsonb({money.in_units_sql("s.price", "coalesce(s.currency, f.currency)")}::text)),
                ('currency', to_jsonb(f.currency), to_jsonb(coalesce(s.currency, f.currency))),
                ('cabin', to_jsonb(coalesce(f.cabin, '{NO_CABIN}')), to_jsonb(coalesce(s.cabin, f.cabin, '{NO_CABIN}')))
            ) AS fields (field, was, becomes)
            WHERE was IS DISTINCT FROM becomes
        ) d
        RETURNING bookings
    )
    SELECT coalesce(sum(bookings), 0) FROM noted
"""  # noqa: S608  # only constants of this module
_LIST: Final = """
    SELECT line, flight_id, flight_number, departure_ts, before, after, bookings, seats, effect FROM import_changes
    WHERE import_id = %(import_id)s AND line > %(after)s AND (bookings > 0 OR NOT %(booked)s) ORDER BY line LIMIT %(limit)s
"""


class FieldChange(msgspec.Struct, frozen=True):
    """One changed field. `field` is a column of the file."""

    field: str
    before: str | int
    after: str | int


class FlightChange(msgspec.Struct, frozen=True, kw_only=True):
    """What one line of the file changes on one flight. `bookings` have `seats` on it, held or sold.

    `effect`: `changed`; or `added_beside`: this flight stays as it is, and the line adds another one of the same number, route
    and day.
    """

    line: int
    flight_id: UUID
    flight_number: str
    departure_ts: datetime
    changes: list[FieldChange]
    bookings: int
    seats: int
    effect: ChangeEffect


def record(
    connection: RawConnection, import_id: UUID, flights: Mapping[int, UUID], effect: ChangeEffect = ChangeEffect.CHANGED
) -> int:
    """Store what staged rows change on existing flights (line -> flight id), before the flights are updated. Returns the number of
    bookings on these flights.
    """
    if not flights:
        return 0
    parameters = {"import_id": import_id, "lines": list(flights), "flights": list(flights.values()), "effect": effect}
    row = connection.execute(_RECORD, parameters).fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    flight_id: UUID
    flight_number: str
    departure_ts: datetime
    before: dict[str, str | int]
    after: dict[str, str | int]
    bookings: int
    seats: int
    effect: ChangeEffect

    @property
    def change(self) -> FlightChange:
        return FlightChange(
            line=self.line,
            flight_id=self.flight_id,
            flight_number=self.flight_number,
            departure_ts=self.departure_ts,
            changes=[FieldChange(field, was, self.after[field]) for field, was in sorted(self.before.items())],
            bookings=self.bookings,
            seats=self.seats,
            effect=self.effect,
        )


def list_changes(
    connection: RawConnection, import_id: UUID, *, after: int, limit: int, booked: bool
) -> tuple[list[FlightChange], int | None]:
    """Changes in the order of the file, beginning after line `after`, and the cursor of the next page. `booked`: only changes of
    flights with bookings.
    """
    wanted = {"import_id": import_id, "after": after, "booked": booked, "limit": limit + 1}
    found = fetch(connection, _Row, _LIST, wanted)
    page = [row.change for row in found[:limit]]
    return page, page[-1].line if len(found) > limit else None


def routes_left(connection: RawConnection, import_id: UUID) -> Iterator[RouteDay]:
    """The routes and days that the changed flights had before the import."""
    for row in connection.execute(
        "SELECT DISTINCT source_key, destination_key, departure_date FROM import_changes WHERE import_id = %s", (import_id,)
    ):
        yield RouteDay(*row)


def places_lost(connection: RawConnection, import_id: UUID) -> bool:
    """Whether a changed flight has another source or destination now, or another name for one of them."""
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
