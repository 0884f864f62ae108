"""Create, list and delete the fare watches of a traveller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from core import money
from core.clock import new_id
from core.db import RawConnection, fetch, fetch_one
from core.fare_watches.errors import FareWatchNotFound, NotWatchable, TooManyFareWatches
from core.fare_watches.prices import OPEN, PRESENT_PRICE
from core.flights.rules import DEFAULT_CURRENCY
from core.statuses import BookingStatus

LIMIT: Final = 20
"""Watches of one traveller."""
Amount = Annotated[str, Meta(examples=["6900.00"])]


class FareFall(msgspec.Struct, frozen=True):
    """The last fall that the traveller was notified of. It is null again when the price has risen, or the booking was rebooked."""

    price: Amount
    before: Amount | None
    """Null where nothing was for sale before."""
    at: datetime


class FareWatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A watched fare. `price`, `below` and those of `fall` are of one seat on the cheapest flight of the day with `seats` seats free; of a
    booking, they are the total of all its flights and seats.
    """

    id: UUID
    source: str
    destination: str
    date: date
    """The local day at the source; of a booking, the day of its first flight."""
    seats: int
    booking_id: UUID | None
    currency: str
    below: Amount | None
    price: Amount | None
    """What it costs now; null: nothing is for sale."""
    booked_price: Amount | None
    """What the booking costs. When `price` is lower, it can be rebooked."""
    fall: FareFall | None
    ends_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WatchedDay:
    """The route and day to watch. Place keys: `End.key` in `core/places/route.py`. `currency` None: the one of most flights of the day."""

    source: str
    destination: str
    source_keys: Sequence[str]
    destination_keys: Sequence[str]
    day: date
    seats: int
    below: Decimal | None
    currency: str | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    source: str
    destination: str
    date: date
    seats: int
    booking_id: UUID | None
    currency: str
    below: Decimal | None
    price: Decimal | None
    booked_price: Decimal | None
    lowest_price: Decimal | None
    fell_from: Decimal | None
    fell_at: datetime | None
    ends_at: datetime
    created_at: datetime


_SELECT: Final = f"""
    SELECT w.id, w.source, w.destination, coalesce(w.departure_date, first.departure_date) AS date, w.seats, w.booking_id, w.currency, w.below,
           present.price, first.price_total AS booked_price, w.lowest_price, w.fell_from, w.fell_at,
           coalesce(first.departure_ts, w.ends_at) AS ends_at, w.created_at
    FROM fare_watches w {PRESENT_PRICE}
    LEFT JOIN LATERAL (
        SELECT f.departure_date, f.departure_ts, b.price_total FROM bookings b
        JOIN booking_segments s ON s.booking_id = b.id AND s.position = 0 JOIN flights f ON f.id = s.flight_id WHERE b.id = w.booking_id
    ) AS first ON true
"""  # noqa: S608  # only constants


def watch_day(connection: RawConnection, user_id: UUID, wanted: WatchedDay) -> tuple[FareWatchView, bool]:
    """Watch the cheapest fare of a route on a day. Returns the watch, and whether it is new; if it exists, only its `below` is changed.

    Raises:
        TooManyFareWatches
    """
    _lock(connection, user_id)
    given: dict[str, Any] = {
        "user": user_id,
        "sources": list(wanted.source_keys),
        "destinations": list(wanted.destination_keys),
        "day": wanted.day,
        "seats": wanted.seats,
        "below": wanted.below,
    }
    row = connection.execute(
        """
        UPDATE fare_watches SET below = %(below)s WHERE user_id = %(user)s AND booking_id IS NULL AND source_keys = %(sources)s::text[]
            AND destination_keys = %(destinations)s::text[] AND departure_date = %(day)s AND seats = %(seats)s
        RETURNING id
        """,
        given,
    ).fetchone()
    if row is not None:
        return get_watch(connection, row[0], user_id), False
    _require_room(connection, user_id)
    given |= {
        "id": new_id(),
        "source": wanted.source,
        "destination": wanted.destination,
        "currency": wanted.currency or _find_currency(connection, given),
        "ends_at": wanted.ends_at,
    }
    connection.execute(
        """
        INSERT INTO fare_watches (id, user_id, source, destination, source_keys, destination_keys, departure_date, seats, currency, below, ends_at)
        VALUES (%(id)s, %(user)s, %(source)s, %(destination)s, %(sources)s, %(destinations)s, %(day)s, %(seats)s, %(currency)s, %(below)s,
                %(ends_at)s)
        """,
        given,
    )
    return _begin(connection, given["id"], user_id), True


def watch_booking(
    connection: RawConnection, user_id: UUID, booking_id: UUID, below: Decimal | None
) -> tuple[FareWatchView, bool]:
    """Watch the total price of a booking. The caller has checked that the booking belongs to the traveller.

    Raises:
        NotWatchable, TooManyFareWatches
    """
    _lock(connection, user_id)
    row = connection.execute(
        "UPDATE fare_watches SET below = %s WHERE booking_id = %s RETURNING id", (below, booking_id)
    ).fetchone()
    if row is not None:
        return get_watch(connection, row[0], user_id), False
    _require_room(connection, user_id)
    watch_id = new_id()
    made = connection.execute(
        f"""
        INSERT INTO fare_watches (id, user_id, booking_id, source, destination, source_keys, destination_keys, seats, currency, below, ends_at)
        SELECT %(id)s, b.user_id, b.id, first.source, last.destination, '{{}}', '{{}}', b.seats, b.currency, %(below)s, first.departure_ts
        FROM bookings b
        CROSS JOIN LATERAL (
            SELECT f.source, f.departure_ts FROM booking_segments s JOIN flights f ON f.id = s.flight_id
            WHERE s.booking_id = b.id ORDER BY s.position LIMIT 1
        ) AS first
        CROSS JOIN LATERAL (
            SELECT f.destination FROM booking_segments s JOIN flights f ON f.id = s.flight_id
            WHERE s.booking_id = b.id ORDER BY s.position DESC LIMIT 1
        ) AS last
        WHERE b.id = %(booking)s AND b.user_id = %(user)s AND b.status = {BookingStatus.CONFIRMED.sql} AND first.departure_ts > now()
        """,  # noqa: S608  # only constants
        {"id": watch_id, "below": below, "booking": booking_id, "user": user_id},
    ).rowcount
    if not made:
        raise NotWatchable("Only the fare of a confirmed booking is watched, until its first flight leaves.")
    return _begin(connection, watch_id, user_id), True


def get_watch(connection: RawConnection, watch_id: UUID, user_id: UUID) -> FareWatchView:
    """One watch of this traveller.

    Raises:
        FareWatchNotFound
    """
    row = fetch_one(connection, _Row, f"{_SELECT} WHERE w.id = %s AND w.user_id = %s", (watch_id, user_id))
    if row is None:
        raise FareWatchNotFound("You have no such fare watch.")
    return _view(row)


def list_watches(connection: RawConnection, user_id: UUID) -> list[FareWatchView]:
    """The watches of this traveller, in the order in which they end."""
    rows = fetch(connection, _Row, f"{_SELECT} WHERE w.user_id = %s AND {OPEN} ORDER BY ends_at, w.id", (user_id,))
    return [_view(row) for row in rows]


def stop(connection: RawConnection, watch_id: UUID, user_id: UUID) -> None:
    """Delete a watch of this traveller.

    Raises:
        FareWatchNotFound
    """
    if not connection.execute("DELETE FROM fare_watches WHERE id = %s AND user_id = %s", (watch_id, user_id)).rowcount:
        raise FareWatchNotFound("You have no such fare watch.")


def delete_all(connection: RawConnection, user_id: UUID) -> None:
    """Delete all watches of an account that is closed."""
    connection.execute("DELETE FROM fare_watches WHERE user_id = %s", (user_id,))


def _lock(connection: RawConnection, user_id: UUID) -> None:
    """Lock the traveller, so that requests of one traveller wait for each other. So the limit is kept and no day is watched twice."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('fare_watches ' || %s::text, 0))", (user_id,))


def _require_room(connection: RawConnection, user_id: UUID) -> None:
    row = connection.execute(
        f"SELECT count(*) FROM fare_watches w WHERE w.user_id = %s AND {OPEN}",  # noqa: S608  # only constants
        (user_id,),
    ).fetchone()
    if row is not None and row[0] >= LIMIT:
        raise TooManyFareWatches(f"You watch {LIMIT} fares already. Stop watching one first.", limit=LIMIT)


def _find_currency(connection: RawConnection, given: dict[str, Any]) -> str:
    """The currency of most flights of the day; for a day without flights, the default currency."""
    row = connection.execute(
        """
        SELECT currency FROM flights
        WHERE source_key = ANY(%(sources)s) AND destination_key = ANY(%(destinations)s) AND departure_date = %(day)s
        GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
        """,
        given,
    ).fetchone()
    return row[0] if row is not None else DEFAULT_CURRENCY


def _begin(connection: RawConnection, watch_id: UUID, user_id: UUID) -> FareWatchView:
    """Store that the traveller is shown this price now, so that they are notified of lower ones only."""
    watch = get_watch(connection, watch_id, user_id)
    known = [Decimal(each) for each in (watch.price, watch.booked_price) if each is not None]
    connection.execute(
        "UPDATE fare_watches SET price = %s, lowest_price = %s WHERE id = %s",
        (watch.price and Decimal(watch.price), min(known, default=None), watch_id),
    )
    return watch


def _view(row: _Row) -> FareWatchView:
    def text(amount: Decimal | None) -> str | None:
        return None if amount is None else money.text(amount, row.currency)

    fall = None
    is_notified = (
        row.fell_at is not None and row.price is not None and row.lowest_price is not None and row.price <= row.lowest_price
    )
    if (
        is_notified
        and row.fell_at is not None
        and (row.booked_price is None or row.price is None or row.price < row.booked_price)
    ):
        fall = FareFall(text(row.lowest_price) or "", text(row.fell_from), row.fell_at)
    return FareWatchView(
        id=row.id,
        source=row.source,
        destination=row.destination,
        date=row.date,
        seats=row.seats,
        booking_id=row.booking_id,
        currency=row.currency,
        below=text(row.below),
        price=text(row.price),
        booked_price=text(row.booked_price),
        fall=fall,
        ends_at=row.ends_at,
        created_at=row.created_at,
    )
