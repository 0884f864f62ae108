"""Cabins of flights, and the seats that travellers pick in them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("flights", sa.Column("cabin", sa.Text(), nullable=True))
    op.create_table(
        "seat_numbers",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("traveller", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("flight_id", sa.Uuid(), nullable=False),
        sa.Column("seat_number", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint("traveller BETWEEN 1 AND 9", name="ck_seat_numbers_traveller_in_range"),
        sa.ForeignKeyConstraint(
            ["booking_id", "position"],
            ["booking_segments.booking_id", "booking_segments.position"],
            name="fk_seat_numbers_booking_id_position",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("booking_id", "position", "traveller", name="pk_seat_numbers"),
    )
    op.create_index("ux_seat_numbers_seat", "seat_numbers", ["flight_id", "seat_number"], unique=True)


def downgrade() -> None:
    op.drop_table("seat_numbers")
    op.drop_column("flights", "cabin")
