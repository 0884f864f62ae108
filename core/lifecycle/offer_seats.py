"""Free seats become offers: held for the first party in line that they fit, as a booking that the traveller may pay for in time.

Offers are made under the flights' locks, in the transaction that freed the seats: nobody can come between the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings import references
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.bookings.transitions import stages
from core.clock import new_id, now
from core.db import RawConnection, fetch
from core.flights.seat_counts import Count, lock_counts, write_counts
from core.waitlist.models import WaitStatus


@dataclass(frozen=True, slots=True)
class _Party:
    """A party in line that could take some of the free seats."""

    id: UUID
    flight_id: UUID
    party_size: int
    accept_partial: bool

    def takes(self, free: int) -> int:
        """Seats to offer when so many are free; 0 passes the party over. A party is split only if it agreed to that."""
        if self.party_size <= free:
            return self.party_size
        return free if self.accept_partial else 0


@dataclass(frozen=True, slots=True)
class _Offer:
    party: _Party
    seats: int
    booking_id: UUID


def offer(connection: RawConnection, counts: dict[UUID, Count], after: AfterCommit, *, hold_minutes: int) -> None:
    """Offer what is free on these locked flights, first come, first served; the caller then writes the counts.

    A party that the free seats do not fit is passed over and keeps its turn. Nothing is offered on a flight that was cancelled
    or has departed. `hold_minutes`: how long a party may take to pay; an offer never outlives the departure.
    """
    offers: list[_Offer] = []
    # A query returns as many parties as there are seats. While some of both are left, smaller parties may stand behind them.
    while made := list(_assign(_find_parties(connection, counts), counts)):
        offers += made
        _mark(connection, made)
    if offers:
        _book(connection, offers, hold_minutes)
        after.stale_flights |= {made.party.flight_id for made in offers}


def offer_free_seats(connection: RawConnection, flight_ids: Sequence[UUID], *, hold_minutes: int) -> AfterCommit:
    """Offer what is free on flights whose seats were not freed by a booking: a larger aircraft, a list that was passed by."""
    after = AfterCommit()
    counts = lock_counts(connection, flight_ids)
    offer(connection, counts, after, hold_minutes=hold_minutes)
    write_counts(connection, counts)
    after.transitions.seats = {flight_id: count.free for flight_id, count in counts.items()}
    return after


def find_neglected(connection: RawConnection, *, limit: int) -> list[UUID]:
    """Flights with free seats that somebody in line would take."""
    rows = connection.execute(
        """
        SELECT DISTINCT f.id FROM waitlist w JOIN flights f ON f.id = w.flight_id
        WHERE w.status = 'WAITING' AND f.status = 'SCHEDULED' AND f.departure_ts > now()
          AND f.total_seats - f.seats_held - f.seats_sold >= CASE WHEN w.accept_partial THEN 1 ELSE w.party_size END
        ORDER BY f.id LIMIT %s
        """,
        (limit,),
    ).fetchall()
    return [row[0] for row in rows]


def _find_parties(connection: RawConnection, counts: dict[UUID, Count]) -> list[_Party]:
    free = {flight_id: count.free for flight_id, count in counts.items() if count.free > 0 and not count.cancelled}
    if not free:
        return []
    # Who is leaving the list at this moment has their row locked, and is not waited for.
    return fetch(
        connection,
        _Party,
        """
        SELECT w.id, w.flight_id, w.party_size, w.accept_partial
        FROM unnest(%s::uuid[], %s::int[]) AS c(flight_id, free)
        JOIN flights f ON f.id = c.flight_id AND f.departure_ts > now()
        CROSS JOIN LATERAL (
            SELECT * FROM waitlist w
            WHERE w.flight_id = c.flight_id AND w.status = 'WAITING' AND (w.party_size <= c.free OR w.accept_partial)
            ORDER BY w.turn LIMIT c.free FOR UPDATE SKIP LOCKED
        ) AS w
        ORDER BY w.turn
        """,
        (list(free), list(free.values())),
    )


def _assign(parties: Sequence[_Party], counts: dict[UUID, Count]) -> Iterator[_Offer]:
    for party in parties:
        count = counts[party.flight_id]
        if seats := party.takes(count.free):
            count.hold(seats)
            yield _Offer(party, seats, new_id())


def _mark(connection: RawConnection, offers: Sequence[_Offer]) -> None:
    connection.execute(
        "UPDATE waitlist SET status = %s, updated_at = now() WHERE id = ANY(%s)",
        (WaitStatus.OFFERED, [made.party.id for made in offers]),
    )


def _book(connection: RawConnection, offers: Sequence[_Offer], hold_minutes: int) -> None:
    unbooked = list(offers)
    for _ in range(references.DRAWS):
        stored = _insert(connection, unbooked, hold_minutes)
        unbooked = [made for made in unbooked if made.booking_id not in stored]
        if not unbooked:
            break
    else:
        raise RuntimeError("every reference that was drawn for an offer exists")
    connection.execute(
        """
        UPDATE waitlist w SET booking_id = o.booking_id
        FROM unnest(%s::uuid[], %s::uuid[]) AS o(entry_id, booking_id) WHERE w.id = o.entry_id
        """,
        ([made.party.id for made in offers], [made.booking_id for made in offers]),
    )


def _insert(connection: RawConnection, offers: Sequence[_Offer], hold_minutes: int) -> set[UUID]:
    """Returns the bookings that are new; the others drew a reference that exists."""
    rows: list[tuple[Any, ...]] = [(made.party.id, made.booking_id, made.seats, references.draw()) for made in offers]
    columns = [list(column) for column in zip(*rows, strict=True)]
    stored = connection.execute(
        """
        WITH offered AS (
            SELECT o.booking_id, o.seats, o.reference, w.user_id, w.flight_id, f.price * o.seats AS price_total, f.currency,
                   f.departure_ts, f.arrival_ts, least(now() + %s * interval '1 minute', f.departure_ts) AS hold_expires_at
            FROM unnest(%s::uuid[], %s::uuid[], %s::int2[], %s::text[]) AS o(entry_id, booking_id, seats, reference)
            JOIN waitlist w ON w.id = o.entry_id JOIN flights f ON f.id = w.flight_id
        ), booked AS (
            INSERT INTO bookings (id, user_id, seats, status, payment_mode, price_total, currency, reference, hold_expires_at, next_at,
                                  timeline)
            SELECT booking_id, user_id, seats, %s, %s, price_total, currency, reference, hold_expires_at, hold_expires_at, %s
            FROM offered ON CONFLICT (reference) DO NOTHING RETURNING id
        )
        INSERT INTO booking_segments (booking_id, position, public_id, flight_id, price_total, departure_ts, arrival_ts)
        SELECT o.booking_id, 0, o.booking_id, o.flight_id, o.price_total, o.departure_ts, o.arrival_ts
        FROM offered o JOIN booked b ON b.id = o.booking_id
        RETURNING booking_id
        """,
        (hold_minutes, *columns, BookingStatus.HELD, PaymentMode.HOLD, stages(("offered", now()))),
    ).fetchall()
    return {row[0] for row in stored}
