"""The tables of passengers and of cancellation quotes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Numeric, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from core.clock import new_id


class Passenger(SQLModel, table=True):
    """One named passenger of a booking. Names can be corrected, which does not change the seats."""

    __tablename__ = "passengers"
    __table_args__ = (
        Index("ix_passengers_surname", "surname_key", "booking_id"),
        Index("ix_passengers_surnames", "surname_keys", postgresql_using="gin"),
    )

    booking_id: UUID = Field(primary_key=True, foreign_key="bookings.id")
    position: int = Field(sa_column=Column(SmallInteger, primary_key=True))
    """1 for the first."""
    name: str = Field(sa_column=Column(Text, nullable=False))
    surname_key: str = Field(sa_column=Column(Text, nullable=False))
    """The last word of the name, case folded. The staff find by it passengers who were named before `surname_keys` was added."""
    surname_keys: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'")))
    """The keys of all surnames that the name may have (`core/bookings/surnames.py`), by which the staff find it."""
    date_of_birth: date | None = Field(default=None)
    contact: str | None = Field(default=None, sa_column=Column(Text))


class CancellationQuote(SQLModel, table=True):
    """What cancelling would refund; valid until `expires_at`. Only the newest quote of a booking can be confirmed."""

    __tablename__ = "cancellations"
    __table_args__ = (
        CheckConstraint("refund_amount >= 0 AND fee_amount >= 0", name="amounts_not_negative"),
        Index("ix_cancellations_booking", "booking_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    booking_id: UUID
    refund_amount: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    fee_amount: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    currency: str = Field(sa_column=Column(Text, nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
