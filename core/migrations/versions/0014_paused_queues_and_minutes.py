"""Paused queues, the history of each minute, and an index of the surnames of passengers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "paused_queues",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("queue", name="pk_paused_queues"),
    )
    op.create_table(
        "operations_minutes",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("p50_ms", "p95_ms", "p99_ms", "oldest_seconds")),
        sa.PrimaryKeyConstraint("minute", name="pk_operations_minutes"),
    )
    op.create_index("ix_passengers_surname", "passengers", ["surname_key", "booking_id"], unique=False)


COUNTS = ("accepted", "pending", "held", "confirmed", "failed", "ended", "waiting", "dead_letters")


def downgrade() -> None:
    op.drop_index("ix_passengers_surname", table_name="passengers")
    op.drop_table("operations_minutes")
    op.drop_table("paused_queues")
