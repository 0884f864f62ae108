"""A payment may be captured after another has taken its place: it is SURPLUS, and given back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BEFORE = "status IN ('REQUIRES_PAYMENT', 'PROCESSING', 'SUCCEEDED', 'DECLINED', 'UNKNOWN')"
AFTER = "status IN ('REQUIRES_PAYMENT', 'PROCESSING', 'SUCCEEDED', 'DECLINED', 'SURPLUS', 'UNKNOWN')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _know(AFTER, counts="status NOT IN ('DECLINED', 'SURPLUS')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # The former release knows no other word for money that is not a booking's; its refund stays.
    op.execute("UPDATE payments SET status = 'DECLINED', decline_code = 'surplus' WHERE status = 'SURPLUS'")
    _know(BEFORE, counts="status <> 'DECLINED'")


def _know(statuses: str, *, counts: str) -> None:
    op.drop_constraint(op.f("ck_payments_status_known"), "payments", type_="check")
    op.create_check_constraint(op.f("ck_payments_status_known"), "payments", statuses)
    op.drop_index("ux_payments_live", table_name="payments")
    op.create_index("ux_payments_live", "payments", ["booking_id"], unique=True, postgresql_where=sa.text(counts))
