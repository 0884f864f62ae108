"""Tables: jobs that end the bookings of cancelled flights, and schedule changes of booked flights."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKeyConstraint, Index, SmallInteger, Text, func, text
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class CancellationStatus(StoredEnum):
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"


class FlightCancellation(SQLModel, table=True):
    """The job that ends the bookings of one cancelled flight. After a crash it continues, because it looks for bookings that are left."""

    __tablename__ = "flight_cancellations"
    __table_args__ = (
        CheckConstraint(CancellationStatus.known_sql(), name="status_known"),
        Index("ix_flight_cancellations_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flight_id: UUID = Field(foreign_key="flights.id", unique=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    reason: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(default="PENDING", sa_column=Column(Text, nullable=False, server_default="PENDING"))
    cancelled: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The number of bookings that the job has ended."""
    attempts: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False, server_default="1"))
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class ScheduleChange(SQLModel, table=True):
    """A schedule change of one segment of a booking. Until the traveller keeps the new times, the booking can be cancelled free of charge."""

    __tablename__ = "schedule_changes"
    __table_args__ = (
        CheckConstraint("action IN ('kept', 'cancelled')", name="action_known"),
        ForeignKeyConstraint(["booking_id", "position"], ["booking_segments.booking_id", "booking_segments.position"]),
        Index("ix_schedule_changes_booking", "booking_id"),
        # A segment has at most one open change. When its flight is moved again, only the new times of that change are replaced.
        Index("ux_schedule_changes_open", "booking_id", "position", unique=True, postgresql_where=text("action IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    booking_id: UUID
    position: int = Field(sa_column=Column(SmallInteger, nullable=False))
    """The position of the segment in the booking."""
    old_departure_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    old_arrival_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    new_departure_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    new_arrival_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    action: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
