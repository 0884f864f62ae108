"""Know at which times a booking was made, so that a flight which moves before its seats are taken is told of"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Empty in bookings that are older: their flights' moves were noted when they were made.
    op.add_column("bookings", sa.Column("departure_ts", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("arrival_ts", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("bookings", "arrival_ts")
    op.drop_column("bookings", "departure_ts")
