"""An entry of the waiting list as its traveller sees it: its position, its offer, or why there is none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from core.db import RawConnection, fetch_one
from core.flights.models import FlightStatus
from core.waitlist.errors import NotWaiting
from core.waitlist.models import WaitStatus


class OpenOffer(msgspec.Struct, frozen=True):
    """Seats that are held for the party as a booking of its own. If it is not paid by `expires_at`, the seats are offered to the next
    party.
    """

    booking_id: UUID
    seats: int
    expires_at: datetime


class WaitlistView(msgspec.Struct, frozen=True, kw_only=True):
    """`position`: 1 for the first in line; `ahead_seats`: the number of seats that the parties before it request together. Both are null if
    it does not wait.
    """

    id: UUID
    flight_id: UUID
    party_size: int
    accept_partial: bool
    status: WaitStatus
    position: int | None
    ahead_seats: int | None
    offer: OpenOffer | None
    explanation: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the explanation of an entry is made from. `free`: free seats of the flight. `offered_seats`: 0 if nothing was offered."""

    status: WaitStatus
    party_size: int
    accept_partial: bool
    parties_ahead: int
    seats_ahead: int
    free: int
    reference: str | None
    offered_seats: int
    offer_ends_at: datetime | None
    cancelled: bool


@dataclass(frozen=True, slots=True)
class _Entry(EntryFacts):
    id: UUID
    created_at: datetime
    booking_id: UUID | None


def get_entry(connection: RawConnection, flight_id: UUID, user_id: UUID) -> WaitlistView:
    """The last entry of this traveller in the waiting list of a flight, also when its offer has ended.

    Raises:
        NotWaiting: there is none, or the traveller has left the list.
    """
    entry = fetch_one(
        connection,
        _Entry,
        f"""
        SELECT w.id, w.created_at, b.id AS booking_id,
               CASE WHEN w.status = {WaitStatus.WAITING.sql} AND f.departure_ts <= now() THEN {WaitStatus.CLOSED.sql} ELSE w.status END AS status,
               w.party_size, w.accept_partial, ahead.parties AS parties_ahead, ahead.seats AS seats_ahead,
               f.total_seats - f.seats_held - f.seats_sold AS free, b.reference, coalesce(b.seats, 0) AS offered_seats,
               b.hold_expires_at AS offer_ends_at, f.status = {FlightStatus.CANCELLED.sql} AS cancelled
        FROM waitlist w JOIN flights f ON f.id = w.flight_id LEFT JOIN bookings b ON b.id = w.booking_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS parties, coalesce(sum(a.party_size), 0) AS seats FROM waitlist a
            WHERE a.flight_id = w.flight_id AND a.status = {WaitStatus.WAITING.sql} AND a.turn < w.turn AND w.status = {WaitStatus.WAITING.sql}
        ) AS ahead
        WHERE w.user_id = %s AND w.flight_id = %s ORDER BY w.turn DESC LIMIT 1
        """,  # noqa: S608  # only constants
        (user_id, flight_id),
    )
    if entry is None or entry.status is WaitStatus.LEFT:
        raise NotWaiting("You are not waiting for this flight.")
    waits = entry.status is WaitStatus.WAITING
    return WaitlistView(
        id=entry.id,
        flight_id=flight_id,
        party_size=entry.party_size,
        accept_partial=entry.accept_partial,
        status=entry.status,
        position=entry.parties_ahead + 1 if waits else None,
        ahead_seats=entry.seats_ahead if waits else None,
        offer=OpenOffer(entry.booking_id, entry.offered_seats, entry.offer_ends_at)
        if entry.status is WaitStatus.OFFERED and entry.booking_id and entry.offer_ends_at
        else None,
        explanation=explain(entry),
        created_at=entry.created_at,
    )


def explain(entry: EntryFacts) -> str:
    """A text for the traveller: the state of the entry, and the reason."""
    match entry.status:
        case WaitStatus.WAITING:
            return f"{_position(entry)} {_why_no_offer(entry)}"
        case WaitStatus.OFFERED:
            return (
                f"{_offered(entry)} held for you as booking {entry.reference} until {_clock(entry.offer_ends_at)}."
                " Pay before then, or they go on to the next party."
            )
        case WaitStatus.BOOKED:
            return f"You took the offer: your booking is {entry.reference}."
        case WaitStatus.EXPIRED:
            return (
                f"You were offered {_seats(entry.offered_seats)} until {_clock(entry.offer_ends_at)} and did not pay in time."
                " After a while you may join again, at the end of the line."
            )
        case WaitStatus.LEFT:
            return "You left the waiting list."
        case WaitStatus.CLOSED:
            why = "The airline has cancelled the flight" if entry.cancelled else "The flight has departed"
            return f"{why}, so nobody waits for it any more."


def _position(entry: EntryFacts) -> str:
    if entry.parties_ahead == 0:
        return "You are first in line."
    parties = "1 party is" if entry.parties_ahead == 1 else f"{entry.parties_ahead} parties are"
    return f"You are number {entry.parties_ahead + 1} in line: {parties} ahead of you, for {_seats(entry.seats_ahead)}."


def _why_no_offer(entry: EntryFacts) -> str:
    if entry.free <= 0:
        return "No seat is free; the next ones that are given back are offered in turn."
    if entry.free < entry.party_size and not entry.accept_partial:
        free = "1 seat is" if entry.free == 1 else f"{entry.free} seats are"
        return f"{free} free, too few for your party of {entry.party_size}; you keep your turn until enough are free together."
    return "Seats have just come free and are being offered in turn."


def _offered(entry: EntryFacts) -> str:
    if entry.offered_seats < entry.party_size:
        return f"{entry.offered_seats} of the {entry.party_size} seats that you asked for are"
    return "1 seat is" if entry.offered_seats == 1 else f"{entry.offered_seats} seats are"


def _seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count} seats"


def _clock(at: datetime | None) -> str:
    return f"{at:%H:%M} UTC on {at:%d %B %Y}" if at else "its end"
