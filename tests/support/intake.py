"""The intake of bookings as the API runs it, for tests that pass requests to it directly."""

from __future__ import annotations

from api.live.batch_intake import BatchIntake
from core.bookings.intake.fair_share import FairShare
from core.bookings.intake.rules import BookingRules
from core.db import Database
from core.settings import Booking

ANY_NUMBER = 1_000_000
"""A limit that no test reaches."""
ANY_SHARE = FairShare(flight_seats=ANY_NUMBER, cool_down_minutes=0)
"""One traveller may take all seats of a flight, and hold them again at once."""


def new_intake(db: Database, *, hold_limit: int = Booking().hold_limit, fair_share: FairShare = ANY_SHARE) -> BatchIntake:
    """An intake that looks for duplicates and unpaid holds as it ships."""
    return BatchIntake(db, BookingRules(hold_limit, Booking().duplicate_minutes, fair_share))
