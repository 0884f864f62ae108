"""Tables: dead letters, the audit log, and queues that are paused."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from core.clock import new_id


class DeadLetterKind(StrEnum):
    BOOKING = "booking"
    IMPORT = "import"
    REFUND = "refund"
    MESSAGE = "message"
    """A payload that no worker can read."""


class DeadLetter(SQLModel, table=True):
    """Work that was given up after its last attempt, or a payload that no worker can read."""

    __tablename__ = "dead_letters"
    __table_args__ = (Index("ix_dead_letters_open", "id", postgresql_where=text("replayed_at IS NULL AND discarded_at IS NULL")),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    queue: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    """A `DeadLetterKind`."""
    subject_id: UUID | None = Field(default=None, index=True)
    error: str = Field(sa_column=Column(Text, nullable=False))
    payload: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    replayed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When its work was sent again. A dead letter without `replayed_at` and `discarded_at` is open."""
    discarded_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class AuditEntry(SQLModel, table=True):
    """One change, by an administrator or by Skyqueue itself, written in the transaction of the change."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_entity", "entity", "entity_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    key_id: UUID | None = Field(default=None)
    """The key for programs that the request was sent with; None: it was sent with an access token."""
    action: str = Field(sa_column=Column(Text, nullable=False))
    entity: str = Field(sa_column=Column(Text, nullable=False))
    entity_id: UUID
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class PausedQueue(SQLModel, table=True):
    """A queue that an administrator has paused."""

    __tablename__ = "paused_queues"

    queue: str = Field(sa_column=Column(Text, primary_key=True))
    user_id: UUID | None = Field(default=None)
    """The administrator who paused it."""
    paused_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
