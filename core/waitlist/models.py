"""Table: the waiting lists of flights."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Index, SmallInteger, Text, func, text
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class WaitStatus(StoredEnum):
    WAITING = "WAITING"
    OFFERED = "OFFERED"
    """Seats are held for the party, as the booking `booking_id`, until its hold ends."""
    BOOKED = "BOOKED"
    """The offer was paid for."""
    EXPIRED = "EXPIRED"
    """The offer ended unpaid; its seats are offered to the next party."""
    LEFT = "LEFT"
    CLOSED = "CLOSED"
    """The flight departed or was cancelled."""


class WaitlistEntry(SQLModel, table=True):
    """One party in the waiting list of a flight. Parties are served in the order of `turn`, which is the order in which they joined."""

    __tablename__ = "waitlist"
    __table_args__ = (
        CheckConstraint("party_size BETWEEN 1 AND 9", name="party_in_range"),
        CheckConstraint(WaitStatus.known_sql(), name="status_known"),
        Index("ix_waitlist_waiting", "flight_id", "turn", postgresql_where=text(f"status = {WaitStatus.WAITING.sql}")),
        Index(
            "ux_waitlist_open",
            "flight_id",
            "user_id",
            unique=True,
            postgresql_where=text(f"status IN ({WaitStatus.WAITING.sql}, {WaitStatus.OFFERED.sql})"),
        ),
        Index("ix_waitlist_booking", "booking_id", postgresql_where=text("booking_id IS NOT NULL")),
        Index("ix_waitlist_traveller", "user_id", "flight_id", "turn"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    turn: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    flight_id: UUID = Field(foreign_key="flights.id")
    user_id: UUID = Field(foreign_key="users.id")
    party_size: int = Field(sa_column=Column(SmallInteger, nullable=False))
    accept_partial: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    status: str = Field(default=WaitStatus.WAITING, sa_column=Column(Text, nullable=False, server_default="WAITING"))
    booking_id: UUID | None = Field(default=None, foreign_key="bookings.id")
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
