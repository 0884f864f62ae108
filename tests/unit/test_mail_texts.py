"""How mails name the route of a booking."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from core.bookings.reading.views import BookedFlight
from core.clock import new_id
from core.notifications.texts import route
from tests.support.flights import noon_in


def flights(*stops: tuple[str, int]) -> list[BookedFlight]:
    """From each stop to the next one; the number is the day on which it is left."""
    return [
        BookedFlight(
            id=new_id(),
            flight_number="AI-1",
            source=source,
            destination=destination,
            departure_ts=noon_in(day),
            arrival_ts=noon_in(day) + timedelta(hours=2),
            status="SCHEDULED",
            source_iata=None,
            source_timezone=None,
            destination_iata=None,
            destination_timezone=None,
        )
        for (source, day), (destination, _) in pairwise(stops)
    ]


@pytest.mark.parametrize(
    ("stops", "name"),
    [
        ([("Delhi", 1), ("Mumbai", 1)], "Delhi to Mumbai"),
        ([("Delhi", 1), ("Mumbai", 1), ("Goa", 1)], "Delhi to Goa"),
        ([("Delhi", 1), ("Mumbai", 4), ("Delhi", 4)], "Delhi to Mumbai and back"),
        ([("Delhi", 1), ("Mumbai", 1), ("Goa", 5), ("Mumbai", 5), ("Delhi", 5)], "Delhi to Goa and back"),
    ],
)
def test_a_route_is_named_by_its_end_or_by_its_longest_stay(stops: list[tuple[str, int]], name: str) -> None:
    assert route(flights(*stops)) == name
