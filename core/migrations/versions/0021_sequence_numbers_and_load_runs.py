"""Sequence numbers of bookings, the last number that was served on each flight, and the bookings of load runs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # The default is set after the column was added, so Postgres does not rewrite the existing rows, and they have no number.
    op.execute("CREATE SEQUENCE booking_sequence")
    op.add_column("bookings", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.alter_column("bookings", "sequence", server_default=sa.text("nextval('booking_sequence'::regclass)"))
    op.add_column("flights", sa.Column("last_served", sa.BigInteger(), nullable=True))
    op.add_column("flights", sa.Column("last_served_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "load_runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("polls", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_load_runs"),
    )
    op.create_table(
        "load_run_bookings",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("allow_duplicate", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", name="pk_load_run_bookings"),
    )
    op.create_index("ix_load_run_bookings_run_id", "load_run_bookings", ["run_id"])


def downgrade() -> None:
    op.drop_table("load_run_bookings")
    op.drop_table("load_runs")
    op.drop_column("flights", "last_served_at")
    op.drop_column("flights", "last_served")
    op.drop_column("bookings", "sequence")
    op.execute("DROP SEQUENCE booking_sequence")
