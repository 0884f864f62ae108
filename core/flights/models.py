"""Table: flights. A row is one departure of one flight number, with the numbers of its seats."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Computed, DateTime, Index, Numeric, Text, UniqueConstraint, func, text
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class FlightStatus(StoredEnum):
    SCHEDULED = "SCHEDULED"
    CANCELLED = "CANCELLED"


class Flight(SQLModel, table=True):
    __tablename__ = "flights"
    __table_args__ = (
        UniqueConstraint("flight_number_key", "departure_ts"),
        CheckConstraint("seats_held >= 0", name="held_not_negative"),
        CheckConstraint("seats_sold >= 0", name="sold_not_negative"),
        CheckConstraint("seats_held + seats_sold <= total_seats", name="not_oversold"),
        CheckConstraint("arrival_ts > departure_ts", name="arrives_after_departure"),
        CheckConstraint("source <> destination", name="goes_somewhere"),
        CheckConstraint(FlightStatus.known_sql(), name="status_known"),
        Index("ix_flights_route_day", "source_key", "destination_key", "departure_date"),
        Index("ix_flights_departure", "departure_ts", "id"),
        Index("ix_flights_price", "price", "id"),
        Index("ix_flights_cancelled", "departure_ts", "id", postgresql_where=text(f"status = {FlightStatus.CANCELLED.sql}")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flight_number: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    """In the spelling in which it was written first."""
    flight_number_key: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    """The form of the number that is compared (`core/flights/numbers.py`). The collation "C" compares bytes, which is fast: an import looks up
    every row by this column."""
    source: str = Field(sa_column=Column(Text, nullable=False))
    destination: str = Field(sa_column=Column(Text, nullable=False))
    source_iata: str | None = Field(default=None, sa_column=Column(Text))
    destination_iata: str | None = Field(default=None, sa_column=Column(Text))
    source_key: str | None = Field(
        default=None,
        sa_column=Column(Text(collation="C"), Computed("coalesce(source_iata, place_name_key(source))", persisted=True)),
    )
    """The key of the place, which search compares: the IATA code if the place is known, else the name in lower case (`core/places/letters.py`)."""
    destination_key: str | None = Field(
        default=None,
        sa_column=Column(
            Text(collation="C"), Computed("coalesce(destination_iata, place_name_key(destination))", persisted=True)
        ),
    )
    departure_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    arrival_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    departure_date: date
    """The local date of departure at the source (in UTC if its time zone is unknown)."""
    total_seats: int
    seats_held: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    seats_sold: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    last_served: int | None = Field(default=None, sa_column=Column(BigInteger))
    """The highest sequence number of a booking that got seats."""
    last_served_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When a booking last got seats (`core.flights.seat_counts.SeatCounts.serve`)."""
    price: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    currency: str = Field(sa_column=Column(Text, nullable=False))
    cabin: str | None = Field(default=None, sa_column=Column(Text))
    """The name of the cabin (`core/seats/cabins/catalogue.py`); None: the seats have no numbers."""
    status: str = Field(default=FlightStatus.SCHEDULED, sa_column=Column(Text, nullable=False, server_default="SCHEDULED"))
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Grows with each change of the flight's details, and not when seats are held or sold. It is the `ETag`."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
