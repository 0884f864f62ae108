"""Fares that are watched, and bookings at a lower one."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.bookings import CONFIRMED
from api.contract.examples.ids import ACCEPTED, BOOKING, WATCH

WATCHED: Final[dict[str, Any]] = {
    "id": WATCH,
    "source": "Delhi",
    "destination": "Mumbai",
    "date": "2026-12-25",
    "seats": 2,
    "booking_id": None,
    "currency": "INR",
    "below": None,
    "price": "6900.00",
    "booked_price": None,
    "fall": {"price": "6900.00", "before": "7500.00", "at": "2026-12-03T11:20:00Z"},
    "ends_at": "2026-12-25T18:29:59.999999Z",
    "created_at": ACCEPTED,
}

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "FareWatchBody": {
        "route_and_day": {"source": "Delhi", "destination": "Mumbai", "date": "2026-12-25", "seats": 2, "below": "7000.00"},
        "booking": {"booking_id": BOOKING},
    },
    "RebookingBody": {"at_the_fare_of_now": {"expected_total": {"amount": "13800.00", "currency": "INR"}}},
}

RESPONSES: Final[dict[str, Any]] = {
    "FareWatchView": WATCHED,
    "FareWatchList": {"data": [WATCHED]},
    "FareView": {"booked_total": "15000.00", "total": "13800.00", "currency": "INR", "rebookable": True},
}

OF_OPERATION: Final[dict[tuple[str, str], Any]] = {
    ("rebookAtLowerFare", "200"): {
        **CONFIRMED,
        "price_total": "13800.00",
        "segments": [{**CONFIRMED["segments"][0], "price_total": "13800.00"}],
        "refund": {"amount": "1200.00", "currency": "INR", "status": "PENDING", "reason": "lower_fare"},
    },
}
