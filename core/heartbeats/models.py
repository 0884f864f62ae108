"""Tables: the worker processes with their last heartbeats, and how much work they do."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Text, false, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from core.clock import new_id


class WorkerHeartbeat(SQLModel, table=True):
    """One worker process. It deletes its row when it ends. If it was killed, another worker deletes the row (`beats.py`)."""

    __tablename__ = "worker_heartbeats"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host: str = Field(sa_column=Column(Text, nullable=False))
    pid: int
    version: str = Field(sa_column=Column(Text, nullable=False))
    queues: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """The queues that it processes."""
    has_provider: bool
    """Whether a payment provider is configured. Without one the worker makes no charges."""
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    seen_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    """The time of its last heartbeat, by the clock of the database."""
    at_work: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )
    """What its threads are doing (`Activity` in `beats.py`)."""
    sweeps: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether it is the process that runs the sweep."""


class QueueWork(SQLModel, table=True):
    """How much all workers processed of one queue in one second (`work.py`)."""

    __tablename__ = "queue_work"

    queue: str = Field(sa_column=Column(Text, primary_key=True))
    second: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    messages: int
    items: int
