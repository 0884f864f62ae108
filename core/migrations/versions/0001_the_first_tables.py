"""The first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    # A migration that waits for a lock would block all statements behind it. So it fails after a short wait, and is run again.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
    )
    op.create_index("ix_dead_letters_subject_id", "dead_letters", ["subject_id"], unique=False)
    op.create_table(
        "flights",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flight_number", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("source_iata", sa.Text(), nullable=True),
        sa.Column("destination_iata", sa.Text(), nullable=True),
        sa.Column(
            "source_key",
            sa.Text(collation="C"),
            sa.Computed("coalesce(source_iata, lower(source))", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "destination_key",
            sa.Text(collation="C"),
            sa.Computed("coalesce(destination_iata, lower(destination))", persisted=True),
            nullable=True,
        ),
        sa.Column("departure_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrival_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departure_date", sa.Date(), nullable=False),
        sa.Column("total_seats", sa.Integer(), nullable=False),
        sa.Column("seats_held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seats_sold", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="SCHEDULED", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('SCHEDULED', 'CANCELLED')", name="status_known"),
        sa.CheckConstraint("arrival_ts > departure_ts", name="arrives_after_departure"),
        sa.CheckConstraint("seats_held + seats_sold <= total_seats", name="not_oversold"),
        sa.CheckConstraint("seats_held >= 0", name="held_not_negative"),
        sa.CheckConstraint("seats_sold >= 0", name="sold_not_negative"),
        sa.CheckConstraint("source <> destination", name="goes_somewhere"),
        sa.PrimaryKeyConstraint("id", name="pk_flights"),
        sa.UniqueConstraint("flight_number", "departure_ts", name="uq_flights_flight_number_departure_ts"),
    )
    op.create_index("ix_flights_departure", "flights", ["departure_ts", "id"], unique=False)
    op.create_index("ix_flights_route_day", "flights", ["source_key", "destination_key", "departure_date"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('traveller', 'admin')", name="role_known"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username", name="uq_users_username"),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_audit_log_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_entity", "audit_log", ["entity", "entity_id"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("flight_id", sa.Uuid(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("payment_mode", sa.Text(), server_default="none", nullable=False),
        sa.Column("payment_token", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_hash", sa.LargeBinary(), nullable=True),
        sa.Column("price_total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timeline", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("payment_mode IN ('none', 'token', 'hold')", name="payment_mode_known"),
        sa.CheckConstraint("status IN ('PENDING', 'HELD', 'CONFIRMED', 'CANCELLED', 'FAILED', 'EXPIRED')", name="status_known"),
        sa.CheckConstraint("seats BETWEEN 1 AND 9", name="seats_in_range"),
        sa.ForeignKeyConstraint(["flight_id"], ["flights.id"], name="fk_bookings_flight_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_bookings_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
    )
    # Every sale updates these rows twice. Free space in each page lets Postgres write the new version of a row beside the old one.
    op.execute("ALTER TABLE bookings SET (fillfactor = 80)")
    op.execute("ALTER TABLE flights SET (fillfactor = 80)")
    # Each process reserves a block of a thousand references (until revision 0012).
    op.execute("CREATE SEQUENCE booking_reference_blocks AS bigint MINVALUE 0 START 0")
    op.create_index("ix_bookings_flight", "bookings", ["flight_id"], unique=False)
    op.create_index("ix_bookings_due", "bookings", ["next_at"], unique=False, postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index("ix_bookings_later_legs", "bookings", ["trip_id"], unique=False, postgresql_where=sa.text("leg > 0"))
    op.create_index("ix_bookings_user", "bookings", ["user_id", "id"], unique=False)
    op.create_index("ux_bookings_reference", "bookings", ["reference"], unique=True, postgresql_where=sa.text("leg = 0"))
    op.create_index(
        "ux_bookings_user_key",
        "bookings",
        ["user_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("total_bytes", sa.BigInteger(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="upsert", nullable=False),
        sa.Column("dry_run", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cursor_line", sa.Integer(), server_default="1", nullable=False),
        sa.Column("total_rows", sa.Integer(), nullable=True),
        sa.Column("processed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('upsert', 'create')", name="mode_known"),
        sa.CheckConstraint("status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED')", name="status_known"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_imports_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_due", "imports", ["next_at"], unique=False, postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index(
        "ux_imports_running_content",
        "imports",
        ["content_hash", "mode", "dry_run"],
        unique=True,
        postgresql_where=sa.text("status IN ('PENDING', 'IN_PROGRESS')"),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_refresh_tokens_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refresh_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_refresh_tokens_token_hash"),
    )
    op.create_index("ix_refresh_tokens_family", "refresh_tokens", ["family"], unique=False)
    op.create_index("ix_refresh_tokens_user_id", "refresh_tokens", ["user_id"], unique=False)
    op.create_table(
        "import_errors",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_errors_import_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "line", "column", name="pk_import_errors"),
    )


def downgrade() -> None:
    op.execute("DROP SEQUENCE booking_reference_blocks")
    for table in ("import_errors", "refresh_tokens", "imports", "bookings", "audit_log", "users", "flights", "dead_letters"):
        op.drop_table(table)
