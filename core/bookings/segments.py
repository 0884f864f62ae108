"""The flights of a booking. What makes several flights one booking: each departs after the one before it has arrived, and all are
paid in one currency.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol
from uuid import UUID

from core.bookings.states import ACTIVE
from core.db import RawConnection
from core.errors import Invalid


class NotChronological(Invalid):
    code = "not_chronological"


class MixedCurrencies(Invalid):
    """A booking has one price."""

    code = "mixed_currencies"


class Segment(Protocol):
    """One flight of a booking, as far as the rules for several flights need it."""

    @property
    def departure_ts(self) -> datetime: ...
    @property
    def arrival_ts(self) -> datetime: ...
    @property
    def currency(self) -> str: ...


def find_flaw(segments: Sequence[Segment]) -> Invalid | None:
    """Why these flights, in the order of travel, cannot be one booking; None if they can. Their places are not checked."""
    for position, (before, after) in enumerate(pairwise(segments), start=1):
        if after.departure_ts < before.arrival_ts:
            return NotChronological.field(
                f"/flight_ids/{position}", "not_chronological", "This flight departs before the one before it has arrived."
            )
    for position, segment in enumerate(segments):
        if segment.currency != segments[0].currency:
            return MixedCurrencies.field(
                f"/flight_ids/{position}",
                "mixed_currencies",
                f"This flight is sold in {segment.currency} and the first one in {segments[0].currency}: book them apart.",
            )
    return None


def find_first_flights(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Booking -> the first of its flights."""
    rows = connection.execute(
        "SELECT booking_id, flight_id FROM booking_segments WHERE booking_id = ANY(%s) AND position = 0", (list(booking_ids),)
    ).fetchall()
    return dict(rows)


def list_active_bookings(connection: RawConnection, flight_id: UUID, *, without: Collection[UUID], limit: int) -> list[UUID]:
    """Bookings with seats on this flight, or PENDING for it, in the order of their ids."""
    rows = connection.execute(
        """
        SELECT b.id FROM booking_segments s JOIN bookings b ON b.id = s.booking_id
        WHERE s.flight_id = %s AND b.status = ANY(%s) AND b.id <> ALL(%s)
        ORDER BY b.id LIMIT %s
        """,
        (flight_id, list(ACTIVE), list(without), limit),
    ).fetchall()
    return [row[0] for row in rows]


def take_new_times(connection: RawConnection, booking_id: UUID) -> None:
    """Set the booked times to those of the open schedule changes. The caller has locked the booking."""
    connection.execute(
        """
        UPDATE booking_segments s SET departure_ts = c.new_departure_ts, arrival_ts = c.new_arrival_ts
        FROM schedule_changes c
        WHERE c.booking_id = %s AND c.action IS NULL AND s.booking_id = c.booking_id AND s.position = c.position
        """,
        (booking_id,),
    )
