"""Accounts, and the refresh tokens that keep them signed in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Text, func
from sqlmodel import Field, SQLModel

from core.clock import new_id


class Role(StrEnum):
    TRAVELLER = "traveller"
    ADMIN = "admin"


class User(SQLModel, table=True):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('traveller', 'admin')", name="role_known"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    username: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """Stored in lower case: `Ann` and `ann` are one account."""
    password_hash: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class RefreshToken(SQLModel, table=True):
    """One link of a rotating chain. Presenting a used link revokes its whole family: somebody copied it."""

    __tablename__ = "refresh_tokens"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    family: UUID = Field(index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    token_hash: bytes = Field(unique=True)
    """SHA-256 of the token; the token itself is only in the client's cookie."""
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
