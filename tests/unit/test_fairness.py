"""Inversions: bookings that found no seats although a later one in the line, for at least as many seats, had been served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.load_runs.fairness import Served, count_inversions

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FLIGHT, OTHER = UUID(int=1), UUID(int=2)


def served(sequence: int, at: int, *, seats: int = 1, lost: bool = False, flight: UUID = FLIGHT) -> Served:
    return Served(flight, sequence, seats, lost, BEGIN + timedelta(milliseconds=at))


def line(*bookings: Served) -> int:
    return count_inversions(sorted(bookings, key=lambda each: (each.flight_id, -each.sequence)))


def test_who_is_served_in_turn_is_no_inversion() -> None:
    assert line(served(1, 5), served(2, 5), served(3, 5, lost=True), served(4, 9, lost=True)) == 0


def test_who_was_passed_by_is_counted_once_also_within_one_batch() -> None:
    assert line(served(1, 5, lost=True), served(2, 5), served(3, 5), served(4, 6, lost=True), served(5, 4)) == 2


def test_seats_that_came_back_later_are_no_inversion() -> None:
    assert line(served(1, 5, lost=True), served(2, 6)) == 0


def test_a_smaller_party_may_pass_a_larger_one() -> None:
    assert line(served(1, 5, seats=4, lost=True), served(2, 5, seats=3)) == 0
    assert line(served(1, 5, seats=4, lost=True), served(2, 5, seats=4)) == 1


def test_each_flight_has_its_own_line() -> None:
    assert line(served(1, 5, lost=True), served(2, 5, flight=OTHER)) == 0
