"""Tables: charges of bookings, callbacks of the provider, and refunds."""

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
    """The payment is to be made; the provider has not been called."""
    PROCESSING = "PROCESSING"
    """The provider is being called."""
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    SURPLUS = "SURPLUS"
    """The money was captured although another payment had paid for the booking: it is refunded."""
    UNKNOWN = "UNKNOWN"
    """The call ended without an answer that can be used. The charge is looked up at the provider before anything else is done."""


class RefundStatus(StoredEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Payment(SQLModel, table=True):
    """One attempt to charge a booking. Its id is the idempotency key at the provider."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint(PaymentStatus.known_sql(), name="status_known"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        # Another attempt is possible only after the one before was declined, so a booking is charged at most once.
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
    """When the sweep sends the payment again; null when it is final."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class PaymentEvent(SQLModel, table=True):
    """A callback of the provider. It is stored in the transaction that applies it, so the same event is never applied twice."""

    __tablename__ = "payment_events"

    id: str = Field(sa_column=Column(Text, primary_key=True))
    """The id that the provider gave the event."""
    payment_id: UUID = Field(index=True)
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class Refund(SQLModel, table=True):
    """Money that is given back. The id is the idempotency key at the provider."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(RefundStatus.known_sql(), name="status_known"),
        CheckConstraint("amount > 0", name="amount_positive"),
        # A payment is refunded once, except for differences to a lower fare: after those, the booking goes on.
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
