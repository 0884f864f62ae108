"""Mails to travellers, and the addresses that they go to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ADDRESS = r"^[a-z0-9_.+%&''*/=?!#$^~-]{1,64}@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("users", sa.Column("email", sa.Text(), nullable=True))
    # Travellers whose username is an e-mail address get mails from now on, as if they had signed up today.
    op.execute(f"UPDATE users SET email = username WHERE closed_at IS NULL AND username ~ '{ADDRESS}' AND username !~ '[.][.]'")  # noqa: S608
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('WAITING', 'SENT', 'KEPT', 'GIVEN_UP')", name="ck_mails_status_known"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_mails_booking_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mails_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
    )
    op.create_index("ux_mails_once", "mails", ["booking_id", "kind", "version"], unique=True)
    op.create_index("ix_mails_user", "mails", ["user_id", "id"], unique=False)
    op.create_index("ix_mails_due", "mails", ["next_at"], unique=False, postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_table(
        "mail_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_requests"),
    )


def downgrade() -> None:
    op.drop_table("mail_requests")
    op.drop_table("mails")
    op.drop_column("users", "email")
