"""Amounts have the decimals of their currency: none in yen, three in Kuwaiti dinars"""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

AMOUNTS = (
    ("flights", "price", 10),
    ("bookings", "price_total", 12),
    ("booking_segments", "price_total", 12),
    ("payments", "amount", 12),
    ("refunds", "amount", 12),
    ("cancellations", "refund_amount", 12),
    ("cancellations", "fee_amount", 12),
)
"""Table, column, and the number of digits that the column had."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table, column, _ in AMOUNTS:
        # Postgres does not rewrite the table for this, because the new type has all values of the former one.
        op.alter_column(table, column, type_=sa.Numeric(), existing_nullable=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    connection = op.get_bind()
    for table, column, digits in AMOUNTS:
        amount: sa.ColumnClause[Decimal] = sa.column(column)
        finer = sa.select(sa.func.count()).select_from(sa.table(table, amount)).where(amount != sa.func.round(amount, 2))
        found = connection.execute(finer).scalar_one()
        if found:
            raise RuntimeError(f"{found} rows of {table} have an amount with three decimals in {column}, which two cannot hold.")
        op.alter_column(table, column, type_=sa.Numeric(digits, 2), existing_nullable=False)
