"""The tables of bookings and their segments. A booking is a traveller's request for seats on one flight, or on several flights
together.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, Numeric, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from core.statuses import BookingStatus, StoredEnum


class PaymentMode(StoredEnum):
    NONE = "none"
    """Confirmed as soon as the seats are reserved."""
    TOKEN = "token"  # noqa: S105  # a mode, not a secret
    """Charged by a worker once the seats are held."""
    HOLD = "hold"
    """Held until `hold_expires_at`; the traveller pays later."""


class Booking(SQLModel, table=True):
    """One booking, whatever the number of its flights. Its id is also its job id."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("seats BETWEEN 1 AND 9", name="seats_in_range"),
        CheckConstraint(BookingStatus.known_sql(), name="status_known"),
        CheckConstraint(PaymentMode.known_sql("payment_mode"), name="payment_mode_known"),
        Index(
            "ux_bookings_user_key",
            "user_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        Index("ix_bookings_user", "user_id", "id"),
        Index("ix_bookings_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ux_bookings_reference", "reference", unique=True),
        Index(
            "ix_bookings_confirmed",
            "finished_at",
            postgresql_include=["seats"],
            postgresql_where=text(f"status = {BookingStatus.CONFIRMED.sql}"),
        ),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    seats: int = Field(sa_column=Column(SmallInteger, nullable=False))
    """On each of its flights."""
    status: str = Field(default="PENDING", sa_column=Column(Text, nullable=False, server_default="PENDING"))
    failure_code: str | None = Field(default=None, sa_column=Column(Text))
    payment_mode: str = Field(default=PaymentMode.NONE, sa_column=Column(Text, nullable=False, server_default="none"))
    payment_token: str | None = Field(default=None, sa_column=Column(Text))
    attempts: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False, server_default="1"))
    """The number of attempts: how often the booking was sent to workers, and from the third time on, how often a worker began
    (decision 3).
    """
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When the sweep has to look at the booking: the end of the lease while PENDING, the end of the hold while HELD, null
    otherwise.
    """
    idempotency_key: str | None = Field(default=None, sa_column=Column(Text))
    request_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """SHA-256 of the request that used the key."""
    price_total: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    """The total of all segments, for all seats."""
    currency: str = Field(sa_column=Column(Text, nullable=False))
    reference: str = Field(sa_column=Column(Text, nullable=False))
    sequence: int | None = Field(
        default=None, sa_column=Column(BigInteger, server_default=text("nextval('booking_sequence'::regclass)"))
    )
    """The sequence number: it grows in the order in which bookings were accepted, with gaps. Null for bookings of former releases."""
    hold_expires_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    rescued_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """When a late payment reserved the seats of an expired hold again."""
    timeline: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]"))
    """The stages after `accepted` (whose time is `created_at`): `[{stage, at}]`, oldest first."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class BookingSegment(SQLModel, table=True):
    """One flight of a booking, with the times and the price at which it was booked. It has no status of its own; the booking has
    one.
    """

    __tablename__ = "booking_segments"
    __table_args__ = (Index("ix_booking_segments_flight", "flight_id"),)

    booking_id: UUID = Field(primary_key=True, foreign_key="bookings.id")
    position: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    """In the order of travel, 0 for the first."""
    public_id: UUID
    """The `booking_id` of the segment for clients: for the first segment the booking's own id. It is not used for look-ups."""
    flight_id: UUID = Field(foreign_key="flights.id")
    price_total: Decimal = Field(sa_column=Column(Numeric(), nullable=False))
    """The price for all seats on this flight."""
    departure_ts: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """The departure when the flight was booked, or the new one that the traveller accepted last."""
    arrival_ts: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
