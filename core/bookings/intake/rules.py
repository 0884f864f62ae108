"""Business rules for bookings. They do not depend on the rate limits (`SKYQUEUE_RATE_LIMITS`)."""

from __future__ import annotations

from dataclasses import dataclass

from core.bookings.intake.fair_share import FairShare


@dataclass(frozen=True, slots=True)
class BookingRules:
    """The limits that the intake applies, independent of the load."""

    hold_limit: int
    """The most unpaid bookings of one traveller at a time."""
    duplicate_minutes: int
    """For so many minutes, a second booking of the same flight needs `allow_duplicate`."""
    fair_share: FairShare
