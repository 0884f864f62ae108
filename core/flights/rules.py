"""The limits that every flight has to keep, whether it comes from the API or from a file.

The patterns have the same meaning in Python's `re` and in RE2. They have to match the whole text.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

FLIGHT_NUMBER: Final = r"[A-Z0-9](?:[A-Z0-9 -]{0,14}[A-Z0-9])"
"""A flight number after `numbers.tidy`: 2 to 16 letters, digits, hyphens and spaces, as in `AI-202` and `AI 202`."""

DEFAULT_CURRENCY: Final = "INR"

CHECK_IN_CLOSES_MINUTES: Final = 60
"""How many minutes before departure check-in closes. Until then travellers can change their seats."""

MAX_SEATS: Final = 1_000
MAX_PRICE: Final = Decimal("99999999.99")
NOT_A_PRICE: Final = "Must be an amount in plain digits with a decimal point, such as 7500.00, without a sign of its currency."
"""The message for a text that is no price, in a request and in a file."""

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)

LONGEST: Final = timedelta(hours=72)
"""The longest time from departure to arrival. No flight with one number takes so long, with all its stops."""
ARRIVES_BEFORE: Final = "arrives_before_departure", "The arrival must be later than the departure."
ARRIVES_TOO_LATE: Final = (
    "arrives_too_late",
    f"The arrival is more than {LONGEST.days} days after the departure. Check the year, the month and the day of both.",
)
"""Code and message of the faults of an arrival, in a request and in a file."""
