"""Imports that read times without a zone as UTC"""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    _allow("'zoned', 'utc', 'local'")


def downgrade() -> None:
    op.execute("UPDATE imports SET times = 'zoned' WHERE times = 'utc'")
    _allow("'zoned', 'local'")


def _allow(values: str) -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_constraint("times_known", "imports", type_="check")
    op.create_check_constraint("times_known", "imports", f"times IN ({values})")
