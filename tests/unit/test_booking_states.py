"""The table of a booking's transitions."""

from __future__ import annotations

from itertools import product

import pytest

from core.bookings.reading.actions import available_actions
from core.bookings.reading.views import WORDS
from core.bookings.states import ACTIVE, TRANSITIONS, BookingStatus, FailureCode, is_allowed_transition
from core.jobs.status import is_done

DRAWN = """
PENDING -> HELD
PENDING -> CONFIRMED
PENDING -> FAILED
HELD -> CONFIRMED
HELD -> FAILED
HELD -> EXPIRED
HELD -> CANCELLED
CONFIRMED -> CANCELLED
EXPIRED -> CONFIRMED
FAILED -> PENDING
"""


def test_every_status_has_its_moves() -> None:
    assert set(TRANSITIONS) == set(BookingStatus)


def test_only_the_drawn_moves_exist() -> None:
    allowed = {
        f"{source} -> {target}"
        for source, target in product(BookingStatus, BookingStatus)
        if is_allowed_transition(source, target)
    }
    assert allowed == set(DRAWN.strip().splitlines())


def test_only_what_was_given_up_becomes_pending_again() -> None:
    sources = [source for source in BookingStatus if is_allowed_transition(source, BookingStatus.PENDING)]
    assert sources == [BookingStatus.FAILED]


def test_a_booking_that_is_over_has_no_seats() -> None:
    assert set(BookingStatus) - ACTIVE == {BookingStatus.CANCELLED, BookingStatus.FAILED, BookingStatus.EXPIRED}


def test_only_cancellable_bookings_have_the_action() -> None:
    for status in BookingStatus:
        assert ("cancel" in available_actions(status, ahead=True)) == is_allowed_transition(status, BookingStatus.CANCELLED)
        assert available_actions(status, ahead=False) == []


def test_every_failure_has_words_for_a_person() -> None:
    assert set(WORDS) == set(FailureCode)


@pytest.mark.parametrize("waits_for_the_traveller", [True, False])
def test_a_job_is_done_when_nothing_moves_by_itself(waits_for_the_traveller: bool) -> None:
    unfinished = {status for status in BookingStatus if not is_done(status, awaits_payment=waits_for_the_traveller)}
    assert unfinished == ({BookingStatus.PENDING} if waits_for_the_traveller else {BookingStatus.PENDING, BookingStatus.HELD})
