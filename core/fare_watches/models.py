"""A fare watch: a traveller is notified when a price falls."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, DateTime, Index, Numeric, SmallInteger, Text, func, text
from sqlmodel import Field, SQLModel

from core.clock import new_id


class FareWatch(SQLModel, table=True):
    """Of the cheapest flight of a route on a day (the price of one seat), or of a booking (the total of all its flights and seats)."""

    __tablename__ = "fare_watches"
    __table_args__ = (
        CheckConstraint("seats BETWEEN 1 AND 9", name="seats_in_range"),
        CheckConstraint("(booking_id IS NULL) = (departure_date IS NOT NULL)", name="day_or_booking"),
        Index("ux_fare_watches_booking", "booking_id", unique=True, postgresql_where=text("booking_id IS NOT NULL")),
        Index(
            "ux_fare_watches_day",
            "user_id",
            "source_keys",
            "destination_keys",
            "departure_date",
            "seats",
            unique=True,
            postgresql_where=text("booking_id IS NULL"),
        ),
        Index("ix_fare_watches_ends", "ends_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    booking_id: UUID | None = Field(default=None, foreign_key="bookings.id")
    source: str = Field(sa_column=Column(Text, nullable=False))
    """As the traveller wrote it, like `destination`."""
    destination: str = Field(sa_column=Column(Text, nullable=False))
    source_keys: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Of the places that are meant, as flights have them: several for a city with several airports. Empty for a booking."""
    destination_keys: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    departure_date: date | None = Field(default=None)
    """The local day at the source; null for a booking."""
    seats: int = Field(sa_column=Column(SmallInteger, nullable=False))
    """How many seats must be free on a flight for its price to count."""
    currency: str = Field(sa_column=Column(Text, nullable=False))
    """Flights that are sold in another one are not looked at."""
    below: Decimal | None = Field(default=None, sa_column=Column(Numeric()))
    """The traveller is notified of prices below this one only."""
    price: Decimal | None = Field(default=None, sa_column=Column(Numeric()))
    """The price in the last pass of the sweep, at first when the watch was created; null: nothing was for sale."""
    lowest_price: Decimal | None = Field(default=None, sa_column=Column(Numeric()))
    """The lowest price that the traveller was shown or notified of. They are notified of lower ones only."""
    fell_from: Decimal | None = Field(default=None, sa_column=Column(Numeric()))
    """The price before the last fall of which the traveller was notified."""
    fell_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """The end of the day at the source, or the departure of the booking's first flight."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
