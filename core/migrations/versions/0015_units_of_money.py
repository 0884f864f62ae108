"""Amounts have the decimals of their currency: none in yen, three in Kuwaiti dinars"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

AMOUNTS = (
    ("flights", "price"),
    ("bookings", "price_total"),
    ("booking_segments", "price_total"),
    ("payments", "amount"),
    ("refunds", "amount"),
    ("cancellations", "refund_amount"),
    ("cancellations", "fee_amount"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table, column in AMOUNTS:
        # Postgres rewrites nothing for it: every amount of the former type is one of this.
        op.alter_column(table, column, type_=sa.Numeric(), existing_nullable=False)
