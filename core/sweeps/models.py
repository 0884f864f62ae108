"""The last passes of the sweep."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel


class Finding(StrEnum):
    """What a pass may find."""

    LOST_BOOKINGS = "lost_bookings"
    """Unfinished bookings of a Redis that lost its data; they are sent again."""
    LATE_BOOKINGS = "late_bookings"
    """Bookings that nobody was at work on; they are sent again."""
    HOPELESS_BOOKINGS = "hopeless_bookings"
    """Bookings that failed too often; they are given up, with a dead letter."""
    LATE_IMPORTS = "late_imports"
    LATE_CANCELLATIONS = "late_cancellations"
    """Cancelled flights whose bookings nobody was at work on."""
    OVERDUE_HOLDS = "overdue_holds"
    """Holds whose time is over; they are ended, and their seats are free."""
    LATE_PAYMENTS = "late_payments"
    LATE_REFUNDS = "late_refunds"
    UNOFFERED_SEATS = "unoffered_seats"
    """Flights with free seats and a waiting list; the seats are offered."""
    DRIFTING_FLIGHTS = "drifting_flights"
    """Flights whose seats Redis counts wrongly; their counts are dropped, and loaded again from Postgres."""
    ORPHANED_UPLOADS = "orphaned_uploads"
    """Files that no import needs; they are deleted."""


class SweepPass(SQLModel, table=True):
    """One pass that found something or failed, or a row of passes without either."""

    __tablename__ = "sweep_passes"

    id: UUID = Field(primary_key=True)
    host: str = Field(sa_column=Column(Text, nullable=False))
    pid: int
    began_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """Of the last of its passes."""
    passes: int
    longest_ms: float
    found: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    """By `Finding`."""
    repaired: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    failed: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """The steps that broke."""
    without_redis: bool
    """Redis was away, so nothing was sent."""
