"""Tables: events that wait for their readers, and the readers with the types that they listen to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel


class OutboxRow(SQLModel, table=True):
    """One event for one reader. The reader deletes the row in the transaction that stores what follows from the event
    (`core/events/outbox.py`).
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_reader", "reader", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    """Grows in the order of the events of each subject."""
    reader: str = Field(sa_column=Column(Text, nullable=False))
    event_id: UUID
    """The same in the rows of all readers of an event."""
    type: str = Field(sa_column=Column(Text, nullable=False))
    subject_id: UUID
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    traceparent: str | None = Field(default=None, sa_column=Column(Text))
    """The trace context of what caused it; None: it is not traced."""


class EventReader(SQLModel, table=True):
    """A reader, and the types of events that it listens to. For a reader without a row here no events are written."""

    __tablename__ = "event_readers"

    reader: str = Field(sa_column=Column(Text, primary_key=True))
    types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
