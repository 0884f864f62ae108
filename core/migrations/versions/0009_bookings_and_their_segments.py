"""One row for each booking, with its status, and one row for each of its flights"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

PAYS_FOR_A_BOOKING = ("payments", "refunds", "cancellations")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # The lock keeps all other processes, also those of the former release, from changing rows that are moved here.
    op.execute("LOCK TABLE bookings, schedule_changes, passengers, payments, refunds, cancellations IN ACCESS EXCLUSIVE MODE")
    _make_segments()
    _point_at_segments()
    _rename_trips()
    _keep_one_row_for_each_booking()


def _make_segments() -> None:
    op.create_table(
        "booking_segments",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("flight_id", sa.Uuid(), nullable=False),
        sa.Column("price_total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("departure_ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrival_ts", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute(
        "INSERT INTO booking_segments SELECT trip_id, leg, id, flight_id, price_total, departure_ts, arrival_ts FROM bookings"
    )
    op.create_primary_key("pk_booking_segments", "booking_segments", ["booking_id", "position"])
    op.create_foreign_key("fk_booking_segments_booking_id", "booking_segments", "bookings", ["booking_id"], ["id"])
    op.create_foreign_key("fk_booking_segments_flight_id", "booking_segments", "flights", ["flight_id"], ["id"])
    op.create_index("ix_booking_segments_flight", "booking_segments", ["flight_id"], unique=False)


def _point_at_segments() -> None:
    """A change of the schedule named the row of one flight; it names the booking and the flight's position now."""
    op.drop_constraint("fk_schedule_changes_booking_id", "schedule_changes", type_="foreignkey")
    op.drop_index("ux_schedule_changes_open", table_name="schedule_changes")
    op.add_column("schedule_changes", sa.Column("position", sa.SmallInteger(), nullable=True))
    op.execute("UPDATE schedule_changes c SET position = b.leg, booking_id = b.trip_id FROM bookings b WHERE b.id = c.booking_id")
    op.alter_column("schedule_changes", "position", nullable=False)
    op.drop_column("schedule_changes", "trip_id")  # and its index
    op.create_index("ix_schedule_changes_booking", "schedule_changes", ["booking_id"], unique=False)
    op.create_index(
        "ux_schedule_changes_open",
        "schedule_changes",
        ["booking_id", "position"],
        unique=True,
        postgresql_where=sa.text("action IS NULL"),
    )
    op.create_foreign_key(
        "fk_schedule_changes_booking_id_position",
        "schedule_changes",
        "booking_segments",
        ["booking_id", "position"],
        ["booking_id", "position"],
    )


def _rename_trips() -> None:
    for table in (*PAYS_FOR_A_BOOKING, "passengers"):
        op.alter_column(table, "trip_id", new_column_name="booking_id")
    _execute(f"ALTER INDEX ix_{table}_trip RENAME TO ix_{table}_booking" for table in PAYS_FOR_A_BOOKING)
    op.execute("ALTER TABLE passengers RENAME CONSTRAINT fk_passengers_trip_id TO fk_passengers_booking_id")


def _keep_one_row_for_each_booking() -> None:
    op.execute(
        """
        UPDATE bookings b SET price_total = s.price FROM (
            SELECT booking_id, sum(price_total) AS price FROM booking_segments GROUP BY booking_id HAVING count(*) > 1
        ) AS s WHERE b.id = s.booking_id
        """
    )
    op.execute("DELETE FROM bookings WHERE leg > 0")
    # Postgres drops the indexes of these columns too: of flights, of later flights, of references.
    for column in ("trip_id", "leg", "flight_id", "departure_ts", "arrival_ts"):
        op.drop_column("bookings", column)
    op.create_index("ux_bookings_reference", "bookings", ["reference"], unique=True)
    op.execute("ANALYZE booking_segments")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("LOCK TABLE bookings, schedule_changes, passengers, payments, refunds, cancellations IN ACCESS EXCLUSIVE MODE")
    _make_a_row_for_each_flight()
    _point_at_rows()
    _execute(f"ALTER INDEX ix_{table}_booking RENAME TO ix_{table}_trip" for table in PAYS_FOR_A_BOOKING)
    for table in (*PAYS_FOR_A_BOOKING, "passengers"):
        op.alter_column(table, "booking_id", new_column_name="trip_id")
    op.execute("ALTER TABLE passengers RENAME CONSTRAINT fk_passengers_booking_id TO fk_passengers_trip_id")
    op.drop_table("booking_segments")


def _make_a_row_for_each_flight() -> None:
    op.drop_index("ux_bookings_reference", table_name="bookings")
    for column in (
        sa.Column("trip_id", sa.Uuid()),
        sa.Column("leg", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("flight_id", sa.Uuid()),
        sa.Column("departure_ts", sa.DateTime(timezone=True)),
        sa.Column("arrival_ts", sa.DateTime(timezone=True)),
    ):
        op.add_column("bookings", column)
    op.execute(
        """
        UPDATE bookings b SET trip_id = b.id, flight_id = s.flight_id, price_total = s.price_total,
            departure_ts = s.departure_ts, arrival_ts = s.arrival_ts
        FROM booking_segments s WHERE s.booking_id = b.id AND s.position = 0
        """
    )
    op.execute(
        """
        INSERT INTO bookings (id, trip_id, leg, flight_id, price_total, departure_ts, arrival_ts, user_id, seats, status, failure_code,
            payment_mode, payment_token, attempts, currency, reference, hold_expires_at, rescued_at, timeline, created_at, updated_at,
            finished_at)
        SELECT s.public_id, b.id, s.position, s.flight_id, s.price_total, s.departure_ts, s.arrival_ts, b.user_id, b.seats, b.status,
            b.failure_code, b.payment_mode, b.payment_token, b.attempts, b.currency, b.reference, b.hold_expires_at, b.rescued_at,
            b.timeline, b.created_at, b.updated_at, b.finished_at
        FROM booking_segments s JOIN bookings b ON b.id = s.booking_id WHERE s.position > 0
        """
    )
    op.alter_column("bookings", "trip_id", nullable=False)
    op.alter_column("bookings", "flight_id", nullable=False)
    op.create_foreign_key("fk_bookings_flight_id", "bookings", "flights", ["flight_id"], ["id"])
    op.create_index("ix_bookings_flight", "bookings", ["flight_id"], unique=False)
    op.create_index("ix_bookings_later_legs", "bookings", ["trip_id"], unique=False, postgresql_where=sa.text("leg > 0"))
    op.create_index("ux_bookings_reference", "bookings", ["reference"], unique=True, postgresql_where=sa.text("leg = 0"))


def _point_at_rows() -> None:
    op.drop_constraint("fk_schedule_changes_booking_id_position", "schedule_changes", type_="foreignkey")
    op.drop_index("ux_schedule_changes_open", table_name="schedule_changes")
    op.drop_index("ix_schedule_changes_booking", table_name="schedule_changes")
    op.alter_column("schedule_changes", "booking_id", new_column_name="trip_id")
    op.add_column("schedule_changes", sa.Column("booking_id", sa.Uuid(), nullable=True))
    op.execute(
        """
        UPDATE schedule_changes c SET booking_id = s.public_id
        FROM booking_segments s WHERE s.booking_id = c.trip_id AND s.position = c.position
        """
    )
    op.alter_column("schedule_changes", "booking_id", nullable=False)
    op.drop_column("schedule_changes", "position")
    op.create_foreign_key("fk_schedule_changes_booking_id", "schedule_changes", "bookings", ["booking_id"], ["id"])
    op.create_index("ix_schedule_changes_trip", "schedule_changes", ["trip_id"], unique=False)
    op.create_index(
        "ux_schedule_changes_open", "schedule_changes", ["booking_id"], unique=True, postgresql_where=sa.text("action IS NULL")
    )


def _execute(statements: Iterable[str]) -> None:
    for statement in statements:
        op.execute(statement)
