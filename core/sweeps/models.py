"""The table of the last passes of the sweep."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel


class FindingKind(StrEnum):
    """The kinds of work that a pass may find, and what it does about them."""

    LOST_BOOKINGS = "lost_bookings"
    """Unfinished bookings after Redis lost its data; they are sent again."""
    LATE_BOOKINGS = "late_bookings"
    """Bookings that no worker was processing; they are sent again."""
    HOPELESS_BOOKINGS = "hopeless_bookings"
    """Bookings that failed too often; they are given up, with a dead letter."""
    LATE_IMPORTS = "late_imports"
    LATE_CANCELLATIONS = "late_cancellations"
    """Cancelled flights whose bookings no worker was ending; their jobs are sent again."""
    OVERDUE_HOLDS = "overdue_holds"
    """Holds whose time is over; they are ended, which frees their seats."""
    LATE_PAYMENTS = "late_payments"
    LATE_REFUNDS = "late_refunds"
    UNOFFERED_SEATS = "unoffered_seats"
    """Flights with free seats and a waiting list; the seats are offered to it."""
    DRIFTING_FLIGHTS = "drifting_flights"
    """Flights whose seat counts in Redis are wrong; the counts are deleted, and loaded again from Postgres."""
    ORPHANED_UPLOADS = "orphaned_uploads"
    """Files that no import needs; they are deleted."""


class SweepPass(SQLModel, table=True):
    """One pass that found something or failed, or several consecutive passes without either."""

    __tablename__ = "sweep_passes"

    id: UUID = Field(primary_key=True)
    host: str = Field(sa_column=Column(Text, nullable=False))
    pid: int
    began_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    """The end of its last pass."""
    passes: int
    longest_ms: float
    found: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    """Values of `FindingKind` -> how many were found."""
    repaired: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    failed: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """The names of the steps that raised an error."""
    without_redis: bool
    """Redis was away, so nothing was sent."""
