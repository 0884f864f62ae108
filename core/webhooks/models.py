"""The tables of webhooks and of their deliveries."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class DeliveryStatus(StoredEnum):
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    """Given up after the last attempt. It can be replayed."""


class Webhook(SQLModel, table=True):
    """An address, the types of events that are sent to it, and the secret that signs them."""

    __tablename__ = "webhooks"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    url: str = Field(sa_column=Column(Text, nullable=False))
    description: str | None = Field(default=None, sa_column=Column(Text))
    events: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    secret: str = Field(sa_column=Column(Text, nullable=False))
    """Not hashed, because signatures are made with it."""
    old_secret: str | None = Field(default=None, sa_column=Column(Text))
    old_secret_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """Until this time each call has a second signature, with the old secret."""
    failing_since: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """The time of the first failed call after the last success."""
    disabled_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    disabled_reason: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class WebhookDelivery(SQLModel, table=True):
    """One event for one webhook: the body as it is sent, and the state of the delivery."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint(DeliveryStatus.known_sql(), name="status_known"),
        Index(
            "ix_webhook_deliveries_due", "webhook_id", "next_at", postgresql_where=text(f"status = {DeliveryStatus.PENDING.sql}")
        ),
        Index(
            "ix_webhook_deliveries_turn",
            "webhook_id",
            "subject_id",
            "position",
            postgresql_where=text(f"status = {DeliveryStatus.PENDING.sql}"),
        ),
        Index("ix_webhook_deliveries_log", "webhook_id", "position"),
        Index("ix_webhook_deliveries_old", "finished_at", postgresql_where=text(f"status <> {DeliveryStatus.PENDING.sql}")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    webhook_id: UUID = Field(sa_column=Column(ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False))
    position: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    """It grows in the order of the events of each subject."""
    event_id: UUID
    type: str = Field(sa_column=Column(Text, nullable=False))
    subject_id: UUID
    body: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False, server_default=DeliveryStatus.PENDING))
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    next_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    """The earliest time of the next call."""
    last_status: int | None = Field(default=None)
    """The HTTP status of the last response; None: there was no response."""
    last_error: str | None = Field(default=None, sa_column=Column(Text))
    last_ms: int | None = Field(default=None)
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    traceparent: str | None = Field(default=None, sa_column=Column(Text))
    """The trace context of what caused it; None: it is not traced."""
