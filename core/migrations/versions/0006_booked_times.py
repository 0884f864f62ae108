"""The times of the flight when it was booked, so that the traveller is notified if it is moved before the seats are reserved"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Null in older bookings: their schedule changes were stored when the flights were moved.
    op.add_column("bookings", sa.Column("departure_ts", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("arrival_ts", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("bookings", "arrival_ts")
    op.drop_column("bookings", "departure_ts")
