"""Join the line for a flight, and leave it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import psycopg

from core.after_commit import AfterCommit
from core.bookings import duplicates, holds
from core.bookings import fair_share as rules
from core.bookings.errors import TooManyHolds
from core.bookings.fair_share import FairShare
from core.bookings.locking import lock_bookings
from core.bookings.states import BookingStatus
from core.clock import new_id
from core.db import RawConnection
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.flights.seat_counts import lock_counts, write_counts
from core.lifecycle.end import end_bookings
from core.lifecycle.offer_seats import offer
from core.users.tokens import AccountGone
from core.waitlist.errors import AlreadyWaiting, NotWaiting, SeatsAvailable


@dataclass(frozen=True, slots=True)
class Party:
    """Who wants to wait. `accept_partial`: fewer seats are better than none."""

    user_id: UUID
    size: int
    accept_partial: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """A place in line; `new` is false when the same party had it before."""

    new: bool
    after: AfterCommit


def join(
    connection: RawConnection,
    flight_id: UUID,
    party: Party,
    *,
    hold_minutes: int,
    hold_limit: int | None = None,
    fair_share: FairShare | None = None,
) -> Joined:
    """Wait for seats on a flight. Under the flight's lock, so that no seat is freed between the look and the place in line.

    Where others wait for more seats than are free, a smaller party may be offered seats at once. A place in line may become a hold,
    so it has the limits of one: `hold_limit`, `fair_share`; None for none.

    Raises:
        TooManyHolds, TooManySeats, CoolingDown
        FlightNotFound, FlightCancelled, FlightDeparted
        SeatsAvailable: enough seats are free, and nobody waits.
        AlreadyWaiting: the traveller waits already, with another party.
        AccountGone
    """
    if hold_limit is not None or fair_share is not None:
        duplicates.lock_travellers(connection, [party.user_id])
    counts = lock_counts(connection, [flight_id])
    _require_open(connection, flight_id)
    open_entry = connection.execute(
        "SELECT party_size, accept_partial FROM waitlist WHERE flight_id = %s AND user_id = %s AND status IN ('WAITING', 'OFFERED')",
        (flight_id, party.user_id),
    ).fetchone()
    if open_entry is not None:
        if open_entry != (party.size, party.accept_partial):
            raise AlreadyWaiting("You wait for this flight with another party: leave the waiting list before you join it again.")
        return Joined(False, AfterCommit())
    count = counts[flight_id]
    if count.fits(party.size) and not _anybody_waits(connection, flight_id):
        raise SeatsAvailable("There is no need to wait: enough seats are free.", free=count.free)
    _require_fair(connection, flight_id, party, hold_limit, fair_share)
    try:
        connection.execute(
            "INSERT INTO waitlist (id, flight_id, user_id, party_size, accept_partial) VALUES (%s, %s, %s, %s, %s)",
            (new_id(), flight_id, party.user_id, party.size, party.accept_partial),
        )
    except psycopg.errors.ForeignKeyViolation:
        raise AccountGone() from None
    after = AfterCommit()
    offer(connection, counts, after, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    after.transitions.seats = {flight_id: count.free}
    return Joined(True, after)


def leave(connection: RawConnection, flight_id: UUID, user_id: UUID, *, hold_minutes: int) -> AfterCommit:
    """Give up a place in line. An open offer is given back, and goes on to the next party in the same transaction.

    Raises:
        NotWaiting: there is none, or its offer was taken or has ended.
    """
    left = connection.execute(
        "UPDATE waitlist SET status = 'LEFT', updated_at = now() WHERE flight_id = %s AND user_id = %s AND status = 'WAITING'",
        (flight_id, user_id),
    ).rowcount
    after = AfterCommit()
    if left:
        return after
    # Not waiting any more, or never: a place in line never goes back from an offer to waiting, so this is the last look.
    offered = connection.execute(
        "SELECT booking_id FROM waitlist WHERE flight_id = %s AND user_id = %s AND status = 'OFFERED'", (flight_id, user_id)
    ).fetchone()
    booking = lock_bookings(connection, [offered[0]])[offered[0]] if offered else None
    if booking is None or booking.status is not BookingStatus.HELD:
        raise NotWaiting("You are not waiting for this flight.")
    end_bookings(connection, [booking], BookingStatus.CANCELLED, after, hold_minutes=hold_minutes)
    return after


def _require_fair(
    connection: RawConnection, flight_id: UUID, party: Party, hold_limit: int | None, share: FairShare | None
) -> None:
    if hold_limit is not None and holds.count_open(connection, party.user_id) >= hold_limit:
        raise TooManyHolds(
            f"You may have {hold_limit} unpaid bookings and places in line at a time. Pay for one, or give it up.",
            limit=hold_limit,
        )
    if share is None:
        return
    claim = (party.user_id, flight_id)
    if until := rules.find_pauses(connection, [claim], share.cool_down_minutes).get(claim):
        raise rules.cooling_down(until)
    if rules.count_seats(connection, [claim])[claim] + party.size > share.flight_seats:
        raise rules.too_many_seats(share.flight_seats)


def leave_all(connection: RawConnection, user_id: UUID) -> None:
    """Give up every place in line of one traveller. An open offer stays until its hold ends."""
    connection.execute(
        "UPDATE waitlist SET status = 'LEFT', updated_at = now() WHERE user_id = %s AND status = 'WAITING'", (user_id,)
    )


def _require_open(connection: RawConnection, flight_id: UUID) -> None:
    flight = connection.execute(
        "SELECT status = 'CANCELLED', departure_ts <= now() FROM flights WHERE id = %s", (flight_id,)
    ).fetchone()
    if flight is None:
        raise FlightNotFound("There is no such flight.", flight_id=str(flight_id))
    cancelled, departed = flight
    if cancelled:
        raise FlightCancelled("The airline has cancelled this flight.", flight_id=str(flight_id))
    if departed:
        raise FlightDeparted("This flight has departed.", flight_id=str(flight_id))


def _anybody_waits(connection: RawConnection, flight_id: UUID) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM waitlist WHERE flight_id = %s AND status = 'WAITING')", (flight_id,)
    ).fetchone()
    return row is not None and bool(row[0])
