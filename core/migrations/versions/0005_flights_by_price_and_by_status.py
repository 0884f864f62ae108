"""Indexes for lists of flights: by price, and of cancelled flights only"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # None of these columns changes when a seat is sold, so a sale still updates no index.
    op.create_index("ix_flights_price", "flights", ["price", "id"], unique=False)
    op.create_index(
        "ix_flights_cancelled",
        "flights",
        ["departure_ts", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'CANCELLED'"),
    )


def downgrade() -> None:
    op.drop_index("ix_flights_cancelled", table_name="flights")
    op.drop_index("ix_flights_price", table_name="flights")
