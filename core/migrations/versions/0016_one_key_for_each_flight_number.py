"""AI 301, AI301, AI-301 and AI0301 are one flight number; imports may match flights by their day"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

NUMBER = re.compile(r"([A-Z]{2,3}|[A-Z][0-9]|[0-9][A-Z])[ -]*0*([0-9]+[A-Z]?)")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _give_keys()
    _match_by_day()


def _give_keys() -> None:
    op.execute("LOCK TABLE flights IN ACCESS EXCLUSIVE MODE")
    op.add_column("flights", sa.Column("flight_number_key", sa.Text(collation="C")))
    connection = op.get_bind()
    written = [number for (number,) in connection.execute(sa.text("SELECT DISTINCT flight_number FROM flights"))]
    connection.execute(
        sa.text(
            "UPDATE flights f SET flight_number_key = k.key FROM unnest(CAST(:written AS text[]), CAST(:keys AS text[])) AS k(number, key)"
            " WHERE f.flight_number = k.number"
        ),
        {"written": written, "keys": [_key_of(number) for number in written]},
    )
    # Two flights with the same departure, whose numbers were different so far and have the same key now: both stay. The flight with more
    # travellers gets the key; the key of the other one gets the suffix `~2`.
    op.execute("""
        UPDATE flights f SET flight_number_key = f.flight_number_key || '~' || t.turn
        FROM (
            SELECT id, row_number() OVER (
                PARTITION BY flight_number_key, departure_ts ORDER BY seats_held + seats_sold DESC, created_at, id
            ) AS turn FROM flights
        ) AS t
        WHERE t.id = f.id AND t.turn > 1
    """)
    op.alter_column("flights", "flight_number_key", nullable=False)
    op.drop_constraint("uq_flights_flight_number_departure_ts", "flights", type_="unique")
    op.create_unique_constraint("uq_flights_flight_number_key_departure_ts", "flights", ["flight_number_key", "departure_ts"])


def _key_of(number: str) -> str:
    known = NUMBER.fullmatch(number)
    return known[1] + known[2] if known else re.sub("[ -]+", "-", number)


def _match_by_day() -> None:
    op.add_column("imports", sa.Column("match", sa.Text(), server_default="time", nullable=False))
    op.create_check_constraint("match_known", "imports", "match IN ('time', 'day')")
    op.add_column("imports", sa.Column("beside", sa.Integer(), server_default="0", nullable=False))
    op.add_column("import_changes", sa.Column("effect", sa.Text(), server_default="changed", nullable=False))
    op.drop_index("ux_imports_running_content", table_name="imports")
    op.create_index(
        "ux_imports_running_content",
        "imports",
        ["content_hash", "mode", "dry_run", "times", "match"],
        unique=True,
        postgresql_where=sa.text("status IN ('PENDING', 'IN_PROGRESS') AND cancel_requested_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index("ux_imports_running_content", table_name="imports")
    op.create_index(
        "ux_imports_running_content",
        "imports",
        ["content_hash", "mode", "dry_run", "times"],
        unique=True,
        postgresql_where=sa.text("status IN ('PENDING', 'IN_PROGRESS') AND cancel_requested_at IS NULL"),
    )
    op.drop_column("import_changes", "effect")
    op.drop_column("imports", "beside")
    op.drop_constraint("match_known", "imports", type_="check")
    op.drop_column("imports", "match")
    op.drop_constraint("uq_flights_flight_number_key_departure_ts", "flights", type_="unique")
    op.create_unique_constraint("uq_flights_flight_number_departure_ts", "flights", ["flight_number", "departure_ts"])
    op.drop_column("flights", "flight_number_key")
