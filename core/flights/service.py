"""Create, replace and delete a flight. Each function writes an entry of the audit log, and returns what is to be announced after the commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import redis
import structlog
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.sql import SQL

from core import clock
from core.clock import new_id
from core.db import RawConnection, fetch_one, savepoint
from core.errors import Invalid
from core.events import outbox
from core.events.domain_events import Event, flight_changed
from core.flights import queries
from core.flights.announcements import route_versions, served_places
from core.flights.announcements.route_versions import RouteDay, RouteDays
from core.flights.changes import cabins, schedule_changes
from core.flights.changes.schedule_changes import MovedFlight, Times
from core.flights.details import FlightDetails
from core.flights.errors import (
    PLACE_LOST,
    CapacityBelowSold,
    FlightCancelled,
    FlightExists,
    FlightHasBookings,
    FlightNotFound,
    SeatsPicked,
    StaleVersion,
    place_lost_message,
)
from core.flights.models import FlightStatus
from core.flights.views import COLUMNS, FlightRow, FlightView
from core.operations import audit_log
from core.places.letters import lower
from core.seats.inventory import Inventory
from core.statuses import BookingStatus
from core.telemetry.incidents import Incident

_RETURNED: Final = SQL("{}, source_key, destination_key, departure_date").format(COLUMNS)
_INSERT: Final = SQL("""
INSERT INTO flights (id, flight_number, flight_number_key, source, destination, source_iata, destination_iata, departure_ts, arrival_ts,
                     departure_date, total_seats, price, currency, cabin)
VALUES (%(id)s, %(flight_number)s, %(flight_number_key)s, %(source)s, %(destination)s, %(source_iata)s, %(destination_iata)s, %(departure_ts)s,
        %(arrival_ts)s, %(departure_date)s, %(total_seats)s, %(price)s, %(currency)s, %(cabin)s)
ON CONFLICT (flight_number_key, departure_ts) DO NOTHING
RETURNING {returned}
""").format(returned=_RETURNED)
# A flight number keeps the spelling in which it was written first. Some keys end with `~2`: a migration gave them to flights whose numbers
# became equal when the rules of `numbers.py` changed. They keep these keys.
_UPDATE: Final = SQL("""
UPDATE flights SET
    flight_number = CASE WHEN split_part(flight_number_key, '~', 1) = %(flight_number_key)s THEN flight_number
                         ELSE %(flight_number)s END,
    flight_number_key = CASE WHEN split_part(flight_number_key, '~', 1) = %(flight_number_key)s THEN flight_number_key
                             ELSE %(flight_number_key)s END,
    source = %(source)s, destination = %(destination)s, source_iata = %(source_iata)s,
    destination_iata = %(destination_iata)s, departure_ts = %(departure_ts)s, arrival_ts = %(arrival_ts)s,
    departure_date = %(departure_date)s, total_seats = %(total_seats)s, price = %(price)s, currency = %(currency)s,
    cabin = %(cabin)s, version = version + 1, updated_at = now()
WHERE id = %(id)s
  AND (split_part(flight_number_key, '~', 1), source, destination, source_iata, destination_iata, departure_ts, arrival_ts, departure_date, total_seats,
       price, currency, cabin)
      IS DISTINCT FROM
      (%(flight_number_key)s, %(source)s, %(destination)s, %(source_iata)s, %(destination_iata)s, %(departure_ts)s, %(arrival_ts)s,
       %(departure_date)s, %(total_seats)s, %(price)s, %(currency)s, %(cabin)s)
RETURNING {returned}
""").format(returned=_RETURNED)
_LOCK: Final = SQL("SELECT {returned}, seats_held, seats_sold FROM flights WHERE id = %s FOR UPDATE").format(returned=_RETURNED)

_stale_counts = Incident(
    structlog.get_logger(__name__),
    "seat counts stay in Redis until the audit drops them",
    "seat counts are dropped from Redis again",
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a transaction changed about a flight. `flight` None: it was deleted. `routes`: its route days before and after. `seats_changed`:
    the seat count in Redis is wrong now. `places`: keys of the source and destination of a new flight. `places_lost`: a place may have lost
    its last flight, or its name. `events`: to publish after the commit.
    """

    flight_id: UUID
    flight: FlightView | None
    routes: RouteDays = field(default_factory=RouteDays)
    seats_changed: bool = False
    places: tuple[str, ...] = ()
    places_lost: bool = False
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _StoredRow(FlightRow):
    """A flight with its route and day."""

    source_key: str
    destination_key: str
    departure_date: date

    @property
    def route(self) -> RouteDay:
        return RouteDay(self.source_key, self.destination_key, self.departure_date)

    @property
    def places(self) -> tuple[str, str]:
        return self.source_key, self.destination_key


@dataclass(frozen=True, slots=True)
class _LockedRow(_StoredRow):
    seats_held: int
    seats_sold: int


def announce(client: redis.Redis, change: Change) -> None:
    """Call it after the commit: announce the change to search caches, and drop the seat count in Redis. If Redis is away, nothing is done; the
    audit of the sweep drops the seat count later, and the entries of search caches expire.
    """
    if change.seats_changed:
        try:
            Inventory(client).drop([change.flight_id])
        except redis.RedisError as error:
            _stale_counts.failed(flight_id=str(change.flight_id), error=str(error))
        else:
            _stale_counts.succeeded()
    if change.routes and route_versions.invalidate(client, change.routes):
        served_places.announce(client, change.places, places_lost=change.places_lost)


def create_flight(connection: RawConnection, details: FlightDetails, *, user_id: UUID) -> Change:
    """Add a flight.

    Raises:
        FlightExists
    """
    flight_id = new_id()
    stored = fetch_one(connection, _StoredRow, _INSERT, _columns(details) | {"id": flight_id})
    if stored is None:
        raise _exists(connection, details)
    flight = stored.view
    audit_log.record(connection, user_id, "flight.created", flight_id, after=_audited(flight))
    return Change(flight_id, flight, RouteDays([stored.route]), places=stored.places)


def replace_flight(
    connection: RawConnection, flight_id: UUID, details: FlightDetails, *, user_id: UUID, expected: frozenset[int] | None
) -> Change:
    """Change a flight to `details`. Its numbers of held and sold seats stay. If the details are the same, nothing changes, not even the version.

    `expected`: the versions that the client allows to be replaced; None: any.

    Raises:
        FlightNotFound, StaleVersion, FlightCancelled, CapacityBelowSold, FlightExists
        FlightHasBookings: it has bookings, and would go elsewhere or depart in the past.
        SeatsPicked: travellers have picked seats that the new cabin, or no cabin, would not have.
        Invalid: a place would lose its code, the cabin has another number of seats, or the price does not fit the currency that stays.
    """
    locked = _lock(connection, flight_id, expected)
    before, held, sold = locked.view, locked.seats_held, locked.seats_sold
    if before.status is FlightStatus.CANCELLED:
        raise FlightCancelled("The flight is cancelled and cannot be changed.")
    if held + sold > details.total_seats:
        raise CapacityBelowSold(
            f"{held} seats are held and {sold} are sold, so the flight cannot have {details.total_seats}.",
            total_seats=details.total_seats,
            held=held,
            sold=sold,
        )
    details = details.with_currency(before.currency).with_cabin(before.cabin)
    _require_known_places(before, details)
    _require_same_route(connection, before, details)
    _require_picked_seats(connection, before, details)
    try:
        with savepoint(connection):
            stored = fetch_one(connection, _StoredRow, _UPDATE, _columns(details) | {"id": flight_id})
    except UniqueViolation as error:
        raise _exists(connection, details) from error
    if stored is None:
        return Change(flight_id, before)
    after = stored.view
    moved = schedule_changes.record(connection, [MovedFlight(flight_id, _times(before), _times(after))])
    changed = flight_changed(flight_id)
    outbox.write(connection, [changed])
    audit_log.record(connection, user_id, "flight.replaced", flight_id, before=_audited(before), after=_audited(after))
    # Redis keeps the seat count of a flight until its departure. After a change of the departure it has to be loaded again.
    seats_changed = (before.total_seats, before.departure_ts) != (after.total_seats, after.departure_ts)
    elsewhere = (locked.places, before.source, before.destination) != (stored.places, after.source, after.destination)
    routes = RouteDays([locked.route, stored.route])
    return Change(flight_id, after, routes, seats_changed, places_lost=elsewhere, events=[*moved, changed])


def _require_same_route(connection: RawConnection, before: FlightView, details: FlightDetails) -> None:
    """Refuse another route, or a departure in the past, if the flight has bookings. Other times are allowed."""
    goes_elsewhere = _keys(before) != (details.source.key, details.destination.key)
    has_left = details.departure_ts != before.departure_ts and details.departure_ts <= clock.now()
    if not goes_elsewhere and not has_left:
        return
    booked = f"""
        SELECT FROM booking_segments s JOIN bookings b ON b.id = s.booking_id
        WHERE s.flight_id = %s AND b.status IN ({BookingStatus.PENDING.sql}, {BookingStatus.HELD.sql}, {BookingStatus.CONFIRMED.sql}) LIMIT 1
    """
    if connection.execute(booked, (before.id,)).fetchone() is not None:
        what = "go elsewhere" if goes_elsewhere else "be moved into the past"
        raise FlightHasBookings(
            f"The flight has bookings and cannot {what}. Cancel it instead: everybody on it is notified and refunded."
        )


def _require_picked_seats(connection: RawConnection, before: FlightView, details: FlightDetails) -> None:
    """Refuse a cabin without seats that travellers have picked. The flight is locked, so nobody can pick one at the same time."""
    if before.cabin != details.cabin_name:
        lost = cabins.find_lost_seats(connection, {before.id: details.cabin_name}, lock=False).get(before.id)
        if lost:
            raise SeatsPicked(cabins.lost_seats_message(lost), seats=lost)


def _keys(flight: FlightView) -> tuple[str, str]:
    return flight.source_iata or lower(flight.source), flight.destination_iata or lower(flight.destination)


def _require_known_places(before: FlightView, details: FlightDetails) -> None:
    """Refuse to replace a place of the registry by a text that is not in the registry."""
    ends = (("source", before.source_iata, details.source), ("destination", before.destination_iata, details.destination))
    for which, code, end in ends:
        if code is not None and end.place is None:
            raise Invalid.field(f"/{which}", PLACE_LOST, place_lost_message(code, end.name))


def delete_flight(connection: RawConnection, flight_id: UUID, *, user_id: UUID, expected: frozenset[int] | None) -> Change:
    """Delete a flight that was never booked. A booking that is being accepted waits for the lock of the flight, and is then refused.

    Raises:
        FlightNotFound, StaleVersion, FlightHasBookings, FlightCancelled
    """
    locked = _lock(connection, flight_id, expected)
    before = locked.view
    if before.status is FlightStatus.CANCELLED:
        raise FlightCancelled("The flight is cancelled. It is kept, and so is the job that ended its bookings.")
    has_bookings = FlightHasBookings("The flight has bookings. Cancel it instead: everybody on it is then notified and refunded.")
    if connection.execute("SELECT FROM booking_segments WHERE flight_id = %s LIMIT 1", (flight_id,)).fetchone() is not None:
        raise has_bookings
    was_the_last = not served_places.has_another(connection, locked.places, flight_id)
    try:
        connection.execute("DELETE FROM flights WHERE id = %s", (flight_id,))
    except ForeignKeyViolation as error:
        raise has_bookings from error
    audit_log.record(connection, user_id, "flight.deleted", flight_id, before=_audited(before))
    return Change(flight_id, None, RouteDays([locked.route]), seats_changed=True, places_lost=was_the_last)


def _lock(connection: RawConnection, flight_id: UUID, expected: frozenset[int] | None) -> _LockedRow:
    """Read a flight, and lock it: no other transaction can change it, or sell its seats, until this one ends."""
    row = fetch_one(connection, _LockedRow, _LOCK, (flight_id,))
    if row is None:
        raise FlightNotFound(queries.NOT_FOUND)
    if expected is not None and row.version not in expected:
        raise StaleVersion("Somebody changed the flight since you read it. Read it again.", version=row.version)
    return row


def _columns(details: FlightDetails) -> dict[str, Any]:
    return {
        "flight_number": details.flight_number,
        "flight_number_key": details.flight_number_key,
        "source": details.source.name,
        "destination": details.destination.name,
        "source_iata": details.source.code,
        "destination_iata": details.destination.code,
        "departure_ts": details.departure_ts,
        "arrival_ts": details.arrival_ts,
        "departure_date": details.departure_date,
        "total_seats": details.total_seats,
        "price": details.price,
        "currency": details.currency,
        "cabin": details.cabin_name,
    }


def _times(flight: FlightView) -> Times:
    return Times(flight.departure_ts, flight.arrival_ts)


def _audited(flight: FlightView) -> dict[str, Any]:
    """The state of a flight for the audit log, without its id, its free seats, and the time zones of its places."""
    left_out = ("id", "available_seats", "source_timezone", "destination_timezone")
    return {name: getattr(flight, name) for name in FlightView.__struct_fields__ if name not in left_out}


def _exists(connection: RawConnection, details: FlightDetails) -> FlightExists:
    other = queries.find_flight_id(connection, details.flight_number_key, details.departure_ts)
    return FlightExists(f"{details.flight_number} departs at {details.departure_ts.isoformat()} already.", flight_id=other)
