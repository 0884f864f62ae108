"""Which worker processes there are, when each was last able to work, and how much they do."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Text, false, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from core.clock import new_id


class WorkerHeartbeat(SQLModel, table=True):
    """One worker process. It deletes its row when it ends; the row of one that was killed is deleted by another (`beats.py`)."""

    __tablename__ = "worker_heartbeats"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host: str = Field(sa_column=Column(Text, nullable=False))
    pid: int
    version: str = Field(sa_column=Column(Text, nullable=False))
    queues: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """What it works on."""
    has_provider: bool
    """Whether it knows a payment provider; without one it charges nobody."""
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    seen_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    """The database's clock at its last heartbeat."""
    at_work: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )
    """What its threads are doing (`Activity` in `beats.py`)."""
    sweeps: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """It is the one process that sweeps."""


class QueueWork(SQLModel, table=True):
    """What all workers did for one queue in one second (`work.py`)."""

    __tablename__ = "queue_work"

    queue: str = Field(sa_column=Column(Text, primary_key=True))
    second: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    messages: int
    items: int
