"""Enums that Postgres stores as text. A statement takes their spelling from here, so a value has one spelling."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class StoredEnum(StrEnum):
    """A column of one of these holds its value. In the text of a statement it is written as `{BookingStatus.HELD.sql}`."""

    @property
    def sql(self) -> str:
        """The value as a literal of SQL. The values of the enums are plain words, so nothing has to be escaped."""
        return f"'{self.value}'"

    @classmethod
    def known_sql(cls, column: str = "status") -> str:
        """A condition: `column` has one of the values."""
        return f"{column} IN ({', '.join(each.sql for each in cls)})"


# The changes between these are in `core/bookings/states.py`. The statuses stand here because flights and seats, which stand below the bookings, ask
# whether a booking has seats. A docstring would be shown to clients of the API.
class BookingStatus(StoredEnum):
    PENDING = "PENDING"
    """Accepted and on disk; no seats yet."""
    HELD = "HELD"
    """Seats are kept until `hold_expires_at`, not yet paid."""
    CONFIRMED = "CONFIRMED"
    """Seats are sold."""
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


WITH_SEATS: Final = f"({BookingStatus.HELD.sql}, {BookingStatus.CONFIRMED.sql})"
"""SQL: the statuses in which a booking has seats."""
