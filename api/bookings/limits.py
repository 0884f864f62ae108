"""The business rules of the settings, for bookings and for waiting lists."""

from __future__ import annotations

from core.bookings.intake.fair_share import FairShare
from core.bookings.intake.rules import BookingRules
from core.settings import Settings


def fair_share_of(settings: Settings) -> FairShare:
    return FairShare(settings.booking.flight_seats_limit, settings.booking.cool_down_minutes)


def rules_of(settings: Settings) -> BookingRules:
    return BookingRules(settings.booking.hold_limit, settings.booking.duplicate_minutes, fair_share_of(settings))
