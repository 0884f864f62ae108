"""What a traveller may do with a booking, by everything that decides about it."""

from __future__ import annotations

import pytest

from core.bookings.reading.actions import available_actions
from core.bookings.states import BookingStatus

CONFIRMED, HELD = BookingStatus.CONFIRMED, BookingStatus.HELD


@pytest.mark.parametrize(
    ("status", "situation", "actions"),
    [
        (CONFIRMED, {}, ["cancel"]),
        (CONFIRMED, {"moved": True}, ["cancel", "accept_change"]),
        (CONFIRMED, {"ahead": False}, []),
        (CONFIRMED, {"ahead": False, "moved": True}, ["accept_change"]),
        (CONFIRMED, {"flight_cancelled": True, "moved": True}, ["cancel"]),
        (CONFIRMED, {"flight_cancelled": True, "ahead": False}, ["cancel"]),
        (HELD, {}, ["pay", "cancel"]),
        (HELD, {"payable": False}, ["cancel"]),
        (HELD, {"moved": True}, ["pay", "cancel", "accept_change"]),
        (HELD, {"flight_cancelled": True}, ["cancel"]),
        (HELD, {"ahead": False}, []),
    ],
)
def test_the_situation_decides_what_may_be_done(status: BookingStatus, situation: dict[str, bool], actions: list[str]) -> None:
    assert available_actions(status, **{"ahead": True, **situation}) == actions


@pytest.mark.parametrize("status", sorted(set(BookingStatus) - {CONFIRMED, HELD}))
def test_without_seats_nothing_can_be_done(status: BookingStatus) -> None:
    assert available_actions(status, ahead=True, flight_cancelled=True, moved=True) == []
