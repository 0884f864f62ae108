"""Fare watches and rebookings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "fare_watches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("source_keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("destination_keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("departure_date", sa.Date(), nullable=True),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("below", sa.Numeric(), nullable=True),
        sa.Column("price", sa.Numeric(), nullable=True),
        sa.Column("lowest_price", sa.Numeric(), nullable=True),
        sa.Column("fell_from", sa.Numeric(), nullable=True),
        sa.Column("fell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("seats BETWEEN 1 AND 9", name="ck_fare_watches_seats_in_range"),
        sa.CheckConstraint("(booking_id IS NULL) = (departure_date IS NOT NULL)", name="ck_fare_watches_day_or_booking"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_fare_watches_user_id"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_fare_watches_booking_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fare_watches"),
    )
    op.create_index(
        "ux_fare_watches_booking", "fare_watches", ["booking_id"], unique=True, postgresql_where=sa.text("booking_id IS NOT NULL")
    )
    op.create_index(
        "ux_fare_watches_day",
        "fare_watches",
        ["user_id", "source_keys", "destination_keys", "departure_date", "seats"],
        unique=True,
        postgresql_where=sa.text("booking_id IS NULL"),
    )
    op.create_index("ix_fare_watches_user_id", "fare_watches", ["user_id"])
    op.create_index("ix_fare_watches_ends", "fare_watches", ["ends_at"])
    op.create_table(
        "rebookings",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("old_total", sa.Numeric(), nullable=False),
        sa.Column("new_total", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_rebookings_booking_id"),
        sa.PrimaryKeyConstraint("booking_id", "old_total", name="pk_rebookings"),
    )
    op.drop_index("ux_refunds_payment", table_name="refunds")
    op.create_index(
        "ux_refunds_payment", "refunds", ["payment_id"], unique=True, postgresql_where=sa.text("reason <> 'lower_fare'")
    )
    op.create_index("ix_refunds_payment", "refunds", ["payment_id"])
    op.alter_column("mails", "booking_id", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM mails WHERE booking_id IS NULL")
    op.alter_column("mails", "booking_id", nullable=False)
    op.drop_index("ix_refunds_payment", table_name="refunds")
    op.drop_index("ux_refunds_payment", table_name="refunds")
    op.create_index("ux_refunds_payment", "refunds", ["payment_id"], unique=True)
    op.drop_table("rebookings")
    op.drop_table("fare_watches")
