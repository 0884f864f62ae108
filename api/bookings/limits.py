"""The limits of one traveller, as the settings have them. They are off with the rate limits: load tests book one flight thousands of times."""

from __future__ import annotations

from core.bookings.fair_share import FairShare
from core.settings import Settings


def hold_limit_of(settings: Settings) -> int | None:
    return settings.booking.hold_limit if settings.http.rate_limits == "on" else None


def fair_share_of(settings: Settings) -> FairShare | None:
    booking = settings.booking
    return FairShare(booking.flight_seats_limit, booking.cool_down_minutes) if settings.http.rate_limits == "on" else None
