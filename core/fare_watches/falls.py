"""Which watched fares have fallen. A pass of the sweep compares them with the flights, so the code that changes a price does nothing for it.

The traveller is notified once of each fall: a new price is compared with the lowest one that they were shown or notified of. So a price
that rises and comes back notifies nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from core.db import RawConnection, fetch, fetch_one
from core.fare_watches.prices import OPEN, PRESENT_PRICE


@dataclass(frozen=True, slots=True)
class WatchedPrice:
    """A watch: its price in the last pass (`price`), and the present one."""

    id: UUID
    price: Decimal | None
    present: Decimal | None
    open: bool


@dataclass(frozen=True, slots=True)
class Fall:
    """What a traveller is notified of. `price` and `before` in whole units of `currency`: of one seat, or of a whole booking."""

    watch_id: UUID
    user_id: UUID
    booking_id: UUID | None
    source: str
    destination: str
    day: date | None
    seats: int
    currency: str
    price: Decimal
    before: Decimal | None


@dataclass(frozen=True, slots=True)
class _Row:
    user_id: UUID
    booking_id: UUID | None
    source: str
    destination: str
    departure_date: date | None
    seats: int
    currency: str
    below: Decimal | None
    price: Decimal | None
    lowest_price: Decimal | None


_READ_PRICES: Final = f"""
    SELECT w.id, w.price, present.price AS present, {OPEN} AS open
    FROM (SELECT * FROM fare_watches WHERE id > %s ORDER BY id LIMIT %s) AS w {PRESENT_PRICE} ORDER BY w.id
"""  # noqa: S608  # only constants


def read_prices(connection: RawConnection, after: UUID, *, limit: int) -> list[WatchedPrice]:
    """The watches after the id `after`, in the order of their ids. It only reads."""
    return fetch(connection, WatchedPrice, _READ_PRICES, (after, limit))


def record_price(connection: RawConnection, watch_id: UUID, present: Decimal | None) -> Fall | None:
    """Store the present price. Returns the fall of which the traveller is to be notified, if there is one. The caller stores the mail in the same
    transaction, so no other pass notifies of the same fall.
    """
    row = fetch_one(
        connection,
        _Row,
        """
        SELECT user_id, booking_id, source, destination, departure_date, seats, currency, below, price, lowest_price
        FROM fare_watches WHERE id = %s FOR NO KEY UPDATE
        """,
        (watch_id,),
    )
    if row is None or row.price == present:
        return None
    is_lower = present is not None and (row.lowest_price is None or present < row.lowest_price)
    lowest = present if is_lower else row.lowest_price
    notifies = present is not None and is_lower and must_notify(present, row.lowest_price, row.below)
    connection.execute(
        """
        UPDATE fare_watches SET price = %(present)s, lowest_price = %(lowest)s,
            fell_from = CASE WHEN %(notifies)s THEN %(before)s ELSE fell_from END, fell_at = CASE WHEN %(notifies)s THEN now() ELSE fell_at END
        WHERE id = %(id)s
        """,
        {"present": present, "lowest": lowest, "notifies": notifies, "before": row.price, "id": watch_id},
    )
    if not notifies or present is None:
        return None
    return Fall(
        watch_id,
        row.user_id,
        row.booking_id,
        row.source,
        row.destination,
        row.departure_date,
        row.seats,
        row.currency,
        present,
        row.price,
    )


def must_notify(price: Decimal, lowest: Decimal | None, below: Decimal | None) -> bool:
    """Whether the traveller is to be notified of this price. `lowest`: the lowest price that they were shown or notified of; None: nothing
    was for sale so far.
    """
    if lowest is None:
        return below is not None and price < below
    return price < lowest and (below is None or price < below)


def remove_ended(connection: RawConnection, *, limit: int) -> int:
    """Remove the watches that are over. Returns how many."""
    return connection.execute(
        f"""
        WITH ended AS MATERIALIZED (SELECT w.id FROM fare_watches w WHERE NOT {OPEN} LIMIT %s)
        DELETE FROM fare_watches WHERE id IN (SELECT id FROM ended)
        """,  # noqa: S608  # only constants
        (limit,),
    ).rowcount
