"""The line for a flight: who stands in it, who is next, and what they are offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.clock import new_id
from core.db import RawConnection, fetch, fetch_one
from core.flights.models import FlightStatus
from core.waitlist.models import WaitStatus

OPEN: Final = (WaitStatus.WAITING, WaitStatus.OFFERED)


@dataclass(frozen=True, slots=True)
class Party:
    """Who wants to wait. `accept_partial`: fewer seats are better than none."""

    user_id: UUID
    size: int
    accept_partial: bool = False


@dataclass(frozen=True, slots=True)
class WaitingParty:
    """A party in line that could take some of the free seats."""

    id: UUID
    flight_id: UUID
    user_id: UUID
    party_size: int
    accept_partial: bool

    def takes(self, free: int) -> int:
        """Seats to offer when so many are free; 0 passes the party over. A party is split only if it agreed to that."""
        if self.party_size <= free:
            return self.party_size
        return free if self.accept_partial else 0


@dataclass(frozen=True, slots=True)
class _OpenEntry:
    party_size: int
    accept_partial: bool


def find_waited(connection: RawConnection, flight_ids: Sequence[UUID], user_id: UUID) -> set[UUID]:
    """Those of these flights for which this traveller waits, or waited."""
    rows = connection.execute(
        "SELECT DISTINCT flight_id FROM waitlist WHERE user_id = %s AND flight_id = ANY(%s)", (user_id, list(flight_ids))
    ).fetchall()
    return {row[0] for row in rows}


def find_open_party(connection: RawConnection, flight_id: UUID, user_id: UUID) -> Party | None:
    """The party with which this traveller waits for the flight, or has an offer."""
    entry = fetch_one(
        connection,
        _OpenEntry,
        "SELECT party_size, accept_partial FROM waitlist WHERE flight_id = %s AND user_id = %s AND status = ANY(%s)",
        (flight_id, user_id, list(OPEN)),
    )
    return None if entry is None else Party(user_id, entry.party_size, entry.accept_partial)


def anybody_waits(connection: RawConnection, flight_id: UUID) -> bool:
    row = connection.execute(
        "SELECT FROM waitlist WHERE flight_id = %s AND status = %s LIMIT 1", (flight_id, WaitStatus.WAITING)
    ).fetchone()
    return row is not None


def join(connection: RawConnection, flight_id: UUID, party: Party) -> None:
    """Stand at the end of the line.

    Raises:
        psycopg.errors.ForeignKeyViolation: the account is gone.
    """
    connection.execute(
        "INSERT INTO waitlist (id, flight_id, user_id, party_size, accept_partial) VALUES (%s, %s, %s, %s, %s)",
        (new_id(), flight_id, party.user_id, party.size, party.accept_partial),
    )


def leave(connection: RawConnection, flight_id: UUID, user_id: UUID) -> bool:
    """Stop waiting. False: this traveller does not wait, or has an offer by now."""
    left = connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE flight_id = %s AND user_id = %s AND status = %s",
        (WaitStatus.LEFT, flight_id, user_id, WaitStatus.WAITING),
    ).rowcount
    return left > 0


def leave_all(connection: RawConnection, user_id: UUID) -> None:
    """Stop waiting for every flight; offers stay."""
    connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE user_id = %s AND status = %s",
        (WaitStatus.LEFT, user_id, WaitStatus.WAITING),
    )


def find_offered_booking(connection: RawConnection, flight_id: UUID, user_id: UUID) -> UUID | None:
    """The booking that this traveller is offered now."""
    row = connection.execute(
        "SELECT booking_id FROM waitlist WHERE flight_id = %s AND user_id = %s AND status = %s",
        (flight_id, user_id, WaitStatus.OFFERED),
    ).fetchone()
    return row[0] if row else None


def lock_next(connection: RawConnection, free: Mapping[UUID, int]) -> list[WaitingParty]:
    """The first parties in line that could take seats, as many as there are seats; `free`: flight -> free seats. Who is leaving the
    list at this moment has their row locked, and is not waited for.
    """
    if not free:
        return []
    return fetch(
        connection,
        WaitingParty,
        f"""
        SELECT w.id, w.flight_id, w.user_id, w.party_size, w.accept_partial
        FROM unnest(%s::uuid[], %s::int[]) AS c(flight_id, free)
        JOIN flights f ON f.id = c.flight_id AND f.departure_ts > now()
        CROSS JOIN LATERAL (
            SELECT * FROM waitlist w
            WHERE w.flight_id = c.flight_id AND w.status = {WaitStatus.WAITING.sql} AND (w.party_size <= c.free OR w.accept_partial)
            ORDER BY w.turn LIMIT c.free FOR UPDATE SKIP LOCKED
        ) AS w
        ORDER BY w.turn
        """,  # noqa: S608  # only constants
        (list(free), list(free.values())),
    )


def mark_offered(connection: RawConnection, entry_ids: Sequence[UUID]) -> None:
    connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE id = ANY(%s)", (WaitStatus.OFFERED, list(entry_ids))
    )


def note_bookings(connection: RawConnection, bookings: Mapping[UUID, UUID]) -> None:
    """Which booking each of these places is offered: place -> booking."""
    connection.execute(
        """
        UPDATE waitlist w SET booking_id = o.booking_id
        FROM unnest(%s::uuid[], %s::uuid[]) AS o(entry_id, booking_id) WHERE w.id = o.entry_id
        """,
        (list(bookings), list(bookings.values())),
    )


def find_flights_with_room(connection: RawConnection, *, limit: int) -> list[UUID]:
    """Flights with free seats that somebody in line would take."""
    rows = connection.execute(
        """
        SELECT DISTINCT f.id FROM waitlist w JOIN flights f ON f.id = w.flight_id
        WHERE w.status = %s AND f.status = %s AND f.departure_ts > now()
          AND f.total_seats - f.seats_held - f.seats_sold >= CASE WHEN w.accept_partial THEN 1 ELSE w.party_size END
        ORDER BY f.id LIMIT %s
        """,
        (WaitStatus.WAITING, FlightStatus.SCHEDULED, limit),
    ).fetchall()
    return [row[0] for row in rows]
