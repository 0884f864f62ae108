"""The table of the seat numbers that travellers have picked."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlmodel import Field, SQLModel


class SeatNumber(SQLModel, table=True):
    """One seat of a flight that one traveller of a booking has picked. The row is deleted when the booking ends.

    A unique index allows each seat of a flight once. If two travellers pick the same seat at the same time, this index decides who gets it.
    """

    __tablename__ = "seat_numbers"
    __table_args__ = (
        # Checked at the commit, because seats are inserted before their bookings: a booking that does not get its seats is not inserted.
        ForeignKeyConstraint(
            ["booking_id", "position"],
            ["booking_segments.booking_id", "booking_segments.position"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("traveller BETWEEN 1 AND 9", name="traveller_in_range"),
        Index("ux_seat_numbers_seat", "flight_id", "seat_number", unique=True),
    )

    booking_id: UUID = Field(primary_key=True)
    position: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    """The position of the segment in the booking."""
    traveller: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    """The number of the traveller in the booking: 1 for the first."""
    flight_id: UUID
    seat_number: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    """Row and letter, as in `12A`."""
