"""The present price of a watched fare, as a part of statements that read `fare_watches w`."""

from __future__ import annotations

from typing import Final

from core import money
from core.flights.models import FlightStatus
from core.statuses import BookingStatus

PRESENT_PRICE: Final = f"""
    CROSS JOIN LATERAL (
        SELECT CASE WHEN w.booking_id IS NULL THEN (
            SELECT {money.in_units_sql("min(f.price)", "w.currency")} FROM flights f
            WHERE f.source_key = ANY(w.source_keys) AND f.destination_key = ANY(w.destination_keys) AND f.departure_date = w.departure_date
              AND f.status = {FlightStatus.SCHEDULED.sql} AND f.departure_ts > now() AND f.currency = w.currency
              AND f.total_seats - f.seats_held - f.seats_sold >= w.seats
        ) ELSE (
            SELECT CASE WHEN bool_and(f.currency = b.currency)
                THEN sum({money.in_units_sql("f.price", "f.currency")}) * max(b.seats) END
            FROM bookings b JOIN booking_segments s ON s.booking_id = b.id JOIN flights f ON f.id = s.flight_id WHERE b.id = w.booking_id
        ) END AS price
    ) AS present
"""  # noqa: S608  # only constants
"""`present.price`: of one seat on the cheapest flight of the day with seats for the party; of a booking, its total. Null: not for sale."""

OPEN: Final = f"""
    (w.ends_at > now() AND (w.booking_id IS NULL OR EXISTS (
        SELECT FROM bookings b WHERE b.id = w.booking_id AND b.status = {BookingStatus.CONFIRMED.sql}
          AND NOT EXISTS (
              SELECT FROM booking_segments s JOIN flights f ON f.id = s.flight_id
              WHERE s.booking_id = b.id AND (f.departure_ts <= now() OR f.status = {FlightStatus.CANCELLED.sql})
          )
    )))
"""  # noqa: S608  # only constants
"""Whether a watch is still on: its day is not over; its booking has its seats, and none of its flights has left."""
