"""Rebookings: a booking gets the present, lower fare of its seats, and the difference is refunded.

Each rebooking makes the total of a booking lower, so a booking never has the same total twice. `(booking_id, old_total)` is therefore
unique, which prevents that a difference is refunded twice. The lock of the booking is the first guard against that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Column, DateTime, Numeric, Text, func
from sqlmodel import Field, SQLModel

from core import money
from core.bookings.price import Price
from core.db import RawConnection, fetch

_FARES: Final = f"""
    SELECT s.flight_id, {money.in_units_sql("f.price", "f.currency")} AS price, f.currency FROM booking_segments s JOIN flights f ON f.id = s.flight_id
    WHERE s.booking_id = %s ORDER BY s.position
"""  # noqa: S608  # only constants


class Rebooking(SQLModel, table=True):
    __tablename__ = "rebookings"

    booking_id: UUID = Field(primary_key=True, foreign_key="bookings.id")
    old_total: Decimal = Field(sa_column=Column(Numeric(), primary_key=True, autoincrement=False))
    new_total: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    currency: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


@dataclass(frozen=True, slots=True)
class Fare:
    """What one seat on one flight of a booking costs now."""

    flight_id: UUID
    price: Decimal
    currency: str


def read_fares(connection: RawConnection, booking_id: UUID) -> list[Fare]:
    """The present fares of the booking's flights, in the order of travel."""
    return fetch(connection, Fare, _FARES, (booking_id,))


def total_now(fares: Sequence[Fare], seats: int, currency: str) -> Price | None:
    """The present price of `seats` seats on all of these flights. None if a flight is now sold in another currency than the booking."""
    if any(fare.currency != currency for fare in fares):
        return None
    return Price(sum((fare.price for fare in fares), Decimal(0)) * seats, currency)


def was_rebooked_at(connection: RawConnection, booking_id: UUID, total: Decimal) -> bool:
    """Whether a rebooking has set this total."""
    found = connection.execute("SELECT FROM rebookings WHERE booking_id = %s AND new_total = %s", (booking_id, total)).fetchone()
    return found is not None


def write(connection: RawConnection, booking_id: UUID, old: Price, prices: Mapping[UUID, Decimal]) -> None:
    """Store a rebooking and the new prices of the booking. `prices`: flight -> the price for all seats. The caller has locked the booking."""
    total = sum(prices.values(), Decimal(0))
    connection.execute(
        "INSERT INTO rebookings (booking_id, old_total, new_total, currency) VALUES (%s, %s, %s, %s)",
        (booking_id, old.amount, total, old.currency),
    )
    connection.execute(
        """
        UPDATE booking_segments s SET price_total = w.price FROM unnest(%s::uuid[], %s::numeric[]) AS w(flight_id, price)
        WHERE s.booking_id = %s AND s.flight_id = w.flight_id
        """,
        (list(prices), list(prices.values()), booking_id),
    )
    connection.execute("UPDATE bookings SET price_total = %s, updated_at = now() WHERE id = %s", (total, booking_id))
