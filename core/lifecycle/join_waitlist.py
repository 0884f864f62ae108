"""Join the waiting list of a flight, and leave it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import psycopg

from core.after_commit import AfterCommit
from core.bookings.errors import TooManyHolds
from core.bookings.intake import duplicates, holds
from core.bookings.intake import fair_share as rules
from core.bookings.intake.fair_share import FairShare
from core.bookings.locking import lock_bookings
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.flights.queries import require_open
from core.flights.seat_counts import lock_counts, write_counts
from core.lifecycle.end import end_bookings
from core.lifecycle.offer_seats import offer
from core.users.tokens import AccountGone
from core.waitlist import parties
from core.waitlist.errors import AlreadyWaiting, NotWaiting, SeatsAvailable
from core.waitlist.parties import Party


@dataclass(frozen=True, slots=True)
class Joined:
    """An entry in the waiting list. `new`: false if the traveller had the same entry before."""

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
    """Join the waiting list of a flight. The flight is locked, so that no seats become free between the check and the insert.

    If others wait for more seats than are free, a smaller party may get an offer at once. An entry may become a hold,
    so the limits of holds apply: `hold_limit` and `fair_share`; None for no limit.

    Raises:
        TooManyHolds, TooManySeats, CoolingDown
        FlightNotFound, FlightCancelled, FlightDeparted
        SeatsAvailable: enough seats are free, and nobody waits.
        AlreadyWaiting: the traveller is in the waiting list already, with another party size.
        AccountGone
    """
    if hold_limit is not None or fair_share is not None:
        duplicates.lock_travellers(connection, [party.user_id])
    counts = lock_counts(connection, [flight_id])
    require_open(connection, flight_id)
    waiting = parties.find_open_party(connection, flight_id, party.user_id)
    if waiting is not None:
        if waiting != party:
            raise AlreadyWaiting("You wait for this flight with another party. Leave the waiting list before you join it again.")
        return Joined(False, AfterCommit())
    count = counts[flight_id]
    if count.fits(party.size) and not parties.anybody_waits(connection, flight_id):
        raise SeatsAvailable("Enough seats are free. Book them now.", free=count.free)
    _require_fair(connection, flight_id, party, hold_limit, fair_share)
    try:
        parties.join(connection, flight_id, party)
    except psycopg.errors.ForeignKeyViolation:
        raise AccountGone() from None
    after = AfterCommit()
    offer(connection, counts, after, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    after.free_seats = {flight_id: count.free}
    return Joined(True, after)


def leave(connection: RawConnection, flight_id: UUID, user_id: UUID, *, hold_minutes: int) -> AfterCommit:
    """Leave the waiting list. If there is an open offer, its seats are offered to the next party in the same transaction.

    Raises:
        NotWaiting: there is no open entry, or its offer was paid for or has ended.
    """
    after = AfterCommit()
    if parties.leave(connection, flight_id, user_id):
        return after
    # The entry is not WAITING. An OFFERED entry never becomes WAITING again, so no further check is needed after this one.
    offered = parties.find_offered_booking(connection, flight_id, user_id)
    booking = lock_bookings(connection, [offered])[offered] if offered else None
    if booking is None or booking.status is not BookingStatus.HELD:
        raise NotWaiting("You are not waiting for this flight.")
    end_bookings(connection, [booking], BookingStatus.CANCELLED, after, hold_minutes=hold_minutes)
    return after


def _require_fair(
    connection: RawConnection, flight_id: UUID, party: Party, hold_limit: int | None, share: FairShare | None
) -> None:
    if hold_limit is not None and holds.count_open(connection, party.user_id) >= hold_limit:
        raise TooManyHolds(
            f"You may have {hold_limit} unpaid bookings and entries in waiting lists at a time. Pay for one, cancel it, or leave a list.",
            limit=hold_limit,
        )
    if share is None:
        return
    claim = (party.user_id, flight_id)
    if until := rules.find_cool_downs(connection, [claim], share.cool_down_minutes).get(claim):
        raise rules.cooling_down(until)
    if rules.count_seats(connection, [claim])[claim] + party.size > share.flight_seats:
        raise rules.too_many_seats(share.flight_seats)


def leave_all(connection: RawConnection, user_id: UUID) -> None:
    """Leave all waiting lists of one traveller. An open offer stays until its hold ends."""
    parties.leave_all(connection, user_id)
