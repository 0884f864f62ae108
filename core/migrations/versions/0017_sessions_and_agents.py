"""Sessions that can be listed and ended, accounts that can be closed, and agents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_index("ix_sessions_ended", "sessions", ["ended_at"], unique=False, postgresql_where=sa.text("ended_at IS NOT NULL"))
    # The start of these sessions was not stored. The first use of one of their tokens is used instead.
    op.execute(
        """
        INSERT INTO sessions (id, user_id, started_at, last_used_at, expires_at)
        SELECT family, user_id, coalesce(min(used_at), now()), coalesce(max(used_at), now()), max(expires_at)
        FROM refresh_tokens WHERE revoked_at IS NULL GROUP BY family, user_id
        """
    )
    op.add_column("users", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("role_known", "users", type_="check")
    op.create_check_constraint("role_known", "users", "role IN ('traveller', 'agent', 'admin')")


def downgrade() -> None:
    op.execute("UPDATE users SET role = 'traveller' WHERE role = 'agent'")
    op.drop_constraint("role_known", "users", type_="check")
    op.create_check_constraint("role_known", "users", "role IN ('traveller', 'admin')")
    op.drop_column("users", "closed_at")
    op.drop_table("sessions")
