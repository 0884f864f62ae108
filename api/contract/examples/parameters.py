"""Examples of parameters, by their names. A name means the same in every operation."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.ids import BOOKING, FLIGHT, LETTER, QUOTE, SESSION, WATCH

EXAMPLES: Final[dict[str, Any]] = {
    "source": "Delhi",
    "destination": "Mumbai",
    "date": "2026-12-25",
    "from_date": "2026-12-01",
    "month": "2026-12",
    "flight_id": FLIGHT,
    "booking_id": BOOKING,
    "job_id": BOOKING,
    "letter_id": LETTER,
    "cancellation_id": QUOTE,
    "session_id": SESSION,
    "watch_id": WATCH,
    "reference": "K7QX2M",
    "surname": "Rao",
    "topics": f"booking:{BOOKING},flight:{FLIGHT}",
    "Idempotency-Key": "b0f3e5c2-1d5a-4f6e-9a57-6c2d3b1f8e01",
    "Prefer": "wait=5",
    "X-Load-Run": "rush-1",
    "run_id": "rush-1",
    "If-Match": '"3"',
    "If-None-Match": '"CONFIRMED-5f3a1c20"',
    "X-Payment-Timestamp": "1764581400",
    "X-Payment-Signature": "4b2f0d8c7a31e95d60b7c1fa2e8d3944b0c61d7e5f80a2c39e4d17b65a0c8f32",
}
