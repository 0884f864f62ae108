"""The seats that travellers have picked."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlmodel import Field, SQLModel


class SeatNumber(SQLModel, table=True):
    """One seat of a flight that one traveller of a booking has picked. The row is gone as soon as the booking has ended.

    No two rows have the same seat of a flight: this index, and nothing before it, decides who gets a seat number.
    """

    __tablename__ = "seat_numbers"
    __table_args__ = (
        # Checked at the commit: a seat is picked before its booking is stored, so that who does not get it is not stored.
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
    """Which segment of the booking."""
    traveller: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    """Which of its travellers: 1 for the first."""
    flight_id: UUID
    seat_number: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    """As in `12A`."""
