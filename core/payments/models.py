"""Money: what was charged for a booking, what the provider told us, what was given back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Numeric, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class PaymentStatus(StoredEnum):
    REQUIRES_PAYMENT = "REQUIRES_PAYMENT"
    """Asked for; the provider has not been called."""
    PROCESSING = "PROCESSING"
    """The provider is being called."""
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    SURPLUS = "SURPLUS"
    """Captured after another payment of the booking took its place: it is given back."""
    UNKNOWN = "UNKNOWN"
    """The call ended without an answer. The provider is asked by key, never guessed at."""


class RefundStatus(StoredEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Payment(SQLModel, table=True):
    """One attempt to charge a booking. Its id is the provider's idempotency key."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint(PaymentStatus.known_sql(), name="status_known"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        # Attempt n + 1 only after attempt n has failed; so a booking is charged at most once.
        Index(
            "ux_payments_live",
            "booking_id",
            unique=True,
            postgresql_where=text(f"status NOT IN ({PaymentStatus.DECLINED.sql}, {PaymentStatus.SURPLUS.sql})"),
        ),
        Index("ix_payments_booking", "booking_id"),
        Index("ix_payments_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    booking_id: UUID
    token: str = Field(sa_column=Column(Text, nullable=False))
    amount: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    currency: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    decline_code: str | None = Field(default=None, sa_column=Column(Text))
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When the sweep looks again; null at rest."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class PaymentEvent(SQLModel, table=True):
    """A callback of the provider, stored in the transaction of its effect: the same event never has two."""

    __tablename__ = "payment_events"

    id: str = Field(sa_column=Column(Text, primary_key=True))
    """The provider's event id."""
    payment_id: UUID = Field(index=True)
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class Refund(SQLModel, table=True):
    """Money on its way back. Its id is the provider's idempotency key."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(RefundStatus.known_sql(), name="status_known"),
        CheckConstraint("amount > 0", name="amount_positive"),
        # A payment is given back once: every reason but a lower fare ends the booking or refuses the money.
        Index("ux_refunds_payment", "payment_id", unique=True, postgresql_where=text("reason <> 'lower_fare'")),
        Index("ix_refunds_payment", "payment_id"),
        Index("ix_refunds_booking", "booking_id"),
        Index("ix_refunds_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    payment_id: UUID = Field(foreign_key="payments.id")
    booking_id: UUID
    amount: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    currency: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    """`cancelled`, `flight_cancelled`, `late_payment`, `surplus_payment`, `lower_fare`."""
    status: str = Field(default=RefundStatus.PENDING, sa_column=Column(Text, nullable=False, server_default="PENDING"))
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
