"""The table of idempotency keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, LargeBinary, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class IdempotencyKey(SQLModel, table=True):
    """One key of one user for one operation, and the response to the request. The keys of bookings are stored in `bookings` instead."""

    __tablename__ = "idempotency_keys"

    user_id: UUID = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    operation: str = Field(sa_column=Column(Text, primary_key=True))
    """The operation id in the OpenAPI document."""
    key: str = Field(sa_column=Column(Text, primary_key=True))
    request_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """SHA-256 of the content of the request."""
    status: int | None = Field(default=None, sa_column=Column(SmallInteger))
    """Null only until the transaction of the request is committed."""
    headers: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """JSON, as it was sent."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now(), index=True))
