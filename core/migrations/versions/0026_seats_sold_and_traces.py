"""An index of bookings by the time of their confirmation, and the trace contexts of events, webhook deliveries and mails"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TRACED = ("outbox", "webhook_deliveries", "mail_requests", "mails")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table in TRACED:
        op.add_column(table, sa.Column("traceparent", sa.Text(), nullable=True))
    op.create_index(
        "ix_bookings_confirmed",
        "bookings",
        ["finished_at"],
        unique=False,
        postgresql_include=["seats"],
        postgresql_where=sa.text("status = 'CONFIRMED'"),
    )


def downgrade() -> None:
    op.drop_index("ix_bookings_confirmed", table_name="bookings")
    for table in reversed(TRACED):
        op.drop_column(table, "traceparent")
