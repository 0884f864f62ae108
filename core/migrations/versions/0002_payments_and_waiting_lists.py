"""Payments, refunds, passengers, waiting lists, cancelled flights"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # A migration that waits for a lock would block all statements behind it. So it fails after a short wait, and is run again.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "cancellations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("refund_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("fee_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("refund_amount >= 0 AND fee_amount >= 0", name="amounts_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_cancellations"),
    )
    op.create_index("ix_cancellations_trip", "cancellations", ["trip_id", "id"], unique=False)
    op.create_table(
        "payment_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payment_events"),
    )
    op.create_index("ix_payment_events_payment_id", "payment_events", ["payment_id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('REQUIRES_PAYMENT', 'PROCESSING', 'SUCCEEDED', 'DECLINED', 'UNKNOWN')", name="status_known"
        ),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
    )
    op.create_index("ix_payments_due", "payments", ["next_at"], unique=False, postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index("ix_payments_trip", "payments", ["trip_id"], unique=False)
    op.create_index("ux_payments_live", "payments", ["trip_id"], unique=True, postgresql_where=sa.text("status <> 'DECLINED'"))
    op.create_table(
        "flight_cancellations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flight_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED')", name="status_known"),
        sa.ForeignKeyConstraint(["flight_id"], ["flights.id"], name="fk_flight_cancellations_flight_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_flight_cancellations_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_flight_cancellations"),
        sa.UniqueConstraint("flight_id", name="uq_flight_cancellations_flight_id"),
    )
    op.create_index(
        "ix_flight_cancellations_due",
        "flight_cancellations",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('PENDING', 'SUCCEEDED', 'FAILED')", name="status_known"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_refunds_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
    )
    op.create_index("ix_refunds_due", "refunds", ["next_at"], unique=False, postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index("ix_refunds_trip", "refunds", ["trip_id"], unique=False)
    op.create_index("ux_refunds_payment", "refunds", ["payment_id"], unique=True)
    op.create_table(
        "passengers",
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("surname_key", sa.Text(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["trip_id"], ["bookings.id"], name="fk_passengers_trip_id"),
        sa.PrimaryKeyConstraint("trip_id", "position", name="pk_passengers"),
    )
    op.create_table(
        "schedule_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("old_departure_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_arrival_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_departure_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_arrival_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("action IN ('kept', 'cancelled')", name="action_known"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_schedule_changes_booking_id"),
        sa.PrimaryKeyConstraint("id", name="pk_schedule_changes"),
    )
    op.create_index("ix_schedule_changes_trip", "schedule_changes", ["trip_id"], unique=False)
    op.create_index(
        "ux_schedule_changes_open", "schedule_changes", ["booking_id"], unique=True, postgresql_where=sa.text("action IS NULL")
    )
    op.create_table(
        "waitlist",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("flight_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("party_size", sa.SmallInteger(), nullable=False),
        sa.Column("accept_partial", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("status", sa.Text(), server_default="WAITING", nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('WAITING', 'OFFERED', 'BOOKED', 'EXPIRED', 'LEFT', 'CLOSED')", name="status_known"),
        sa.CheckConstraint("party_size BETWEEN 1 AND 9", name="party_in_range"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_waitlist_booking_id"),
        sa.ForeignKeyConstraint(["flight_id"], ["flights.id"], name="fk_waitlist_flight_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_waitlist_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_waitlist"),
    )
    op.create_index(
        "ix_waitlist_booking", "waitlist", ["booking_id"], unique=False, postgresql_where=sa.text("booking_id IS NOT NULL")
    )
    op.create_index(
        "ix_waitlist_waiting", "waitlist", ["flight_id", "turn"], unique=False, postgresql_where=sa.text("status = 'WAITING'")
    )
    op.create_index(
        "ux_waitlist_open",
        "waitlist",
        ["flight_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('WAITING', 'OFFERED')"),
    )
    op.add_column("bookings", sa.Column("rescued_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("bookings", "rescued_at")
    for table in (
        "waitlist",
        "schedule_changes",
        "passengers",
        "refunds",
        "flight_cancellations",
        "payments",
        "payment_events",
        "cancellations",
    ):
        op.drop_table(table)
