"""The parties in the waiting list of a flight: join, leave, find who is next, and store what they are offered."""

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
    """A party that joins the waiting list. `size`: seats. `accept_partial`: it takes fewer seats too."""

    user_id: UUID
    size: int
    accept_partial: bool = False


@dataclass(frozen=True, slots=True)
class WaitingParty:
    """A party of the waiting list that could take some of the free seats."""

    id: UUID
    flight_id: UUID
    user_id: UUID
    party_size: int
    accept_partial: bool

    def seats_to_offer(self, free: int) -> int:
        """How many seats the party is offered if `free` seats are free; 0: none. Fewer than `party_size` only if it accepts that."""
        if self.party_size <= free:
            return self.party_size
        return free if self.accept_partial else 0


@dataclass(frozen=True, slots=True)
class _OpenEntry:
    party_size: int
    accept_partial: bool


def find_waited(connection: RawConnection, flight_ids: Sequence[UUID], user_id: UUID) -> set[UUID]:
    """Those of these flights for which this traveller is, or was, in the waiting list."""
    rows = connection.execute(
        "SELECT DISTINCT flight_id FROM waitlist WHERE user_id = %s AND flight_id = ANY(%s)", (user_id, list(flight_ids))
    ).fetchall()
    return {row[0] for row in rows}


def find_open_party(connection: RawConnection, flight_id: UUID, user_id: UUID) -> Party | None:
    """The party with which this traveller waits for the flight, or has an open offer; None: neither."""
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
    """Add a party to the end of the waiting list.

    Raises:
        psycopg.errors.ForeignKeyViolation: the account does not exist.
    """
    connection.execute(
        "INSERT INTO waitlist (id, flight_id, user_id, party_size, accept_partial) VALUES (%s, %s, %s, %s, %s)",
        (new_id(), flight_id, party.user_id, party.size, party.accept_partial),
    )


def leave(connection: RawConnection, flight_id: UUID, user_id: UUID) -> bool:
    """Stop waiting for the flight. False: this traveller does not wait, or has an offer already."""
    left = connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE flight_id = %s AND user_id = %s AND status = %s",
        (WaitStatus.LEFT, flight_id, user_id, WaitStatus.WAITING),
    ).rowcount
    return left > 0


def leave_all(connection: RawConnection, user_id: UUID) -> None:
    """Stop waiting for all flights. Open offers are kept."""
    connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE user_id = %s AND status = %s",
        (WaitStatus.LEFT, user_id, WaitStatus.WAITING),
    )


def find_offered_booking(connection: RawConnection, flight_id: UUID, user_id: UUID) -> UUID | None:
    """The id of the booking that holds the seats of this traveller's open offer; None: there is none."""
    row = connection.execute(
        "SELECT booking_id FROM waitlist WHERE flight_id = %s AND user_id = %s AND status = %s",
        (flight_id, user_id, WaitStatus.OFFERED),
    ).fetchone()
    return row[0] if row else None


def lock_next(connection: RawConnection, free: Mapping[UUID, int]) -> list[WaitingParty]:
    """Lock and return the first parties that could take free seats, in the order of the list: for each flight at most as many as it has free
    seats. `free`: flight id -> free seats. Entries that another transaction has locked are left out, for example those of parties that
    leave at this moment.
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


def set_bookings(connection: RawConnection, bookings: Mapping[UUID, UUID]) -> None:
    """Store the bookings that hold the seats of offers. `bookings`: entry id -> booking id."""
    connection.execute(
        """
        UPDATE waitlist w SET booking_id = o.booking_id
        FROM unnest(%s::uuid[], %s::uuid[]) AS o(entry_id, booking_id) WHERE w.id = o.entry_id
        """,
        (list(bookings), list(bookings.values())),
    )


def find_flights_with_room(connection: RawConnection, *, limit: int) -> list[UUID]:
    """The ids of flights with as many free seats as a party of their waiting list would take."""
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
