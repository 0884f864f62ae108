"""The status SURPLUS: a payment that was captured after another one had paid for the booking, and that is refunded"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BEFORE = "status IN ('REQUIRES_PAYMENT', 'PROCESSING', 'SUCCEEDED', 'DECLINED', 'UNKNOWN')"
AFTER = "status IN ('REQUIRES_PAYMENT', 'PROCESSING', 'SUCCEEDED', 'DECLINED', 'SURPLUS', 'UNKNOWN')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _set_statuses(AFTER, live="status NOT IN ('DECLINED', 'SURPLUS')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # The former release does not have the status SURPLUS. DECLINED is the nearest; the refund stays.
    op.execute("UPDATE payments SET status = 'DECLINED', decline_code = 'surplus' WHERE status = 'SURPLUS'")
    _set_statuses(BEFORE, live="status <> 'DECLINED'")


def _set_statuses(statuses: str, *, live: str) -> None:
    op.drop_constraint(op.f("ck_payments_status_known"), "payments", type_="check")
    op.create_check_constraint(op.f("ck_payments_status_known"), "payments", statuses)
    op.drop_index("ux_payments_live", table_name="payments")
    op.create_index("ux_payments_live", "payments", ["booking_id"], unique=True, postgresql_where=sa.text(live))
