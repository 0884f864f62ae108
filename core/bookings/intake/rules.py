"""How much one traveller may book: rules of the business, which no rate limit switches on or off."""

from __future__ import annotations

from dataclasses import dataclass

from core.bookings.intake.fair_share import FairShare


@dataclass(frozen=True, slots=True)
class BookingRules:
    """What the intake refuses, whatever the load."""

    hold_limit: int
    """Unpaid bookings that one traveller may have at a time."""
    duplicate_minutes: int
    """A second booking of a flight within so many minutes must say that it is meant (`allow_duplicate`)."""
    fair_share: FairShare
