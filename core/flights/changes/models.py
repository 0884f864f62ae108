"""The job that ends every booking of a flight which the airline cancelled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, SmallInteger, Text, func, text
from sqlmodel import Field, SQLModel

from core.clock import new_id


class FlightCancellation(SQLModel, table=True):
    """One job for each cancelled flight; it goes on where a killed worker stopped, because it looks for what is left."""

    __tablename__ = "flight_cancellations"
    __table_args__ = (
        CheckConstraint("status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED')", name="status_known"),
        Index("ix_flight_cancellations_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flight_id: UUID = Field(foreign_key="flights.id", unique=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    reason: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(default="PENDING", sa_column=Column(Text, nullable=False, server_default="PENDING"))
    cancelled: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Bookings ended so far."""
    attempts: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False, server_default="1"))
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
