"""The checker finds each violation of a waiting list that a test creates."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

import pytest

from tests.support.steps import Steps


@pytest.fixture
def flight(steps: Steps) -> UUID:
    """Two seats: one is offered to a party of one, one is free, and a party of two waits."""
    flight = steps.pipeline.flight(2)
    steps.book(steps.pipeline.account().id, flight, 2)
    for size in (1, 2):
        steps.join(flight, steps.pipeline.account().id, size)
    (booking,) = booked(steps)
    steps.cancel(booking)
    assert steps.pipeline.violations() == []
    return flight


def booked(steps: Steps) -> list[UUID]:
    with steps.context.db.snapshot() as connection:
        return [row[0] for row in connection.execute("SELECT id FROM bookings WHERE status = 'CONFIRMED'").fetchall()]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE waitlist SET booking_id = NULL WHERE status = 'OFFERED'", "of 1 is OFFERED and its booking is missing"),
        ("UPDATE waitlist SET status = 'BOOKED' WHERE status = 'OFFERED'", "of 1 is BOOKED and its booking is HELD"),
        ("UPDATE waitlist SET status = 'EXPIRED' WHERE status = 'OFFERED'", "of 1 is EXPIRED and its booking is HELD"),
        ("UPDATE waitlist SET status = 'LEFT' WHERE status = 'OFFERED'", "of 1 is LEFT and its booking is HELD"),
        ("UPDATE waitlist SET status = 'CLOSED' WHERE status = 'OFFERED'", "of 1 is CLOSED and its booking is HELD"),
        ("UPDATE waitlist SET party_size = 3 WHERE status = 'OFFERED'", "of 3 is OFFERED and its booking is HELD with 1 seats"),
        ("UPDATE waitlist SET party_size = 1 WHERE status = 'WAITING'", "of 1 waits for flight"),
        ("UPDATE waitlist SET accept_partial = true WHERE status = 'WAITING'", "of 2 waits for flight"),
        (
            "UPDATE waitlist SET booking_id = (SELECT booking_id FROM waitlist WHERE status = 'OFFERED') WHERE status = 'WAITING'",
            "is WAITING and its booking is missing",
        ),
    ],
)
def test_a_line_that_is_wrong(steps: Steps, flight: UUID, damage: LiteralString, words: str) -> None:
    steps.execute(damage)
    (found,) = steps.pipeline.violations()
    assert found.startswith("I10")
    assert words in found


def test_free_seats_of_a_departed_flight_violate_no_invariant(steps: Steps, flight: UUID) -> None:
    steps.execute("UPDATE waitlist SET party_size = 1 WHERE status = 'WAITING'")
    steps.depart(flight)
    assert steps.pipeline.violations() == []
