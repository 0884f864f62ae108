"""Enums that Postgres stores as text. SQL statements insert the values from here, so a value is never spelled in two ways."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class StoredEnum(StrEnum):
    """An enum whose values are stored as text. In the text of an SQL statement, write a value as `{BookingStatus.HELD.sql}`."""

    @property
    def sql(self) -> str:
        """The value as an SQL literal. The values of our enums are plain words, so nothing has to be escaped."""
        return f"'{self.value}'"

    @classmethod
    def known_sql(cls, column: str = "status") -> str:
        """An SQL condition: `column` has one of the values of the enum."""
        return f"{column} IN ({', '.join(each.sql for each in cls)})"


# The transitions between these statuses are in `core/bookings/states.py`. The statuses are defined here because the packages
# flights and seats, which may not import bookings, need them. This is a comment because a docstring would become part of the API
# document.
class BookingStatus(StoredEnum):
    PENDING = "PENDING"
    """Accepted and stored on disk; without seats so far."""
    HELD = "HELD"
    """Seats are held until `hold_expires_at`; not paid yet."""
    CONFIRMED = "CONFIRMED"
    """Seats are sold."""
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


WITH_SEATS: Final = f"({BookingStatus.HELD.sql}, {BookingStatus.CONFIRMED.sql})"
"""SQL: the statuses in which a booking has seats."""
