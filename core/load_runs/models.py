"""A load run, and the bookings that it made. Only requests with the header `X-Load-Run` write here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Text, func
from sqlmodel import Field, SQLModel


class LoadRun(SQLModel, table=True):
    __tablename__ = "load_runs"

    id: str = Field(sa_column=Column(Text, primary_key=True))
    """The name that the load test chose."""
    polls: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """The number of requests of its clients for jobs."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class LoadRunBooking(SQLModel, table=True):
    """One booking that was accepted for a load run. No foreign key, because the report has to find bookings that were lost."""

    __tablename__ = "load_run_bookings"

    booking_id: UUID = Field(primary_key=True)
    run_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    allow_duplicate: bool = Field(sa_column=Column(Boolean, nullable=False))
    """The request was sent with `allow_duplicate`: the traveller wants a second booking of the flight."""
