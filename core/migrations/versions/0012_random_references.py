"""References are random, so their sequence is not needed any more"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("DROP SEQUENCE booking_reference_blocks")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("CREATE SEQUENCE booking_reference_blocks AS bigint MINVALUE 0 START 0")
    # Higher than any block that an existing booking may have got its reference from.
    op.execute("SELECT setval('booking_reference_blocks', (SELECT count(*) FROM bookings) / 10)")
