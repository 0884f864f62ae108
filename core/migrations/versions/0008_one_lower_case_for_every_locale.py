"""Convert names of places to lower case with a table of our own, so that the result does not depend on the locale of the database"""

from __future__ import annotations

import sys

from alembic import op

from core.places.letters import LOWER, UPPER

revision = "0008"
down_revision = "0007"

ASCII = "abcdefghijklmnopqrstuvwxyz -."
"""Characters that stay the same. They come first in the table, because `translate` searches it from the beginning for each character."""
LATIN, CYRILLIC = 0x24F, 0x52F
"""The last letters of these scripts. Most names have no letters after them, so a short table is enough."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(f"""
        CREATE FUNCTION place_name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN CASE
            WHEN octet_length(name) = length(name) THEN lower(name COLLATE "C")  -- nothing but ASCII
            WHEN name COLLATE "C" ~ '^[\\u0001-\\u{LATIN:04x}]*$' THEN {_lower_case(LATIN)}
            WHEN name COLLATE "C" ~ '^[\\u0001-\\u{CYRILLIC:04x}]*$' THEN {_lower_case(CYRILLIC)}
            ELSE {_lower_case(sys.maxunicode)}
        END
    """)
    _compute_keys_with("place_name_key")


def downgrade() -> None:
    _compute_keys_with("lower")
    op.execute("DROP FUNCTION place_name_key")


def _compute_keys_with(function: str) -> None:
    """Postgres rewrites the table once, which lasts some seconds for a million flights. Only Postgres 17 and newer could change the
    expression of a generated column instead.
    """
    columns = ", ".join(
        f'ADD COLUMN {place}_key text COLLATE "C" GENERATED ALWAYS AS (coalesce({place}_iata, {function}({place}))) STORED'
        for place in ("source", "destination")
    )
    op.execute(f"ALTER TABLE flights DROP COLUMN source_key, DROP COLUMN destination_key, {columns}")
    op.create_index("ix_flights_route_day", "flights", ["source_key", "destination_key", "departure_date"])


def _lower_case(last: int) -> str:
    """The name in lower case, if none of its letters comes after `last`."""
    pairs = [(upper, lower) for upper, lower in zip(UPPER, LOWER, strict=True) if ord(upper) <= last]
    upper, lower = ("".join(letters) for letters in zip(*pairs, strict=True))
    return f"translate(name, '{ASCII}{upper}', '{ASCII}{lower}')"
