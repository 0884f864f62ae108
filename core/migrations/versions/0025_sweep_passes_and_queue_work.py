"""Passes of the sweep, the work of the workers for each queue, and the API key of an audit log entry"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "sweep_passes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("longest_ms", sa.Float(), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.Column("repaired", postgresql.JSONB(), nullable=False),
        sa.Column("failed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("without_redis", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sweep_passes"),
    )
    op.create_table(
        "queue_work",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("second", sa.DateTime(timezone=True), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "second", name="pk_queue_work"),
    )
    op.add_column("worker_heartbeats", sa.Column("at_work", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("worker_heartbeats", sa.Column("sweeps", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("audit_log", sa.Column("key_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("audit_log", "key_id")
    op.drop_column("worker_heartbeats", "sweeps")
    op.drop_column("worker_heartbeats", "at_work")
    op.drop_table("queue_work")
    op.drop_table("sweep_passes")
