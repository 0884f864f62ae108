"""Which worker processes there are, and when each was last able to work."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
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
