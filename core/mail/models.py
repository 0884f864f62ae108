"""Mails to travellers, and the bookings that there is news of for one of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Index, SmallInteger, Text, func, text
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class MailStatus(StoredEnum):
    WAITING = "WAITING"
    """To be sent."""
    SENT = "SENT"
    """A mail server has taken it."""
    KEPT = "KEPT"
    """No mail server is configured: the traveller reads it in the app alone."""
    GIVEN_UP = "GIVEN_UP"
    """The mail server refuses it, or did not take it for a day."""


class Mail(SQLModel, table=True):
    """One mail. At most one of its kind about one state of a booking, however often its writing is tried."""

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint(MailStatus.known_sql(), name="status_known"),
        Index("ux_mails_once", "booking_id", "kind", "version", unique=True),
        Index("ix_mails_user", "user_id", "id"),
        Index("ix_mails_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    booking_id: UUID | None = Field(default=None, foreign_key="bookings.id")
    """None: it is about no booking."""
    user_id: UUID = Field(foreign_key="users.id")
    kind: str = Field(sa_column=Column(Text, nullable=False))
    version: str = Field(sa_column=Column(Text, nullable=False))
    """Of what the mail tells: the end of a hold, the new times of flights. Empty where a booking comes to it once."""
    address: str = Field(sa_column=Column(Text, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When it is tried (again)."""
    error: str | None = Field(default=None, sa_column=Column(Text))
    """What the mail server said last."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    sent_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class MailRequest(SQLModel, table=True):
    """There is news of a booking whose traveller has an address. Written in the transaction that changes the booking."""

    __tablename__ = "mail_requests"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    booking_id: UUID
