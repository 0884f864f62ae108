"""What `skyqueue prune` deletes of flights: those that departed long ago and never had a booking, a waiting party or a cancellation."""

from __future__ import annotations

from typing import Final, LiteralString

from core.db.retention import OldRows

_OLD: Final[LiteralString] = """FROM flights f WHERE departure_ts < %(before)s
AND NOT EXISTS (SELECT FROM booking_segments s WHERE s.flight_id = f.id)
AND NOT EXISTS (SELECT FROM waitlist w WHERE w.flight_id = f.id)
AND NOT EXISTS (SELECT FROM flight_cancellations c WHERE c.flight_id = f.id)"""

FLIGHTS: Final = OldRows(
    "flights that nobody booked",
    count=f"SELECT count(*) {_OLD}",
    delete=f"""
    WITH old AS MATERIALIZED (SELECT f.id {_OLD} LIMIT %(limit)s FOR UPDATE OF f SKIP LOCKED)
    DELETE FROM flights WHERE id IN (SELECT id FROM old)
    """,  # noqa: S608  # only constants
)
