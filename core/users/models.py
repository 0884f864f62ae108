"""Tables: accounts, their sessions, the refresh tokens of sessions, and keys for programs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from core.clock import new_id


class Role(StrEnum):
    TRAVELLER = "traveller"
    AGENT = "agent"
    """Can read what an administrator can read, and cannot change it."""
    ADMIN = "admin"


class KeyScope(StrEnum):
    """What a key for a program may do."""

    READ = "read"
    """Read whatever an agent reads."""
    BOOK = "book"
    """Make, pay for, change and cancel bookings of its account, and read them."""
    ADMIN = "admin"
    """Everything."""


class User(SQLModel, table=True):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('traveller', 'agent', 'admin')", name="role_known"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    username: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """Stored in lower case: `Ann` and `ann` are one account."""
    password_hash: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    email: str | None = Field(default=None, sa_column=Column(Text))
    """The address for mails about bookings; None: the traveller gets no mails."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    closed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When the account was closed. Its username is removed; the row is kept, because bookings refer to it."""


class UserSession(SQLModel, table=True):
    """The time from a sign-in on one device to its end. Its id is the `family` of its refresh tokens, and `sid` in its access tokens."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),)

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    device: str | None = Field(default=None, sa_column=Column(Text))
    """What the client calls itself (`User-Agent`)."""
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    last_used_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class RefreshToken(SQLModel, table=True):
    """A refresh token, which is replaced at each use (refresh-token rotation). The tokens of one session have the same `family`. If a token is
    used again, the whole family is revoked (reuse detection, `core/users/sessions.py`).
    """

    __tablename__ = "refresh_tokens"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    family: UUID = Field(index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    token_hash: bytes = Field(unique=True)
    """SHA-256 of the token. The token itself is in the cookie of the client, and is not stored here."""
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class ApiKey(SQLModel, table=True):
    """A key for programs. Only its hash is stored (`core/users/api_keys.py`)."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("scopes <@ ARRAY['read', 'book', 'admin'] AND cardinality(scopes) > 0", name="scopes_known"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(sa_column=Column(Text, nullable=False))
    key_hash: bytes = Field(unique=True)
    """SHA-256 of the key."""
    hint: str = Field(sa_column=Column(Text, nullable=False))
    """The first characters of the key."""
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Values of `KeyScope`."""
    user_id: UUID = Field(foreign_key="users.id")
    """The administrator who created the key, and for whose account it acts."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    last_used_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
