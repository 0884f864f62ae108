"""Imports that can be cancelled, that read local times, and that list their changes of flights"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_STATUSES = "status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED'{more})"
_RUNNING = sa.text("status IN ('PENDING', 'IN_PROGRESS')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("imports", sa.Column("times", sa.Text(), server_default="zoned", nullable=False))
    op.add_column("imports", sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("imports", sa.Column("affected_bookings", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint("times_known", "imports", "times IN ('zoned', 'local')")
    op.drop_constraint("status_known", "imports", type_="check")
    op.create_check_constraint("status_known", "imports", _STATUSES.format(more=", 'CANCELLED'"))
    op.drop_index("ux_imports_running_content", table_name="imports")
    op.create_index(
        "ux_imports_running_content",
        "imports",
        ["content_hash", "mode", "dry_run", "times"],
        unique=True,
        # While an import is being cancelled, the same file can be sent again, as a new import.
        postgresql_where=sa.text("status IN ('PENDING', 'IN_PROGRESS') AND cancel_requested_at IS NULL"),
    )
    op.create_table(
        "import_changes",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("flight_id", sa.Uuid(), nullable=False),
        sa.Column("flight_number", sa.Text(), nullable=False),
        sa.Column("departure_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("destination_key", sa.Text(), nullable=False),
        sa.Column("departure_date", sa.Date(), nullable=False),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_changes_import_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "line", name="pk_import_changes"),
    )


def downgrade() -> None:
    op.drop_table("import_changes")
    op.execute("UPDATE imports SET status = 'FAILED', failure_code = 'cancelled' WHERE status = 'CANCELLED'")
    op.drop_index("ux_imports_running_content", table_name="imports")
    op.create_index(
        "ux_imports_running_content", "imports", ["content_hash", "mode", "dry_run"], unique=True, postgresql_where=_RUNNING
    )
    op.drop_constraint("status_known", "imports", type_="check")
    op.create_check_constraint("status_known", "imports", _STATUSES.format(more=""))
    op.drop_constraint("times_known", "imports", type_="check")
    for column in ("affected_bookings", "cancel_requested_at", "times"):
        op.drop_column("imports", column)
