"""Keys of all surnames that a passenger may have, for searches by staff"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Existing passengers get no keys. They are found by the last word of their names, as before."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    keys: sa.Column[list[str]] = sa.Column(
        "surname_keys", postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")
    )
    op.add_column("passengers", keys)
    op.create_index("ix_passengers_surnames", "passengers", ["surname_keys"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_passengers_surnames", "passengers")
    op.drop_column("passengers", "surname_keys")
