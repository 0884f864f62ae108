"""Mails to travellers, and requests to write them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Index, SmallInteger, Text, func, text
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class MailStatus(StoredEnum):
    WAITING = "WAITING"
    """To be sent."""
    SENT = "SENT"
    """A mail server has accepted it."""
    KEPT = "KEPT"
    """No mail server is configured: the traveller can read the mail in the app only."""
    GIVEN_UP = "GIVEN_UP"
    """The mail server refuses the mail for good, or has not accepted it in `outbox.MAX_ATTEMPTS` attempts, which take about a day."""


class TicketChange(StrEnum):
    """What is new on the ticket of a booking."""

    SEATS = "seats"
    NAMES = "names"
    """Of travellers, who were added or corrected."""


class Mail(SQLModel, table=True):
    """One mail. A unique index allows one mail of each booking, kind and version, so a repeated try to write it adds none."""

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint(MailStatus.known_sql(), name="status_known"),
        Index("ux_mails_once", "booking_id", "kind", "version", unique=True),
        Index("ix_mails_user", "user_id", "id"),
        Index("ix_mails_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    booking_id: UUID | None = Field(default=None, foreign_key="bookings.id")
    """None: the mail is about no booking."""
    user_id: UUID = Field(foreign_key="users.id")
    kind: str = Field(sa_column=Column(Text, nullable=False))
    version: str = Field(sa_column=Column(Text, nullable=False))
    """Tells mails of one kind about one booking apart: the new times of a schedule change, a price, or the request about a changed ticket.
    Empty for most kinds.
    """
    address: str = Field(sa_column=Column(Text, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When the mail is sent, or sent again. None: it is not sent any more."""
    error: str | None = Field(default=None, sa_column=Column(Text))
    """What the mail server answered to the last attempt that failed."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    sent_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    traceparent: str | None = Field(default=None, sa_column=Column(Text))
    """The trace context of what caused it; None: it is not traced."""


class MailRequest(SQLModel, table=True):
    """Mails about a booking may be due. The row is written in the transaction that changes the booking, if its traveller has an address."""

    __tablename__ = "mail_requests"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    booking_id: UUID
    traceparent: str | None = Field(default=None, sa_column=Column(Text))
    """The trace context of what caused it; None: it is not traced."""
    ticket_change: str | None = Field(default=None, sa_column=Column(Text))
    """The `TicketChange`; None: the ticket has not changed. That has to be stored, because the state of a booking does not show which seats
    and names it had before.
    """
