"""An index to find the entries of one traveller in waiting lists"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_index("ix_waitlist_traveller", "waitlist", ["user_id", "flight_id", "turn"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_waitlist_traveller", table_name="waitlist")
