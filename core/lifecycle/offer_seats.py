"""Offer free seats to the waiting list: the seats are held for the first party for which they are enough, as a booking that its
traveller can pay before the hold ends.

Offers are made in the transaction that freed the seats, while the flights are locked. So nobody else can book these seats first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.intake import offers as offered_bookings
from core.bookings.intake.offers import OfferedBooking
from core.clock import new_id
from core.db import RawConnection
from core.flights.seat_counts import SeatCounts, lock_counts, write_counts
from core.waitlist import parties
from core.waitlist.parties import WaitingParty


@dataclass(frozen=True, slots=True)
class _Offer:
    party: WaitingParty
    seats: int
    booking_id: UUID

    @property
    def booking(self) -> OfferedBooking:
        return OfferedBooking(self.booking_id, self.party.user_id, self.party.flight_id, self.seats)


def offer(connection: RawConnection, counts: dict[UUID, SeatCounts], after: AfterCommit, *, hold_minutes: int) -> None:
    """Offer the free seats of these locked flights, first come, first served. The caller then writes the counts.

    A party that needs more seats than are free is skipped and keeps its position. Nothing is offered on a flight that was cancelled
    or has departed. `hold_minutes`: how long an offer is valid; it ends at the departure at the latest.
    """
    offers: list[_Offer] = []
    # One query returns as many parties as there are free seats. If seats are left and it was full, smaller parties may follow.
    while made := list(_assign(parties.lock_next(connection, _free_seats(counts)), counts)):
        offers += made
        parties.mark_offered(connection, [each.party.id for each in made])
    if offers:
        after.events += offered_bookings.store(connection, [each.booking for each in offers], hold_minutes=hold_minutes)
        parties.set_bookings(connection, {each.party.id: each.booking_id for each in offers})
        after.stale_flights |= {each.party.flight_id for each in offers}


def offer_free_seats(connection: RawConnection, flight_ids: Sequence[UUID], *, hold_minutes: int) -> AfterCommit:
    """Offer free seats that did not come from a booking, for example after the capacity of a flight was raised."""
    after = AfterCommit()
    counts = lock_counts(connection, flight_ids)
    offer(connection, counts, after, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    after.free_seats = {flight_id: count.free for flight_id, count in counts.items()}
    return after


def _free_seats(counts: dict[UUID, SeatCounts]) -> dict[UUID, int]:
    return {flight_id: count.free for flight_id, count in counts.items() if count.free > 0 and not count.cancelled}


def _assign(parties: Sequence[WaitingParty], counts: dict[UUID, SeatCounts]) -> Iterator[_Offer]:
    for party in parties:
        count = counts[party.flight_id]
        if seats := party.seats_to_offer(count.free):
            count.hold(seats)
            yield _Offer(party, seats, new_id())
