"""What a flight may look like. The API and the import of files hold every flight to the same bounds.

The patterns are written for Python's `re` and for RE2 alike, and mean the whole text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

FLIGHT_NUMBER: Final = r"[A-Z0-9](?:[A-Z0-9 -]{0,14}[A-Z0-9])"
"""Once it is tidied: 2 to 16 letters, digits, hyphens and spaces, as in `AI-202` and `AI 202`."""

DEFAULT_CURRENCY: Final = "INR"

CHECK_IN_CLOSES_MINUTES: Final = 60
"""Before the departure. Until then travellers change their seats."""

MAX_SEATS: Final = 1_000
MAX_PRICE: Final = Decimal("99999999.99")

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
