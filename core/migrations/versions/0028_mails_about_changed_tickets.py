"""Requests for mails about what has changed on a ticket: seats or names"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("mail_requests", sa.Column("ticket_change", sa.Text(), nullable=True))
    op.execute("UPDATE mail_requests SET ticket_change = 'seats' WHERE seats_changed")
    op.drop_column("mail_requests", "seats_changed")


def downgrade() -> None:
    op.add_column("mail_requests", sa.Column("seats_changed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE mail_requests SET seats_changed = true WHERE ticket_change = 'seats'")
    op.drop_column("mail_requests", "ticket_change")
